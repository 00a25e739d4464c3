/** Three-way merge of texts by lines, as `git merge-file` does it. */
import { diffArrays } from 'diff'

export interface MergeWish {
  /** What was written before. */
  pristineOld: string
  /** What would be written today. */
  pristineNew: string
  /** The first, with the edits of its users. */
  user: string
  /** Stands at the lower marker of a conflict: `auth-password 2`. */
  label?: string
}

export interface Merged {
  /** Its lines end in `\n`. */
  text: string
  /** Places where both changed the same lines; both stand in the text, between the markers of git. */
  conflicts: number
}

/** Both edits in one text. Nothing of the user's is lost: where the edits meet, both are there between markers. */
export function mergeGenerated({ pristineOld, pristineNew, user, label = 'generated' }: MergeWish): Merged {
  const [base, ours, theirs] = [linesOf(pristineOld), linesOf(user), linesOf(pristineNew)]
  const lines: string[] = []
  let conflicts = 0
  for (const { stable, parts } of chunks(base, ours, theirs)) {
    const [was, mine, fresh] = parts
    if (stable || same(was, fresh) || same(mine, fresh)) lines.push(...mine)
    else if (same(was, mine)) lines.push(...fresh)
    else {
      const { before, left, right, after } = trimmed(mine, fresh)
      conflicts++
      lines.push(...before, '<<<<<<< yours', ...left, '=======', ...right, `>>>>>>> ${label}`, ...after)
    }
  }
  return { text: lines.join('\n'), conflicts }
}

/** A merge that was left open. */
export const hasMarkers = (text: string): boolean =>
  /^<{7} [^\n]*\n[\s\S]*^={7}\r?\n[\s\S]*^>{7} /m.test(text)

type Three = [string[], string[], string[]]

const linesOf = (text: string): string[] => text.replaceAll('\r\n', '\n').split('\n')

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, index) => line === b[index])

interface Chunk {
  /** The lines are alike in all three. */
  stable: boolean
  parts: Three
}

/** The three texts cut at the lines that all of them have. */
function chunks(base: string[], ours: string[], theirs: string[]): Chunk[] {
  const [inOurs, inTheirs] = [matches(base, ours), matches(base, theirs)]
  const found: Chunk[] = []
  let [at, a, b] = [0, 0, 0]
  const cut = (to: number, toA: number, toB: number, stable: boolean): void => {
    const parts: Three = [base.slice(at, to), ours.slice(a, toA), theirs.slice(b, toB)]
    if (parts.some((one) => one.length > 0)) found.push({ stable, parts })
    ;[at, a, b] = [to, toA, toB]
  }
  for (let line = 0; line < base.length; line++) {
    const [toA, toB] = [inOurs.get(line), inTheirs.get(line)]
    if (toA === undefined || toB === undefined) continue
    cut(line, toA, toB, false)
    cut(line + 1, toA + 1, toB + 1, true)
  }
  cut(base.length, ours.length, theirs.length, false)
  return found
}

/** Line of the one → the same line in the other. */
function matches(one: string[], other: string[]): Map<number, number> {
  const found = new Map<number, number>()
  let [a, b] = [0, 0]
  for (const { added, removed, count } of diffArrays(one, other)) {
    if (removed) a += count
    else if (added) b += count
    else for (let left = count; left > 0; left--) found.set(a++, b++)
  }
  return found
}

/** What both sides have in common at their ends is no part of the conflict. */
function trimmed(mine: string[], fresh: string[]) {
  const short = Math.min(mine.length, fresh.length)
  let head = 0
  while (head < short && mine[head] === fresh[head]) head++
  let tail = 0
  while (tail < short - head && mine.at(-1 - tail) === fresh.at(-1 - tail)) tail++
  return {
    before: mine.slice(0, head),
    left: mine.slice(head, mine.length - tail),
    right: fresh.slice(head, fresh.length - tail),
    after: mine.slice(mine.length - tail),
  }
}
