import { structuredPatch } from 'diff'

/** Beyond so many edits two texts have little in common, and the search for it takes long. */
const mostEdits = 5000

/**
 * The lines of `after` that are as they were: 1-based line → its line in `before`. Empty when the texts differ all over.
 */
export function unchangedLines(before: string, after: string): Map<number, number> {
  const same = new Map<number, number>()
  // A last line is the same with a line break after it and without.
  const whole = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
  const patch = structuredPatch('', '', whole(before), whole(after), undefined, undefined, {
    context: 0,
    maxEditLength: mostEdits,
  })
  if (!patch) return same
  const last = after.split('\n').length
  let line = 1
  let shift = 0
  for (const { oldStart, oldLines, newStart, newLines } of patch.hunks) {
    for (; line < newStart; line++) same.set(line, line + shift)
    line = newStart + newLines
    shift = oldStart + oldLines - line
  }
  for (; line <= last; line++) same.set(line, line + shift)
  return same
}
