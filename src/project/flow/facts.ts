/** What is known where two paths meet. */
import type { Fact } from './events.ts'
import { type Sources, trusted, type Value } from './value.ts'

/** Pairs beyond this say nothing new and cost time. */
const PAIRS = 64

/**
 * A fact of both paths stays. Of facts that only one path has, "one of the two held" stays, as far as both depend on
 * the same sources: `if (isOwner(x)) return; if (isAdmin(x)) return; throw` lets nobody through unchecked. Two outcomes
 * of one test cancel out: then the test decided nothing.
 */
export function join(a: readonly Fact[], b: readonly Fact[]): readonly Fact[] {
  if (a === b) return a
  // Both paths began with the same facts: only what came after has to be compared.
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  const ends = new Set(b.slice(start))
  const both = start === a.length ? a : a.filter((fact, i) => i < start || ends.has(fact))
  const left = a.slice(start).filter((fact) => !ends.has(fact) && isProof(fact))
  if (left.length === 0) return both
  const held = new Set(both)
  const right = b.slice(start).filter((fact) => !held.has(fact) && isProof(fact))
  if (right.length === 0) return both
  const merged = new Set<Fact>()
  let pairs = 0
  for (const one of left) {
    for (const other of right) {
      if (++pairs > PAIRS) break
      const fact = eitherFact(one, other)
      if (fact) merged.add(fact)
    }
  }
  return merged.size === 0 ? both : [...both, ...merged]
}

/**
 * What holds where a function has returned. `if (!id) return; if (row.orgId !== orgId) throw`: where the input was not sent there
 * is nothing to check, so what was asked of it otherwise holds for whoever sends it.
 */
export function joinReturns(
  returns: readonly { facts: readonly Fact[] }[],
  before: readonly Fact[],
): readonly Fact[] {
  const all = elsewhere(
    returns.map(({ facts }) => facts),
    before,
  )
  const joined = all.slice(1).reduce(join, all[0] ?? before)
  const missing = all.map((facts) => notSent(facts.filter((fact) => !before.includes(fact))))
  const checked = all.filter((_, i) => missing[i] === undefined)
  const [input] = missing.flatMap((one) => one ?? [])
  const [first, ...rest] = checked
  if (input === undefined || !first) return joined
  const isOf = (dep: string): boolean =>
    dep === input || dep.startsWith(`${input}.`) || dep.startsWith(`${input}[`)
  const own = rest
    .reduce(join, first)
    .filter((fact) => !before.includes(fact) && !joined.includes(fact) && [...fact.deps].some(isOf))
  return own.length === 0 ? joined : [...joined, ...own.map((fact): Fact => ({ ...fact, ifSent: true }))]
}

/** Variables that say where the application runs. */
const PLACE =
  /^env:(NODE_ENV|VERCEL|VERCEL_ENV|APP_ENV|ENVIRONMENT|CI|(NEXT_PUBLIC_)?IS_?(DEV|LOCAL|TEST)\w*|(LOCAL|DEV|TEST|E2E)(_\w+)?)$/

/**
 * `if (process.env.VERCEL !== '1') return`: a check that is left out at home, or in tests. No caller decides that, so what holds
 * is what was asked on the other ways.
 */
export function elsewhere(
  ways: readonly (readonly Fact[])[],
  before: readonly Fact[],
): readonly (readonly Fact[])[] {
  const isAtHome = (facts: readonly Fact[]): boolean => {
    const gained = facts.filter((fact) => !before.includes(fact))
    return (
      gained.length > 0 &&
      gained.every(({ deps }) => deps.size > 0 && [...deps].every((dep) => PLACE.test(dep)))
    )
  }
  const others = ways.filter((facts) => !isAtHome(facts))
  const asked = others.length > 0 && others.every((facts) => facts.some(({ deps }) => trusted(deps)))
  return asked ? others : ways
}

/** The input that was not sent, where a way knows nothing else. */
function notSent(gained: readonly Fact[]): string | undefined {
  const [only, ...others] = gained
  const [dep] = only?.deps ?? []
  return only?.missing &&
    (only.count || (only.presence && only.sent)) &&
    others.length === 0 &&
    only.deps.size === 1 &&
    dep?.startsWith('client:')
    ? dep
    : undefined
}

/** Facts of a call that was returned hold as well as those of the place that returns it. */
export function withFacts(here: readonly Fact[], back: readonly Fact[] | undefined): readonly Fact[] {
  if (!back) return here
  const more = back.filter((fact) => !here.includes(fact))
  return more.length === 0 ? here : [...here, ...more]
}

/** `row.userId === me.id ? row : null`: a row, with what holds where it is not left out. `before`: what holds anyway. */
export function keptWhere(value: Value, held: readonly Fact[], before: readonly Fact[]): Value {
  if (![...value.deps].some((dep) => dep.startsWith('row:'))) return value
  const gained = held.filter(
    (fact) => !before.includes(fact) && has(fact.deps, 'row:') && (!fact.presence || trusted(fact.deps)),
  )
  return gained.length === 0 ? value : { ...value, kept: withFacts(gained, value.kept) }
}

/** What holds of the rows that an answer shows: the conditions under which they are in it. */
export function withKept(facts: readonly Fact[], answer: Value, depth = 2): readonly Fact[] {
  const { kept, shape } = answer
  const own = withFacts(facts, kept)
  if (depth === 0 || shape?.k !== 'object') return own
  return [...shape.fields.values()].reduce((all, field) => withKept(all, field, depth - 1), own)
}

