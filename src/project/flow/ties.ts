/** What a condition of two parts says of the row that both are about, where the one part leaves the other out. */
import type { Fact } from './events.ts'
import { trusted } from './value.ts'

/** Columns by which the owner of a row says who may see it. */
export const VISIBILITY =
  /^(is_?)?(public|private|published|shared?|visible|visibility|listed|unlisted|hidden|availability|publishedAt|sharedAt)$/i

/**
 * `if (row && row.userId !== me.id) throw`: there is no such row, or it is the caller's. `if (row.isPrivate && row.userId !==
 * me.id) throw`: it is open to everybody, or the caller's. One part alone asks nobody who is calling, so that such a fact is no guard;
 * but it says of the id that picked the row whose it is. `one` and `other`: what either way has learnt. `isOwnKey`: the row of this
 * model was found by what was sent alone. Where it was found by the caller as well, a missing row lets everybody go on: `if
 * (membership && membership.role !== 'admin') throw`.
 */
export function tiesOf(
  one: readonly Fact[],
  other: readonly Fact[],
  isOwnKey: (row: string) => boolean,
): Fact[] {
  if (!one.some(isOfRow) && !other.some(isOfRow)) return []
  return [...tiesBeside(one, other, isOwnKey), ...tiesBeside(other, one, isOwnKey)]
}

function tiesBeside(
  open: readonly Fact[],
  asked: readonly Fact[],
  isOwnKey: (row: string) => boolean,
): Fact[] {
  const [only, ...others] = open
  const missing = only?.missing && others.length === 0 && !isColumn(only) ? rowsOf(only) : []
  const found = missing.length === 1 ? missing.filter(isOwnKey) : []
  const shown = open.filter(isVisibility).flatMap(rowsOf)
  const asks = asked.filter((fact) => !fact.partial && !fact.missing && trusted(fact.deps))
  const tied = (rows: readonly string[], tie: 'found' | 'open'): Fact[] =>
    asks
      .filter(({ deps }) => rows.some((row) => deps.has(row)))
      .map((fact): Fact => ({ ...fact, partial: true, tie }))
  // `private && not mine && not shared with me`
  const kept = open.filter(
    (fact) =>
      fact.tie === 'open' &&
      asks.some(({ deps }) => [...fact.deps].some((dep) => isInput(dep) && deps.has(dep))),
  )
  return [...tied(found, 'found'), ...tied(shown, 'open'), ...kept]
}

const isInput = (dep: string): boolean => dep.startsWith('client:')
const rowsOf = ({ deps }: Fact): string[] => [...deps].filter((dep) => dep.startsWith('row:'))
const isColumn = ({ deps }: Fact): boolean => [...deps].some((dep) => dep.startsWith('field:'))
const isOfRow = (fact: Fact): boolean => rowsOf(fact).length > 0

/** The column was asked for, and not found to say that the row is for its owner alone. */
function isVisibility({ deps, partial, presence, terms }: Fact): boolean {
  if (partial) return false
  const held = terms.every((term) => term.endsWith('+'))
  return [...deps].some((dep) => {
    if (!dep.startsWith('field:') || !VISIBILITY.test(dep.slice(6))) return false
    return !presence || held !== /private|hidden|unlisted/i.test(dep)
  })
}
