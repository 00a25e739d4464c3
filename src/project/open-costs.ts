/** Work that somebody pays for, at endpoints that ask nobody who they are: named questions over the events of one run. */
import { isAnonymous, isLimitedInProxy, packageCalls } from './credentials.ts'
import type { Costly, Event, Fact } from './flow/events.ts'
import { allDeps, type Sources, textOf, type Value } from './flow/value.ts'
import { isPasswordChecked } from './guards.ts'
import { leaves } from './ownership.ts'
import type { Project, Run } from './project.ts'
import { inputsIn, type Reach } from './reach.ts'

/** A costly call that anybody reaches. */
export interface OpenCost {
  run: Run
  call: Costly
  /** The input of the caller that goes into it, if one is seen to. */
  input?: string
  /** Something on the way may protect it after all. */
  doubt: boolean
}

/** Of each endpoint that nothing guards and nothing limits, the first call of each kind, those with an input before others. */
export function openCosts(project: Project): OpenCost[] {
  if (isLimitedInProxy(project)) return []
  return project.runs.filter(isOpen).flatMap((run) => {
    const found = run.events.flatMap((event, at): OpenCost[] =>
      event.k === 'costly' && isReached(event) && !isLimited(run, at) ? [costOf(run, event)] : [],
    )
    const kinds = [...new Set(found.map(({ call }) => call.kind))]
    return kinds.flatMap((kind) => {
      const ofKind = found.filter(({ call }) => call.kind === kind)
      return ofKind.find(({ input }) => input !== undefined) ?? ofKind.slice(0, 1)
    })
  })
}

/** Nobody is asked, neither by the endpoint nor by a proxy before it, as far as that was read. */
function isOpen({ endpoint }: Run): boolean {
  if (!endpoint || endpoint.kind === 'middleware') return false
  const { level, proxy, sometimes } = endpoint.guard
  return level === 'none' && proxy === undefined && sometimes === undefined
}

/** Whoever comes here has shown nothing, and does not pay with a key of their own. */
const isReached = (call: Costly): boolean =>
  isAnonymous(call) &&
  !isPasswordChecked(call.facts) &&
  !call.keys.some((key) => has(key, /^(client|credential):/))

const has = (value: Value, source: RegExp): boolean => [...allDeps(value)].some((dep) => source.test(dep))

/** Names of columns that say what somebody may still use. */
const ALLOWANCE = /^field:.*(quota|credit|balance|usage|allowance|remaining|budget)/i
const CHALLENGE = /siteverify|turnstile|captcha/i

/** Something on the way counts, tells people from programs, or asks what is left to spend. */
function isLimited(run: Run, at: number): boolean {
  const call = run.events[at]
  if (call?.k === 'costly' && call.facts.some(({ deps }) => [...deps].some((dep) => ALLOWANCE.test(dep))))
    return true
  return run.events.slice(0, at).some(limits)
}

function limits(event: Event): boolean {
  if (event.k === 'response' || event.k === 'refusal') return event.status === 429
  if (event.k === 'sink') return event.sink === 'request' && CHALLENGE.test(textOf(event.value).lead)
  // `isRateLimitError(error)`: that the service itself limits helps nobody who pays for it.
  return (
    event.k === 'package-call' &&
    /^(limit|check-allowance)$/.test(event.purpose) &&
    !/error/i.test(event.name)
  )
}

function costOf(run: Run, call: Costly): OpenCost {
  const input = inputOf(run, call)
  const before = run.events.slice(0, run.events.indexOf(call))
  const doubt =
    (run.endpoint?.unknown.length ?? 0) > 0 ||
    packageCalls(run, 'check-signature').length > 0 ||
    run.events.some((event) => event.k === 'decode') ||
    call.keys.some((key) => has(key, /^row:/)) ||
    call.facts.some(mayProtect) ||
    before.some(refuses)
  return { run, call, doubt, ...(input === undefined ? {} : { input }) }
}

/** Somebody is turned away as not signed in or not allowed, whatever it was that was asked; a switch asks nobody. */
const refuses = (event: Event): boolean =>
  (event.k === 'response' || event.k === 'refusal') &&
  (event.status === 401 ||
    (event.status === 403 && [...(event.facts.at(-1)?.deps ?? [])].some((dep) => !dep.startsWith('env:'))))

/** The text of a row that only the right person has been given; a way that is open in development alone. */
const mayProtect = ({ deps }: Fact): boolean => deps.has('env:NODE_ENV') || isCapability([...deps])

const isCapability = (deps: readonly string[]): boolean =>
  deps.some((dep) => dep.startsWith('row:')) &&
  deps.some((dep) => /^client:.*(token|secret|code|hash|key|invit)/i.test(dep))

/** What the caller sent that is among what the service is given, as it was or computed with. */
function inputOf(run: Run, { sent }: Costly): string | undefined {
  const inputs = sent.flatMap((value) => parts(value, NESTED)).flatMap((one) => inputsIn(run, saidBy(one)))
  const rank = ({ input, sure }: Reach): number => Number(sure) + Number(SPOKEN.test(input))
  const [first] = inputs.filter(({ stored }) => !stored).sort((a, b) => rank(b) - rank(a))
  return first?.input
}

/** What stands in a text; of what a package made of the input, all that it was given. An input that found a row is not in it. */
function saidBy(value: Value): Sources {
  const { all } = textOf(value)
  if (all.size > 0 || has(value, /^row:/)) return all
  return new Set([...allDeps(value)].filter((dep) => dep.startsWith('client:')))
}

/** Of several inputs, what tells the service what to do names the call best. */
const SPOKEN = /prompt|message|text|content|question|query|input|description|url|phone|number|title/i

/** `messages[].content[].image_url.url` is deeper than one look goes. */
const NESTED = 3

const parts = (value: Value, more: number): Value[] =>
  leaves(value).flatMap(({ value: one }) =>
    more > 0 && one !== value && /^(object|array)$/.test(one.shape?.k ?? '') ? parts(one, more - 1) : [one],
  )
