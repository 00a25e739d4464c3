/** Guards whose source cannot be read, as the policy declares them. */
import type { DeclaredGuard } from '../../core/policy.ts'
import { allDeps, type Sources, union, unknown, type Value } from '../flow/value.ts'

/** What the flow reader asks of the policy. Each answer that was used is remembered: entries that never were are told. */
export interface Declared {
  guard(from: string, names: readonly string[]): DeclaredGuard | undefined
  isRole(key: string): boolean
  readonly used: ReadonlySet<DeclaredGuard | string>
}

export function declaredBy(policy: {
  guards: readonly DeclaredGuard[]
  roles: readonly { field: string }[]
}): Declared {
  const used = new Set<DeclaredGuard | string>()
  const roles = new Set(policy.roles.map(({ field }) => field))
  const mark = <Entry extends DeclaredGuard | string>(entry: Entry): Entry => {
    used.add(entry)
    return entry
  }
  return {
    used,
    guard(from, names) {
      const found = policy.guards.find(
        (one) => (from === one.package || from.startsWith(`${one.package}/`)) && names.includes(one.function),
      )
      return found && mark(found)
    },
    isRole: (key) => roles.has(key) && mark(key) === key,
  }
}

export const nothingDeclared: Declared = declaredBy({ guards: [], roles: [] })

/** The sources of a condition that the guard's caller has passed: `guards.ts` says what they come to. */
export function sourcesOf(guard: DeclaredGuard, args: readonly Value[]): Sources {
  const given = args.filter((arg) => arg.shape?.k !== 'request' && arg.shape?.k !== 'closure')
  const identity = `identity:${guard.package}`
  switch (guard.asks) {
    case 'session':
      return new Set([identity])
    case 'role':
      return new Set([identity, 'field:role (declared)'])
    case 'member':
      return union(new Set([identity, 'member:(declared)']), ...given.map((arg) => allDeps(arg)))
    case 'api-key':
      return new Set([`${identity} by header (declared)`])
    case 'signature':
      return new Set([`credential:signature (${guard.function})`])
    case 'secret':
      return new Set(['credential:header (declared)', 'env:SECRET (declared)'])
  }
}

/** What such a guard gives: the caller, where it asks who that is. */
export function callerOf(guard: DeclaredGuard): Value {
  const isPerson = guard.asks === 'session' || guard.asks === 'role' || guard.asks === 'member'
  return isPerson
    ? { ...unknown(new Set([`identity:${guard.package}`])), who: true }
    : unknown(sourcesOf(guard, []))
}
