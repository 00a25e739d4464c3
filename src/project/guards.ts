/** What the conditions on the way say about who may come through. Names of functions play no part. */
import type { Guard, GuardLevel } from '../core/map.ts'
import type { Event, Fact } from './flow/events.ts'
import { join } from './flow/facts.ts'
import { CHECKED_PASSWORD, SIGNED_LINK } from './flow/libraries.ts'
import { isRole, type Sources, trusted, type Value } from './flow/value.ts'

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
  // The way of a caller who is not signed in; a check that some callers get around.
  if (fact.absent || fact.partial) return 'none'
  const deps = [...fact.deps]
  // `if (!userId)` of `session?.user.id ?? query.userId`: whoever names somebody goes on.
  if (fact.presence && deps.some((dep) => dep.startsWith('instead:'))) return 'none'
  const has = (prefix: string): boolean => deps.some((dep) => dep.startsWith(prefix))
  const identity = deps.filter((dep) => dep.startsWith('identity:') && !dep.startsWith('identity:unverified'))
  if (identity.length > 0) {
    if (identity.every((dep) => dep.startsWith(`identity:${SIGNED_LINK}`))) return 'signature'
    if (identity.every((dep) => / by header/.test(dep))) return 'api-key'
    const named = namesInput(deps)
    // The row of a key or a session says who is calling, not what the caller may do.
    const found = deps.some(
      (dep) =>
        dep.startsWith('row:') && !identity.some((one) => one.startsWith(`identity:${dep.slice(4)} by `)),
    )
    // A row that says what the caller may do: a membership, or one found by the caller and by what the request names.
    const membership = has('member:') || has('operator:') || (found && named)
    // A session that has a role, whichever, says no more than a session: `if (!session.role) redirect('/login')`.
    const isAny = fact.presence && deps.every((dep) => !dep.startsWith('text:') || EVERYBODY.test(dep))
    const role = deps.some(
      (dep) => dep.startsWith('field:') && isRole(dep.slice(6)) && !(isAny && /^field:roles?$/i.test(dep)),
    )
    // `session.user.email !== env.ADMIN_EMAIL`: the installation says who it is.
    const appointed = !fact.presence && deps.some((dep) => APPOINTED.test(dep))
    return membership || role || appointed || (!fact.presence && named) ? 'permission' : 'session'
  }
  // A cookie that the application has signed itself is a session; another system signs in a header.
  const signed: GuardLevel = has('credential:cookie') ? 'session' : 'signature'
  if (has('credential:signature')) return signed
  if (has('credential:')) {
    if (deps.some((dep) => SECRET_VARIABLE.test(dep))) return has('derived:hash') ? signed : 'secret'
    return has('row:') ? 'api-key' : 'none'
  }
  // A value of the request held against one that only somebody with the server's key can know or make.
  if (!fact.presence && has('client:') && deps.some((dep) => SECRET_VARIABLE.test(dep)))
    return has('derived:hash') ? 'signature' : 'secret'
  return 'none'
}

/** Roles that whoever has an account has. */
const EVERYBODY = /^text:_?(users?|members?|authenticated|customers?|basic|default|everyone)$/i
const SECRET_VARIABLE = /^env:(?!NEXT_PUBLIC_).*(SECRET|SALT|SIGNING|TOKEN|KEY|PASS|CRON|BEARER|CRED)/
const APPOINTED = /^env:(?!NEXT_PUBLIC_).*(ADMIN|OWNER|MODERATOR|STAFF|SUPER_?USER)/
/** Parts that only come together when a request was handed on as a whole. */
const WHOLE = ['client:body', 'client:query', 'client:url']

/** True when an input of the caller has a part in it: not only the request that holds the credentials. */
function namesInput(deps: readonly string[]): boolean {
  const inputs = deps.filter((dep) => dep.startsWith('client:'))
  if (!WHOLE.every((one) => inputs.includes(one))) return inputs.length > 0
  return inputs.some((dep) => !WHOLE.includes(dep) && dep !== 'client:path')
}

/** True when the caller gave the password of the person that the way is about: as a login does. */
export const isPasswordChecked = (facts: readonly Fact[]): boolean =>
  facts.some((fact) => !fact.absent && fact.deps.has(CHECKED_PASSWORD))

