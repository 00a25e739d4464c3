import { parse } from 'yaml'

/** Lists in lists. The parser recurses, and near the end of its stack the whole process ends. */
const DEPTH = 200

/**
 * The value of a YAML text.
 *
 * @throws where it does not parse, or nests deeper than people write it
 */
export function readYaml(text: string): unknown {
  if (isDeep(text)) throw new Error('This is nested deeper than people write YAML')
  // Without the warnings that it prints.
  return parse(text, { logLevel: 'error' })
}

function isDeep(text: string): boolean {
  let depth = 0
  for (const [mark] of text.matchAll(/[[{\]}]/g)) {
    depth += mark === '[' || mark === '{' ? 1 : -1
    if (depth > DEPTH) return true
    if (depth < 0) depth = 0
  }
  return /^ {400}|(?:[-?:][ \t]+){200}/m.test(text)
}
