/** What the conditions on the way say about who may come through. Names of functions play no part. */
import type { Guard, GuardLevel } from '../core/map.ts'
import type { Event, Fact } from './flow/events.ts'
import type { Sources } from './flow/value.ts'

const ORDER: GuardLevel[] = ['none', 'secret', 'signature', 'api-key', 'session', 'permission']

/** The kind of proof that a condition asks for; `none` when it does not depend on who is calling. */
export function levelOf(fact: Fact): GuardLevel {
  const deps = [...fact.deps]
  const identity = deps.filter((dep) => dep.startsWith('identity:') && !dep.startsWith('identity:unverified'))
  if (identity.length > 0) {
    if (identity.every((dep) => / by header/.test(dep))) return 'api-key'
    return fact.presence ? 'session' : 'permission'
  }
  if (deps.some((dep) => dep.startsWith('credential:signature'))) return 'signature'
  if (deps.some((dep) => dep.startsWith('credential:')))
    return deps.some((dep) => dep.startsWith('env:'))
      ? 'secret'
      : deps.some((dep) => dep.startsWith('row:'))
        ? 'api-key'
        : 'none'
  return 'none'
}

/** True when some condition that held asks the caller for proof. */
export const isGuarded = (facts: readonly Fact[]): boolean => facts.some((fact) => levelOf(fact) !== 'none')

/** The client inputs that a condition tied to the caller's identity. */
export function tiedInputs(facts: readonly Fact[]): Set<string> {
  const tied = new Set<string>()
  for (const fact of facts) {
    if (levelOf(fact) === 'none') continue
    for (const dep of fact.deps) if (dep.startsWith('client:')) tied.add(dep.slice(7))
  }
  return tied
}

export function guardOf(events: readonly Event[]): Guard {
  let level: GuardLevel = 'none'
  const by = new Map<string, Guard['by'][number]>()
  for (const event of events) {
    for (const fact of event.facts) {
      const one = levelOf(fact)
      if (one === 'none') continue
      if (ORDER.indexOf(one) > ORDER.indexOf(level)) level = one
      by.set(`${fact.within} ${fact.location.file}`, { name: fact.within, location: fact.location })
    }
  }
  return { level, by: [...by.values()].slice(0, 4) }
}

export const isVerified = (deps: Sources): boolean =>
  [...deps].some((dep) => dep.startsWith('identity:') && !dep.startsWith('identity:unverified'))