/** True when some condition that held asks the caller for proof. */
export const isGuarded = (facts: readonly Fact[]): boolean => facts.some((fact) => levelOf(fact) !== 'none')

/**
 * The client inputs that a condition tied to the caller's identity. A row that was found by a tied input ties the other
 * inputs that picked it: after the membership in `teamId` was checked, a project found by `{ id, teamId }` is the team's.
 * `isOpenEnough`: an id of a row that is open to everybody counts as well.
 */
export function tiedInputs(facts: readonly Fact[], isOpenEnough = false): Set<string> {
  const tied = new Set<string>()
  const add = (fact: Fact): void => {
    // The request as a whole holds the credentials: that it was looked at says nothing of a part of it.
    const whole = WHOLE.every((one) => fact.deps.has(one))
    for (const dep of fact.deps)
      if (dep.startsWith('client:') && !(whole && WHOLE.includes(dep))) tied.add(dep.slice(7))
  }
  const open: Fact[] = []
  for (const fact of facts) {
    if (fact.sent) continue
    const isTie = fact.tie === 'found' || (isOpenEnough && fact.tie === 'open')
    if (levelOf(fact) !== 'none' || (isTie && trusted(fact.deps))) add(fact)
    else if (
      isTie ||
      (!fact.partial &&
        (fact.asked !== undefined || [...fact.deps].some((dep) => /^(row|remote):/.test(dep))))
    )
      open.push(fact)
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
  const guard = guardIn(rest.reduce((held, one) => join(held, one.facts), first.facts))
  if (guard.level !== 'none') return guard
  const [sometimes] = passes.map((one) => guardIn(one.facts).level).filter((level) => level !== 'none')
  // It turns some away who are not signed in: those who go on elsewhere are not asked.
  const refuses = events.some((event) => event.k === 'response' && event.facts.some((fact) => fact.absent))
  if (sometimes === undefined && !refuses) return guard
  return { ...guard, sometimes: sometimes ?? 'session' }
}

/**
 * What an endpoint asks of its caller: what held where it ended well. Where its function says nothing of that (it
 * answers through `res`, it always throws), what held at all of its work.
 */
export function guardOf(events: readonly Event[]): Guard {
  const end = events.findLast((event) => event.k === 'end')
  const atEnd = guardIn(end?.facts ?? [])
  if (atEnd.level !== 'none') return atEnd
  // An answer without a body (a preflight, `204`) says less than the work that it confirms.
  const answers = events.filter(
    (event) => event.k === 'response' && (event.status ?? 200) < 400 && !isEmpty(event.value),
  )
  const places = answers.length > 0 ? answers : workOf(events)
  return places.every((event) => isGuarded(event.facts)) ? guardIn(places.at(-1)?.facts ?? []) : atEnd
}

const isEmpty = (value: Value): boolean => value.shape?.k === 'response' && !value.shape.body

/** Queries other than those that a check consults to decide. */
function workOf(events: readonly Event[]): Event[] {
  const consulted = new Set<string>()
  for (const event of events)
    for (const fact of event.facts)
      if (levelOf(fact) !== 'none')
        for (const dep of fact.deps) if (dep.startsWith('row:')) consulted.add(dep.slice(4))
  return events.filter(
    (event) =>
      (event.k === 'access' && !(consulted.has(event.model) && !isGuarded(event.facts))) || event.k === 'raw',
  )
}

function guardIn(facts: readonly Fact[]): Guard {
  let level: GuardLevel = 'none'
  const by = new Map<string, Guard['by'][number]>()
  for (const fact of facts) {
    const one = levelOf(fact)
    if (one === 'none') continue
    // The first proof that is asked for says what kind of caller it is; what comes after can only narrow it.
    if (level === 'none' || (level === 'session' && one === 'permission')) level = one
    by.set(`${fact.within} ${fact.location.file}`, { name: fact.within, location: fact.location })
  }
  return { level, by: [...by.values()].slice(0, 4) }
}

/** The identity of the caller is in it, and nobody that the caller may name in its place. */
export const isVerified = (deps: Sources): boolean =>
  [...deps].some((dep) => dep.startsWith('identity:') && !dep.startsWith('identity:unverified')) &&
  ![...deps].some((dep) => dep.startsWith('instead:'))
