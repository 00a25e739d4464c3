/** Lines and blanks of a text, whatever language it is in. */
import type { Edit } from '../core/change.ts'
import type { Range } from '../source/shape.ts'

export type TextEdit = Pick<Edit, 'from' | 'to' | 'text'>

/** Offset of a 1-based place, as findings and traces give it. */
export function offsetOf(text: string, place: { line: number; column: number }): number {
  let at = 0
  for (let line = 1; line < place.line; line++) {
    const next = text.indexOf('\n', at)
    if (next < 0) return text.length
    at = next + 1
  }
  return Math.min(text.length, at + place.column - 1)
}

/** Blanks at the start of the line that holds the offset. */
export function marginAt(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, at)))?.[0] ?? ''
}

export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1

/** Before the line end, `\r` included. */
export function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at)
  if (found < 0) return text.length
  return text[found - 1] === '\r' && found > at ? found - 1 : found
}

/** The most frequent step from one line to the next. */
export function indentOf(text: string): string {
  const steps = new Map<string, number>()
  let before = ''
  for (const line of text.split('\n')) {
    if (line.trim() === '' || /^\s*\*/.test(line)) continue
    const now = /^[ \t]*/.exec(line)?.[0] ?? ''
    if (now.length > before.length && now.startsWith(before)) {
      const step = now.slice(before.length)
      steps.set(step, (steps.get(step) ?? 0) + 1)
    }
    before = now
  }
  return [...steps].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '  '
}

/** Without a part; when nothing else is on its lines, without the lines. */
export function removal(text: string, range: Range): TextEdit {
  const { start, end } = range
  if (!standsAlone(text, range)) return { from: start, to: end, text: '' }
  const from = lineStart(text, start)
  const next = text.indexOf('\n', end)
  let to = next < 0 ? text.length : next + 1
  // Of the blank lines around it one stays.
  const blankBefore = from === 0 || /\n[ \t]*\r?\n$/.test(text.slice(0, from))
  const blankAfter = /^[ \t]*\r?\n/.exec(text.slice(to))?.[0].length
  if (blankBefore && blankAfter !== undefined) to += blankAfter
  return { from, to, text: '' }
}

/** Nothing but blanks and a comment beside it. */
export function standsAlone(text: string, { start, end }: Range): boolean {
  const rest = text.slice(end, lineEnd(text, end))
  return (
    text.slice(lineStart(text, start), start).trim() === '' &&
    (rest.trim() === '' || restIsComment(text, end))
  )
}

export function restIsComment(text: string, at: number): boolean {
  return /^[ \t]*(?:\/\/.*)?$/.test(text.slice(at, lineEnd(text, at)))
}
