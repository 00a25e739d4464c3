import { findNodeAtLocation, type ParseError, parse, parseTree, printParseErrorCode } from 'jsonc-parser'

export interface Jsonc {
  /** What could be read; `undefined` for an empty text. */
  value: unknown
  /** In words, with the 1-based line: `PropertyNameExpected (line 3)`. */
  errors: string[]
}

/** Objects in objects. The parser recurses, and people write ten. */
const DEPTH = 500

/** JSON as configuration files have it: comments, trailing commas, and as much as possible of a broken text. */
export function readJsonc(text: string): Jsonc {
  if (isDeep(text)) return { value: undefined, errors: ['It is nested deeper than people write JSON'] }
  const found: ParseError[] = []
  const value: unknown = parse(text, found, { allowTrailingComma: true, disallowComments: false })
  const errors = found.map(
    ({ error, offset }) => `${printParseErrorCode(error)} (line ${text.slice(0, offset).split('\n').length})`,
  )
  return { value, errors }
}

/** Texts and comments count as well: they have no hundreds of brackets that stay open. */
function isDeep(text: string): boolean {
  let depth = 0
  for (const [mark] of text.matchAll(/[[{\]}]/g)) {
    depth += mark === '[' || mark === '{' ? 1 : -1
    if (depth > DEPTH) return true
    if (depth < 0) depth = 0
  }
  return false
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** 1-based line of what a path leads to in a JSON text, or of the nearest thing above it that is there. */
export function lineOf(text: string, path: readonly (string | number)[]): number | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true, disallowComments: false })
  if (!root) return undefined
  for (let depth = path.length; depth >= 0; depth--) {
    const node = findNodeAtLocation(root, path.slice(0, depth))
    if (node) return text.slice(0, node.offset).split('\n').length
  }
  return undefined
}
