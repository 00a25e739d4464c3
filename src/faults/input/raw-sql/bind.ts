/** SQL in a template literal, with its values bound instead of written into the text. */

export type Part = { text: string } | { code: string }

/** The parts of a template literal of the source, backticks included; `undefined` when it is something else. */
export function partsOf(source: string): Part[] | undefined {
  if (!source.startsWith('`') || !source.endsWith('`')) return undefined
  const inner = source.slice(1, -1)
  const parts: Part[] = []
  let text = ''
  for (let i = 0; i < inner.length; i++) {
    if (inner[i] === '\\') {
      text += inner.slice(i, i + 2)
      i += 1
    } else if (inner.startsWith('${', i)) {
      const end = closing(inner, i + 2)
      if (end === undefined) return undefined
      parts.push({ text }, { code: inner.slice(i + 2, end) })
      text = ''
      i = end
    } else text += inner[i]
  }
  return [...parts, { text }]
}

/** The brace that closes a placeholder. Code with a template or a quoted brace in it is left alone. */
function closing(text: string, from: number): number | undefined {
  let depth = 0
  for (let i = from; i < text.length; i++) {
    if (text[i] === '`') return undefined
    if (text[i] === '{') depth += 1
    if (text[i] === '}' && depth-- === 0) return i
  }
  return undefined
}

/** Words after which a placeholder is no value. */
const NAMES = /(\bfrom|\bjoin|\binto|\bupdate|\btable|\border\s+by|\bgroup\s+by|\b(asc|desc)|,|\.|")\s*$/i
/** What a value may follow. */
const VALUE =
  /([=<>(]|\b(like|ilike|in|values|limit|offset|between|and|then|else|when|similar\s+to)|\|\|)\s*$/i

/**
 * The template with every placeholder as a value of its own. Quotes around one go, and what stands beside it in the
 * quotes goes into the value: `'%${term}%'` becomes `${`%${term}%`}`. `undefined` when a placeholder is no value.
 */
export function bound(parts: Part[]): string | undefined {
  let out = ''
  /** In quotes: what of the literal was read. */
  let quoted: string | undefined
  let values = 0
  for (const part of parts) {
    if ('code' in part) {
      if (quoted !== undefined) {
        quoted += `\${${part.code}}`
        values += 1
        continue
      }
      if (!VALUE.test(out) || NAMES.test(out.replace(VALUE, '='))) return undefined
      out += `\${${part.code}}`
      continue
    }
    for (const piece of part.text.split(/(')/)) {
      if (piece !== "'") {
        if (quoted === undefined) out += piece
        else quoted += piece
        continue
      }
      if (quoted === undefined) {
        quoted = ''
        values = 0
        continue
      }
      out += literal(quoted, values)
      quoted = undefined
    }
  }
  return quoted === undefined ? `\`${out}\`` : undefined
}

function literal(text: string, values: number): string {
  if (values === 0) return `'${text}'`
  const whole = /^\$\{([^{}]*)\}$/.exec(text)
  return whole ? text : `\${\`${text}\`}`
}
