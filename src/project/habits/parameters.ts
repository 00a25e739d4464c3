/** Parameters of functions with their types, which the `Syntax` leaves out. */

export interface Parameter {
  /** `status`, or the pattern as written: `{ status, message }`. */
  name: string
  type?: string
  optional: boolean
}

/** Of the function, method or constructor whose text starts at the offset. */
export function parametersAt(text: string, at: number): Parameter[] {
  const head = /^(?:async\b\s*)?(?:function\b\s*\*?\s*[\w$]*\s*)?/.exec(text.slice(at, at + 200))?.[0] ?? ''
  let open = at + head.length
  if (text[open] === '<') open = closing(text, open) + 1
  while (/\s/.test(text[open] ?? '')) open++
  if (text[open] !== '(') {
    const name = /^[\w$]+/.exec(text.slice(open, open + 100))?.[0]
    return name === undefined ? [] : [{ name, optional: false }]
  }
  return split(text.slice(open + 1, closing(text, open)), ',')
    .map(withoutComments)
    .filter((one) => one !== '')
    .map(parameterOf)
}

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g, '').trim()

function parameterOf(text: string): Parameter {
  const [declared = '', value] = split(text.replace(modifiers, ''), '=')
  const [name = '', ...types] = split(declared, ':')
  const type = types.join(':').trim().replace(/\s+/g, ' ')
  return {
    name: name
      .trim()
      .replace(/\?$/, '')
      .replace(/\s+/g, ' ')
      .replace(/,(?= [}\]])/, ''),
    ...(type !== '' && { type }),
    optional: value !== undefined || /\?\s*$/.test(name) || name.trim().startsWith('...'),
  }
}

const modifiers = /^(?:@\w+(?:\([^)]*\))?\s+|(?:public|private|protected|readonly|override)\s+)+/

/** Where a bracket is closed; strings are skipped, and the `>` of an arrow is none. */
function closing(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    const char = text[at] ?? ''
    if (/['"`]/.test(char)) at = text.indexOf(char, at + 1) < 0 ? text.length : text.indexOf(char, at + 1)
    else if (/[([{<]/.test(char)) depth++
    else if (/[)\]}]/.test(char) || (char === '>' && text[at - 1] !== '=')) depth--
    if (depth === 0) return at
  }
  return text.length
}

/** At a character that stands outside of brackets and strings. An `=` that starts `=>` or `==` is none. */
function split(text: string, by: string): string[] {
  const found: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (/['"`([{<]/.test(char))
      at = /['"`]/.test(char) ? Math.max(at, text.indexOf(char, at + 1)) : closing(text, at)
    else if (char === by && !(by === '=' && /[=>]/.test(text[at + 1] ?? ''))) {
      found.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...found, text.slice(start)]
}