/** What stays of the facts of a loop's body: what each element had to pass. An empty list passes nothing else. */
export function ofEach(after: readonly Fact[], before: readonly Fact[], item: Value): readonly Fact[] {
  const input = item.client
  if (input === undefined) return ofEachRow(after, before, item)
  const own = `client:${input}`
  // An element of a list of texts has the list itself as its source.
  const list = own.replace(/\[\]$/, '')
  const isOfItem = (dep: string): boolean => dep === own || dep === list || dep.startsWith(`${own}.`)
  const kept = after.filter((fact) => !before.includes(fact) && [...fact.deps].some(isOfItem))
  return kept.length === 0 ? before : [...before, ...kept]
}

/**
 * `for (const row of rows) if (row.teamId !== teamId) throw`: of ids that found rows, these are the team's. Where they found none,
 * nobody was asked who is calling.
 */
function ofEachRow(after: readonly Fact[], before: readonly Fact[], item: Value): readonly Fact[] {
  const rows = [...item.deps].filter((dep) => dep.startsWith('row:'))
  if (rows.length === 0 || !has(item.deps, 'client:')) return before
  const own = after.filter(
    (fact) => !before.includes(fact) && isProof(fact) && rows.every((row) => fact.deps.has(row)),
  )
  return own.length === 0
    ? before
    : [...before, ...own.map((fact): Fact => ({ ...fact, partial: true, tie: 'found' }))]
}

/** Kept per pair, so that the same alternative is the same fact wherever paths meet. */
const known = new WeakMap<Fact, WeakMap<Fact, Fact | null>>()

function eitherFact(one: Fact, other: Fact): Fact | null {
  const row = known.get(one) ?? new WeakMap<Fact, Fact | null>()
  known.set(one, row)
  const cached = row.get(other)
  if (cached !== undefined) return cached
  const fact = opposed(one, other) ? null : alternative(one, other)
  row.set(other, fact)
  return fact
}

/** What was not there proves nothing where another way was open. */
const isProof = (fact: Fact): boolean =>
  !fact.missing && !fact.partial && (trusted(fact.deps) || isLookedUp(fact))

/** A row was found by what the caller sent. */
const isLookedUp = ({ deps, sent, count }: Fact): boolean =>
  !sent && !count && has(deps, 'row:') && has(deps, 'client:')

const has = (deps: Sources, prefix: string): boolean => [...deps].some((dep) => dep.startsWith(prefix))

function alternative(one: Fact, other: Fact): Fact | null {
  const terms = [...new Set([...one.terms, ...other.terms])]
  if (!trusted(one.deps) || !trusted(other.deps)) return foundEitherWay(one, other, terms)
  const [privilege, asked] = isPrivilege(one) ? [one, other] : [other, one]
  if (isPrivilege(privilege)) {
    const more = [...privilege.deps].filter((dep) => isPrivilege(asked) || dep.startsWith('identity:'))
    return { ...asked, deps: new Set([...asked.deps, ...more]), terms }
  }
  const deps = alternatives(one.deps, other.deps)
  return trusted(deps) ? { ...one, deps, terms, presence: one.presence || other.presence } : null
}

/** `kind === 'a' ? await findA(id, orgId) : await findB(id, orgId)`, and neither way goes on without its row. */
function foundEitherWay(one: Fact, other: Fact, terms: string[]): Fact | null {
  if (!isLookedUp(one) || !isLookedUp(other)) return null
  const both = intersection(one.deps, other.deps)
  if (!has(both, 'client:')) return null
  const rows = [...one.deps, ...other.deps].filter((dep) => dep.startsWith('row:'))
  return { ...one, deps: new Set([...both, ...rows]), terms, presence: one.presence || other.presence }
}

/**
 * `if (user.role === 'admin') return; if (!isMember(user, id)) throw`: those who may do everything passed the one, all others
 * the other. Such a test compares what the caller is, not a row or an id that the caller has named.
 */
const isPrivilege = (fact: Fact): boolean =>
  !fact.count &&
  // What was sent counts only where it is the credential itself: `?token=` beside a header.
  [...fact.deps].every(
    (dep) => !dep.startsWith('client:') || (CREDENTIAL.test(dep) && isSentAsProof(fact)),
  ) &&
  (!fact.presence || [...fact.deps].some((dep) => dep.startsWith('field:') && PRIVILEGE.test(dep)))

const isSentAsProof = ({ deps }: Fact): boolean => [...deps].some((dep) => dep.startsWith('credential:'))

const PRIVILEGE = /admin|super_?user|\broot\b|staff|system/i
const CREDENTIAL = /token|key|secret|auth|session|cookie/i

/** What both depend on. Where each asked for an identity, of whatever kind, there is one either way. */
function alternatives(a: Sources, b: Sources): Sources {
  const both = intersection(a, b)
  const identities = [a, b].map((deps) => [...deps].filter((dep) => /^identity:(?!unverified)/.test(dep)))
  return identities.every((found) => found.length > 0) ? new Set([...both, ...identities.flat()]) : both
}

const opposite = (term: string): string => term.slice(0, -1) + (term.endsWith('+') ? '-' : '+')
const opposed = (a: Fact, b: Fact): boolean => a.terms.some((term) => b.terms.includes(opposite(term)))
const intersection = (a: Sources, b: Sources): Sources => new Set([...a].filter((item) => b.has(item)))
