/** Maps of bundlers point a token away from tagged templates and chained calls: the name of the method is looked for. */

const REACH = 200

/**
 * The nearest occurrence of the name within 200 characters; the place itself if there is none. `line` is 1-based,
 * `column` 0-based.
 */
export function snap<P extends { line: number; column: number }>(text: string, place: P, method: string): P {
  const offset = offsetOf(text, place)
  if (offset === undefined) return place
  const from = Math.max(0, offset - REACH)
  const window = text.slice(from, offset + REACH + method.length)
  let best: number | undefined
  for (let at = window.indexOf(method); at >= 0; at = window.indexOf(method, at + 1)) {
    if (!isWord(window, at, method.length)) continue
    if (best === undefined || Math.abs(from + at - offset) < Math.abs(best - offset)) best = from + at
  }
  if (best === undefined) return place
  const before = text.slice(0, best)
  return { ...place, line: before.split('\n').length, column: best - (before.lastIndexOf('\n') + 1) }
}

/** A call: the name after a dot, or between the quotes of a computed access. */
function isWord(text: string, at: number, length: number): boolean {
  return /[.'"`]\s*$/.test(text.slice(Math.max(0, at - 20), at)) && !/^[\w$]/.test(text.slice(at + length))
}

function offsetOf(text: string, { line, column }: { line: number; column: number }): number | undefined {
  let start = 0
  for (let n = 1; n < line; n++) {
    start = text.indexOf('\n', start) + 1
    if (start === 0) return undefined
  }
  return Math.min(start + column, text.length)
}
