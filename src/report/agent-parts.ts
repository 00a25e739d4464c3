/** How an answer for a language model is cut: parts that share a first page, and the pages after it. */
import { plural } from '../core/wording.ts'

/** Facts of one kind, which get their share of the room. */
export interface Part {
  lines: string[]
  /** How much of the room is theirs when it is short. */
  share: number
  /** Names the lines that found no room: those from `kept` on. */
  rest(kept: number): string
}

/** A part whose missing lines are only counted: `3 more findings`. */
export function part(lines: string[], share: number, noun: string): Part {
  return { lines, share, rest: (kept) => plural(lines.length - kept, noun) }
}

/** Tokens of some lines. */
export const sizeOf = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + tokensOf(line) + 1, 0)

/**
 * What a tokenizer makes of a line, without one: words of up to eight letters, three digits, two signs. Of our answers, of
 * code and of prose it counts as many as o200k or up to a fifth more; `test/mcp.test.ts` holds answers against that.
 */
const tokensOf = (line: string): number =>
  line.match(/\p{Lu}?\p{Ll}{1,7}|\p{Lu}{1,3}|\d{1,3}|[^\s\p{L}\d]{1,2}|\p{L}/gu)?.length ?? 0

/**
 * The beginning of each part, in `room` tokens. Where a part is cut, a line says what is missing and the cursor that
 * goes on there: the number of its first missing line, counted through all parts.
 */
export function firstPage(parts: readonly Part[], room: number): string[] {
  const rooms = shared(
    parts.map(({ lines, share }) => ({ wanted: sizeOf(lines), weight: share })),
    room,
  )
  let before = 0
  return parts.flatMap((one, index) => {
    const fitted = fitting(one, rooms[index] ?? 0, before)
    before += one.lines.length
    return fitted
  })
}

/** The lines from a cursor on, as many as there is room for, and what is missing after them. */
export function laterPage(parts: readonly Part[], cursor: number, room: number): string[] {
  const all = parts.flatMap(({ lines }) => lines)
  const rest = (kept: number): string => plural(all.length - cursor - kept, 'more line')
  return fitting({ lines: all.slice(cursor), share: 1, rest }, room, cursor)
}

/** How many lines there are to page through. */
export const lineCount = (parts: readonly Part[]): number =>
  parts.reduce((sum, { lines }) => sum + lines.length, 0)

/** What a part leaves unused goes to the others, by weight. */
function shared(parts: { wanted: number; weight: number }[], total: number): number[] {
  const given = parts.map(() => 0)
  let open = parts.map((_, index) => index).filter((index) => (parts[index]?.wanted ?? 0) > 0)
  let left = Math.max(0, total)
  for (;;) {
    const weights = open.reduce((sum, index) => sum + (parts[index]?.weight ?? 0), 0)
    const content = open.filter((index) => {
      const { wanted = 0, weight = 0 } = parts[index] ?? {}
      return wanted <= (left * weight) / weights
    })
    if (content.length === 0) {
      for (const index of open) given[index] = (left * (parts[index]?.weight ?? 0)) / weights
      return given
    }
    for (const index of content) {
      given[index] = parts[index]?.wanted ?? 0
      left -= given[index]
    }
    open = open.filter((index) => !content.includes(index))
  }
}

function fitting({ lines, rest }: Part, room: number, before: number): string[] {
  if (sizeOf(lines) <= room) return lines
  const note = (kept: number): string => `… ${rest(kept)} (cursor ${before + kept})`
  // The more lines are kept, the shorter the note on the rest; that of none is the longest, but for its cursor.
  let left = room - sizeOf([note(0)]) - 2
  let kept = 0
  for (const line of lines) {
    left -= sizeOf([line])
    if (left < 0) break
    kept++
  }
  return [...lines.slice(0, kept), note(kept)]
}
