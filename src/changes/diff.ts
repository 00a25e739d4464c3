import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'
import type { Change } from '../core/change.ts'
import { edited, editsByFile } from './edits.ts'
import { missing, type ReadText } from './plan.ts'

/**
 * The change as a unified diff that `git apply` takes: files sorted by name, three lines of context, no times.
 * `read` gives the present text without its byte order mark. Throws a UserError when an edited file is missing.
 */
export function diffOf(change: Change, read: ReadText): string {
  const present = (file: string): string => {
    const text = read(file)
    if (text === undefined) throw missing(change, file)
    return text
  }
  const parts: { file: string; diff: string }[] = []
  for (const [file, edits] of editsByFile(change)) {
    const before = present(file)
    parts.push({ file, diff: patch(file, before, edited(before, edits)) })
  }
  for (const { file, text } of change.creates) parts.push({ file, diff: patch(file, undefined, text) })
  for (const file of change.removes ?? []) parts.push({ file, diff: patch(file, present(file), undefined) })
  return parts
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))
    .map(({ diff }) => diff)
    .join('')
}

function patch(file: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return ''
  return createTwoFilesPatch(
    before === undefined ? '/dev/null' : `a/${file}`,
    after === undefined ? '/dev/null' : `b/${file}`,
    before ?? '',
    after ?? '',
    undefined,
    undefined,
    { context: 3, headerOptions: FILE_HEADERS_ONLY },
  )
}
