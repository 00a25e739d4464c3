/** What the conditions on the way say about who may come through. Names of functions play no part. */
import type { Guard, GuardLevel } from '../core/map.ts'
import type { Event, Fact } from './flow/events.ts'
import { join } from './flow/facts.ts'
import type { Sources } from './flow/value.ts'

/** The kind of proof that a condition asks for; `none` when it does not depend on who is calling. */
export function levelOf(fact: Fact): GuardLevel {
  const cached = levels.get(fact)
  if (cached !== undefined) return cached
  const level = judge(fact)
  levels.set(fact, level)
  return level
}

const levels = new WeakMap<Fact, GuardLevel>()

function judge(fact: Fact): GuardLevel {
  const deps = [...fact.deps]
  const identity = deps.filter((dep) => dep.startsWith('identity:') && !dep.startsWith('identity:unverified'))
  if (identity.length > 0) {
    if (identity.every((dep) => / by header/.test(dep))) return 'api-key'
    // A row that says what the caller may do: a membership, or one found by the caller and by what the request names.
    const membership =
      deps.some((dep) => dep.startsWith('member:')) ||
      (deps.some((dep) => dep.startsWith('row:')) && deps.some((dep) => dep.startsWith('client:')))
    return fact.presence && !membership ? 'session' : 'permission'
  }
  if (deps.some((dep) => dep.startsWith('credential:signature'))) return 'signature'
  if (deps.some((dep) => dep.startsWith('credential:')))
    return deps.some((dep) => dep.startsWith('env:'))
      ? 'secret'
      : deps.some((dep) => dep.startsWith('row:'))
        ? 'api-key'
        : 'none'
  // A value of the request held against one that only somebody with the server's key can make.
  if (
    !fact.presence &&
    deps.some((dep) => /^env:.*(SECRET|SALT|SIGNING)/.test(dep)) &&
    deps.some((dep) => dep.startsWith('client:'))
  )
    return 'signature'
  return 'none'
}

/** True when some condition that held asks the caller for proof. */
export const isGuarded = (facts: readonly Fact[]): boolean => facts.some((fact) => levelOf(fact) !== 'none')

/**
 * The client inputs that a condition tied to the caller's identity. A row that was found by a tied input ties the other
 * inputs that picked it: after the membership in `teamId` was checked, a project found by `{ id, teamId }` is the team's.
 */
export function tiedInputs(facts: readonly Fact[]): Set<string> {
  const tied = new Set<string>()
  const add = (fact: Fact): void => {
    for (const dep of fact.deps) if (dep.startsWith('client:')) tied.add(dep.slice(7))
  }
  const open: Fact[] = []
  for (const fact of facts) {
    if (levelOf(fact) !== 'none') add(fact)
    else if ([...fact.deps].some((dep) => dep.startsWith('row:'))) open.push(fact)
  }
  // Each round ties at least one more input or ends.
  for (let grew = true; grew; ) {
    const before = tied.size
    for (const fact of open)
      if ([...fact.deps].some((dep) => dep.startsWith('client:') && tied.has(dep.slice(7)))) add(fact)
    grew = tied.size > before
  }
  return tied
}

/** What a proxy asks of every request that it lets through: what holds wherever it does. */
export function guardOfProxy(events: readonly Event[]): Guard {
  const passes = events.filter((event) => event.k === 'pass')
  const [first, ...rest] = passes
  if (!first) return { level: 'none', by: [] }
  const facts = rest.reduce((held, one) => join(held, one.facts), first.facts)
  return guardOf([{ ...first, facts }])
}

export function guardOf(events: readonly Event[]): Guard {
  let level: GuardLevel = 'none'
  const by = new Map<string, Guard['by'][number]>()
  const seen = new Set<Fact>()
  for (const event of events) {
    for (const fact of event.facts) {
      if (seen.has(fact)) continue
      seen.add(fact)
      const one = levelOf(fact)
      if (one === 'none') continue
      // The first proof that is asked for says what kind of caller it is; what comes after can only narrow it.
      if (level === 'none' || (level === 'session' && one === 'permission')) level = one
      by.set(`${fact.within} ${fact.location.file}`, { name: fact.within, location: fact.location })
    }
  }
  return { level, by: [...by.values()].slice(0, 4) }
}

export const isVerified = (deps: Sources): boolean =>
  [...deps].some((dep) => dep.startsWith('identity:') && !dep.startsWith('identity:unverified'))
