/** Code as a row of tokens: what stays the same when somebody formats it in another way. */

export interface Token {
  /** As one compares it: quotes of texts are all the same, digits are not grouped. */
  text: string
  start: number
  end: number
}

const LEXEME =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<text>'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")|(?<word>[\p{ID_Start}$_#][\p{ID_Continue}$]*)|(?<number>\d[\w.]*)|(?<sign>>>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|\+=|-=|\*=|\/=|%=|\*\*|[\s\S])/uy
/** Division stands behind these; anything else before a slash begins a regular expression. */
const VALUE_ENDS = /^(?:[)\]}]|['\p{ID_Continue}$`].*)$/su
const BEFORE_REGEX = /^(?:return|typeof|case|in|of|await|yield|throw|else|do|void|delete)$/
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y

/**
 * Reads tokens, without white space and comments, semicolons, and commas before a closing bracket. It is not a parser:
 * made for code that is known to be TypeScript.
 */
export function tokensOf(code: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < code.length; ) {
    const end = code[at] === '`' ? templateEnd(code, at) : (regexEnd(code, at, tokens.at(-1)) ?? undefined)
    if (end !== undefined) {
      tokens.push({ text: code.slice(at, end), start: at, end })
      at = end
      continue
    }
    LEXEME.lastIndex = at
    const found = LEXEME.exec(code)
    const { text, word, number, sign } = found?.groups ?? {}
    const next = at + (found?.[0].length ?? 1)
    const value = text !== undefined ? quoted(text) : (word ?? number?.replaceAll('_', '') ?? sign)
    if (value !== undefined && value !== ';') {
      if (/^[)\]}]$/.test(value) && tokens.at(-1)?.text === ',') tokens.pop()
      tokens.push({ text: value, start: at, end: next })
    }
    at = next
  }
  return tokens
}

const quoted = (text: string): string =>
  `'${text.slice(1, -1).replaceAll("\\'", "'").replaceAll('\\"', '"')}'`

/** A template is one token, with all that is in it. */
function templateEnd(code: string, start: number): number {
  let depth = 0
  for (let at = start + 1; at < code.length; at++) {
    if (code[at] === '\\') at++
    else if (depth === 0 && code[at] === '`') return at + 1
    else if (depth === 0 && code[at] === '$' && code[at + 1] === '{') {
      depth = 1
      at++
    } else if (depth > 0 && code[at] === '`') at = templateEnd(code, at) - 1
    else if (depth > 0 && code[at] === '{') depth++
    else if (depth > 0 && code[at] === '}') depth--
  }
  return code.length
}

function regexEnd(code: string, at: number, before: Token | undefined): number | undefined {
  if (code[at] !== '/' || /[/*]/.test(code[at + 1] ?? '')) return undefined
  if (before && VALUE_ENDS.test(before.text) && !BEFORE_REGEX.test(before.text)) return undefined
  REGEX.lastIndex = at
  const found = REGEX.exec(code)
  return found ? at + found[0].length : undefined
}

export interface Match {
  start: number
  end: number
  /** Source text of each placeholder. */
  parts: Map<string, string>
}

/**
 * Places where the code has the tokens of a pattern, in order, none overlapping. In the pattern, `$name` stands for any
 * one token and `$$name` for as few as will do, with their brackets closed; the same name stands for the same text. A
 * comma at its end is taken along where there is one.
 */
export function matchesOf(code: string, pattern: string): Match[] {
  const wanted = tokensOf(pattern)
  const comma = wanted.at(-1)?.text === ','
  if (comma) wanted.pop()
  const tokens = tokensOf(code)
  const found: Match[] = []
  for (let from = 0; from < tokens.length; from++) {
    const parts = new Map<string, string>()
    const to = matched(code, tokens, from, wanted, 0, parts)
    const [first, last] = [tokens[from], to === undefined ? undefined : tokens[to - 1]]
    if (to === undefined || to === from || !first || !last) continue
    const behind = comma ? /^(?:\s|\/\/[^\n]*\n)*,/.exec(code.slice(last.end))?.[0].length : 0
    found.push({ start: first.start, end: last.end + (behind ?? 0), parts })
    from = to - 1
  }
  return found
}

/** Index behind the last token. */
function matched(
  code: string,
  tokens: readonly Token[],
  at: number,
  wanted: readonly Token[],
  index: number,
  parts: Map<string, string>,
): number | undefined {
  const want = wanted[index]
  if (!want) return at
  if (want.text.startsWith('$$')) return stretched(code, tokens, at, wanted, index, parts)
  const token = tokens[at]
  if (!token) return undefined
  if (!want.text.startsWith('$'))
    return token.text === want.text ? matched(code, tokens, at + 1, wanted, index + 1, parts) : undefined
  const known = parts.get(want.text)
  const text = code.slice(token.start, token.end)
  if (known !== undefined && known !== text) return undefined
  parts.set(want.text, text)
  const end = matched(code, tokens, at + 1, wanted, index + 1, parts)
  if (end === undefined && known === undefined) parts.delete(want.text)
  return end
}

function stretched(
  code: string,
  tokens: readonly Token[],
  at: number,
  wanted: readonly Token[],
  index: number,
  parts: Map<string, string>,
): number | undefined {
  const name = wanted[index]?.text ?? ''
  let depth = 0
  for (let to = at; to <= tokens.length; to++) {
    const [first, last] = [tokens[at], tokens[to - 1]]
    if (depth === 0) {
      parts.set(name, to > at && first && last ? code.slice(first.start, last.end) : '')
      const end = matched(code, tokens, to, wanted, index + 1, parts)
      if (end !== undefined) return end
    }
    const text = tokens[to]?.text ?? ''
    if (/^[([{]$/.test(text)) depth++
    else if (/^[)\]}]$/.test(text) && --depth < 0) break
  }
  parts.delete(name)
  return undefined
}

/** The text that takes the place of a match. */
export const filled = (replacement: string, { parts }: Match): string =>
  replacement.replace(/\$\$?\w+/g, (name) => parts.get(name) ?? name)
