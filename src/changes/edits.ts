import type { Change, Edit } from '../core/change.ts'

/** `\r\n` when most lines of the text end so. */
export function lineEndOf(text: string): '\n' | '\r\n' {
  const all = text.split('\n').length - 1
  const windows = text.split('\r\n').length - 1
  return windows * 2 > all ? '\r\n' : '\n'
}

/** By place; those at one place keep their order. */
export function sorted<T extends Pick<Edit, 'from' | 'to'>>(edits: readonly T[]): T[] {
  return [...edits].sort((a, b) => a.from - b.from || a.to - b.to)
}

/**
 * The text after the edits. Inserted lines get the line end of the text. Throws when edits overlap or lie outside:
 * who plans a change sees to that.
 */
export function edited(text: string, edits: readonly Pick<Edit, 'from' | 'to' | 'text'>[]): string {
  const lineEnd = lineEndOf(text)
  let result = ''
  let at = 0
  for (const { from, to, text: insert } of sorted(edits)) {
    if (!(from >= at && to >= from && to <= text.length))
      throw new Error(
        `The edit ${from}-${to} overlaps another, or lies outside of ${text.length} characters.`,
      )
    if (splits(text, from) || splits(text, to))
      throw new Error(`The edit ${from}-${to} cuts a character or a line end in two.`)
    result += text.slice(at, from) + insert.replace(/\r?\n/g, lineEnd)
    at = to
  }
  return result + text.slice(at)
}

/** Between the halves of a surrogate pair, or of `\r\n`. */
function splits(text: string, at: number): boolean {
  return /^(?:[\ud800-\udbff][\udc00-\udfff]|\r\n)$/.test(text.slice(at - 1, at + 1)) && at > 0
}

/** The edits of each file, in the order in which the change names the files. */
export function editsByFile(change: Change): Map<string, Edit[]> {
  const files = new Map<string, Edit[]>()
  for (const edit of change.edits) files.set(edit.file, [...(files.get(edit.file) ?? []), edit])
  return files
}

/**
 * One edit of whole lines that makes the second text of the first, or none. How lines end is no difference. Texts are
 * compared, and offsets counted, without a byte order mark.
 */
export function editsBetween(file: string, before: string, after: string): Edit[] {
  const [old, fresh] = [linesOf(before), linesOf(after)]
  const like = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && plain(a) === plain(b)
  let head = 0
  while (like(old[head], fresh[head])) head++
  let tail = 0
  const short = Math.min(old.length, fresh.length) - head
  while (tail < short && like(old.at(-1 - tail), fresh.at(-1 - tail))) tail++
  const from = old.slice(0, head).join('').length
  const to = old.slice(0, old.length - tail).join('').length
  const text = plain(fresh.slice(head, fresh.length - tail).join(''))
  return from === to && text === '' ? [] : [{ file, from, to, text }]
}

/** With their ends. */
const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/(?<=\n)/)

const plain = (text: string): string => text.replaceAll('\r\n', '\n')
