/** The parser, called only with what it can take. */
import { parseSync } from 'oxc-parser'
import { isNode, type Node } from './nodes.ts'

interface Parsed {
  program: Node | undefined
  /** What was not understood, with the offset where. */
  errors: { at: number; message: string }[]
}

/** Parses one TypeScript or JavaScript file. */
export function parseCode(file: string, source: string): Parsed {
  const lang = /\.[cm]?ts$/.test(file) ? 'ts' : /\.tsx$/.test(file) ? 'tsx' : 'jsx'
  const deep = tooDeep(source, lang !== 'ts')
  if (deep !== undefined) return { program: undefined, errors: [{ at: deep, message: NESTED }] }
  const parsed = parseSync(file, source, { lang, sourceType: 'module' })
  const errors = parsed.errors.map(({ labels, message }) => ({ at: labels[0]?.start ?? 0, message }))
  const program: unknown = parsed.program
  return { program: isNode(program) ? program : undefined, errors }
}

/** Said of what lies deeper than any reader of the tree goes. */
export const NESTED = 'This is nested deeper than people write code'

/** Brackets in brackets. The parser needs 2,000 of them to overflow the smallest stack (1 MB, on Windows), and cannot say so. */
const BRACKETS = 256
/** Elements in elements, or operators and members in one line of thought. */
const LONG = 5_000

/**
 * The parser recurses in native code: where its stack ends, the process ends. So depth is estimated before, from characters
 * alone. Strings and comments are left out; what is mistaken for one of them ends with its line.
 *
 * @returns the offset where it gets too deep
 */
function tooDeep(source: string, jsx: boolean): number | undefined {
  let depth = 0
  let elements = 0
  let generics = 0
  let chain = 0
  for (let at = 0; at < source.length; at++) {
    switch (source.charCodeAt(at)) {
      case 40: // (
      case 91: // [
      case 123: // {
        if (++depth > BRACKETS) return at
        break
      case 41: // )
      case 93: // ]
      case 125: // }
        if (depth > 0) depth--
        break
      case 34: // "
      case 39: // '
        at = endOfString(source, at)
        break
      case 47: // /
        at = endOfComment(source, at)
        break
      case 60: // <
        if (source.charCodeAt(at + 1) === 47) elements--
        else if (jsx && isElement(source, at)) elements++
        if (++generics > LONG || elements > LONG) return at
        if (elements < 0) elements = 0
        break
      case 62: // >
        if (source.charCodeAt(at - 1) === 47 && elements > 0) elements--
        generics = 0
        break
      case 10: // \n
        if (!goesOn(source, at)) chain = 0
        break
      case 32: // `await await`, `else if`
        if (isLetter(source.charCodeAt(at - 1)) && ++chain > LONG) return at
        break
      case 44: // ,
      case 59: // ;
        chain = 0
        break
      case 33: // !
      case 37: // %
      case 38: // &
      case 42: // *
      case 43: // +
      case 45: // -
      case 46: // .
      case 58: // :
      case 61: // =
      case 63: // ?
      case 124: // |
      case 126: // ~
        if (++chain > LONG) return at
    }
  }
  return undefined
}

const isLetter = (code: number): boolean => code >= 97 && code <= 122

/** Neither `Array<T>` nor `<T,>(a: T) => a`, and no comparison. */
const isElement = (source: string, at: number): boolean =>
  /[\s(>{,?:&|]/.test(source[at - 1] ?? ' ') &&
  !/^<(?:[\s=\d]|\w+(?:,|\s+extends\b))/.test(source.slice(at, at + 40))

/** The closing quote, or the end of the line. */
function endOfString(source: string, start: number): number {
  const quote = source.charCodeAt(start)
  for (let at = start + 1; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code === 92) at++
    else if (code === quote) return at
    else if (code === 10) return at - 1
  }
  return source.length
}

/** Where a comment that begins here ends; the same place when none does. */
function endOfComment(source: string, at: number): number {
  const next = source.charCodeAt(at + 1)
  if (next !== 47 && next !== 42) return at
  const end = next === 47 ? source.indexOf('\n', at) - 1 : source.indexOf('*/', at + 2) + 1
  return end > at ? end : source.length
}

/** An expression goes on over the end of its line. */
function goesOn(source: string, at: number): boolean {
  const before = source[at - 1] ?? ''
  let next = at + 1
  while (source.charCodeAt(next) <= 32) next++
  return /[-+*%&|?.!~]/.test(before) || /[-+*%&|?.~]/.test(source[next] ?? '')
}
