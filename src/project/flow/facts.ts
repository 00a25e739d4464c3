/** What is known where two paths meet. */
import type { Fact } from './events.ts'
import { type Sources, trusted } from './value.ts'

/** Pairs beyond this say nothing new and cost time. */
const PAIRS = 64

/**
 * A fact of both paths stays. Of facts that only one path has, "one of the two held" stays, as far as both depend on
 * the same sources: `if (isOwner(x)) return; if (isAdmin(x)) return; throw` lets nobody through unchecked. Two outcomes
 * of one test cancel out: then the test decided nothing.
 */
export function join(a: readonly Fact[], b: readonly Fact[]): readonly Fact[] {
  if (a === b) return a
  const shared = new Set(b)
  const both = a.filter((fact) => shared.has(fact))
  const held = new Set(both)
  const left = a.filter((fact) => !held.has(fact) && trusted(fact.deps))
  const right = b.filter((fact) => !held.has(fact) && trusted(fact.deps))
  if (left.length === 0 || right.length === 0) return both
  const merged = new Map<string, Fact>()
  let pairs = 0
  for (const one of left) {
    for (const other of right) {
      if (++pairs > PAIRS) break
      if (opposed(one, other)) continue
      const deps = intersection(one.deps, other.deps)
      if (!trusted(deps)) continue
      const terms = [...new Set([...one.terms, ...other.terms])].sort()
      merged.set(terms.join(' '), { ...one, deps, terms, presence: one.presence || other.presence })
    }
  }
  return [...both, ...merged.values()]
}

const opposite = (term: string): string => term.slice(0, -1) + (term.endsWith('+') ? '-' : '+')
const opposed = (a: Fact, b: Fact): boolean => a.terms.some((term) => b.terms.includes(opposite(term)))
const intersection = (a: Sources, b: Sources): Sources => new Set([...a].filter((item) => b.has(item)))
