/** Mistakes that somebody wrote down, as patterns of tokens: they are found however the code is formatted. */
import type { Edit } from '../../core/change.ts'
import { filled, matchesOf } from '../../source/tokens.ts'
import { type Mutant, mutantOf } from './mutants.ts'

export interface Replacement {
  /** Patterns of `matchesOf`; the first that is found counts. A regular expression looks at the text as it is. */
  find: (string | RegExp)[]
  put: string
  /** Everywhere, instead of at the first place. */
  everywhere?: boolean
}

export interface WrittenMutant {
  id: string
  /** The mistake, as one would say it. */
  title: string
  /** All of them, each in whatever file has it; without one of them there is no mutant. */
  changes: Replacement[]
  killedBy: string[]
  /** Why there may be no place for it in a project. */
  optional?: string
}

/** The mutant in these texts; `undefined` when a pattern is found nowhere. */
export function planted(written: WrittenMutant, texts: ReadonlyMap<string, string>): Mutant | undefined {
  const edits: Edit[] = []
  for (const change of written.changes) {
    const found = placesOf(change, texts)
    if (found.length === 0) return undefined
    edits.push(...found)
  }
  const [first] = edits
  const text = first && texts.get(first.file)
  if (!first || text === undefined) return undefined
  const own = edits.filter(({ file }) => file === first.file)
  const mutant = mutantOf(first.file, text, { kind: 'written', title: written.title, edits: own }, new Map())
  return { ...mutant, id: written.id, edits, killedBy: written.killedBy }
}

function placesOf({ find, put, everywhere }: Replacement, texts: ReadonlyMap<string, string>): Edit[] {
  for (const pattern of find)
    for (const [file, text] of texts) {
      const edits =
        typeof pattern === 'string' ? byTokens(file, text, pattern, put) : byText(file, text, pattern, put)
      if (edits.length > 0) return everywhere ? edits : edits.slice(0, 1)
    }
  return []
}

const byTokens = (file: string, text: string, pattern: string, put: string): Edit[] =>
  matchesOf(text, pattern).map((match) => ({
    file,
    from: match.start,
    to: match.end,
    text: filled(put, match),
  }))

const byText = (file: string, text: string, pattern: RegExp, put: string): Edit[] =>
  [...text.matchAll(new RegExp(pattern, `${pattern.flags.replace('g', '')}g`))].map((match) => ({
    file,
    from: match.index,
    to: match.index + match[0].length,
    text: put,
  }))
