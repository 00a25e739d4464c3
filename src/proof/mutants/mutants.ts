/** Mistakes planted in code, one at a time: a check that notices none of them checks nothing. */
import { createHash } from 'node:crypto'
import { edited } from '../../changes/edits.ts'
import type { Edit } from '../../core/change.ts'
import type { Location } from '../../core/finding.ts'
import { type MutationKind, readMutations } from '../../source/mutations.ts'

export interface Mutant {
  /** The same while the place reads the same, wherever it moves. */
  id: string
  /** A kind of mutation, or `written`. */
  kind: MutationKind | 'written'
  /** `guard removed: if (!user) throw …` */
  title: string
  location: Location
  edits: Edit[]
  /** The lines of the place, as they are and as they would be. */
  before: string
  after: string
  /** What is expected to notice it, where somebody wrote that down. */
  killedBy?: string[]
}

export interface MutantOptions {
  kinds?: readonly MutationKind[]
  /** At most so many of the file, spread over it evenly. */
  limit?: number
  /** Leaves mutants out: what cannot matter in this file. */
  skip?: (mutant: Mutant) => boolean
}

/** Mutants of one file by its syntax. None when it does not parse. Those that would not parse are left out. */
export function mutantsOf(file: string, text: string, options: MutantOptions = {}): Mutant[] {
  const seen = new Map<string, number>()
  const all = (readMutations(file, text) ?? [])
    .filter(({ kind }) => options.kinds?.includes(kind) ?? true)
    .map(({ kind, start, end, text: insert }) =>
      mutantOf(
        file,
        text,
        { kind, title: kind, edits: [{ file, from: start, to: end, text: insert }] },
        seen,
      ),
    )
    .filter((mutant) => !options.skip?.(mutant))
  return spread(all, options.limit ?? all.length)
}

/** A mutant from its edits of one file. `seen` counts those that read the same. */
export function mutantOf(
  file: string,
  text: string,
  { kind, title, edits }: Pick<Mutant, 'kind' | 'title' | 'edits'>,
  seen: Map<string, number>,
): Mutant {
  const from = Math.min(...edits.map((one) => one.from))
  const to = Math.max(...edits.map((one) => one.to))
  const [start, end] = [lineStart(text, from), lineEnd(text, to)]
  const before = text.slice(start, end)
  const moved = edits.map((one) => ({ ...one, from: one.from - start, to: one.to - start }))
  const after = edited(before, moved)
  const key = JSON.stringify([file, kind, title, before, after])
  const count = (seen.get(key) ?? 0) + 1
  seen.set(key, count)
  return {
    id: createHash('sha256').update(`${key}${count}`).digest('hex').slice(0, 10),
    kind,
    title: title === kind ? `${kind}: ${short(text.slice(from, to) || before)}` : title,
    location: {
      file,
      line: text.slice(0, from).split('\n').length,
      column: from - lineStart(text, from) + 1,
    },
    edits,
    before,
    after,
  }
}

/** The text of a file with the mistake in it. */
export const mutated = (file: string, text: string, { edits }: Pick<Mutant, 'edits'>): string =>
  edited(
    text,
    edits.filter((one) => one.file === file),
  )

const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

const spread = <T>(all: readonly T[], limit: number): T[] =>
  limit >= all.length
    ? [...all]
    : Array.from({ length: limit }, (_, i) => all[Math.floor((i * all.length) / limit)]).flatMap(
        (one) => one ?? [],
      )
