/** Calls whose target is not in the project: array methods, wrappers of packages, globals. */
import { placeOf, type Syntax } from '../../source/syntax.ts'
import { ofEach, withKept } from './facts.ts'
import { assigned, listed } from './forms.ts'
import { jsonCall } from './json.ts'
import { someOf } from './known-path.ts'
import { isSignature, wrappedRequest, wrapperAsks } from './libraries.ts'
import type { Machine } from './machine.ts'
import { cacheCall } from './package-calls.ts'
import { isValidator, keepsSchema } from './parsing.ts'
import { remoteCall } from './remote.ts'
import { noteMethod } from './sinks.ts'
import { isPath, textOfCall } from './text.ts'
import { isTool, toolCall } from './tools.ts'
import {
  allDeps,
  client,
  doubted,
  either,
  insideDeps,
  NONE,
  shaped,
  statusOf,
  sureLiteral,
  surely,
  textOf,
  textsAsked,
  union,
  unknown,
  type Value,
} from './value.ts'

const PER_ELEMENT = new Set([
  'map',
  'forEach',
  'filter',
  'find',
  'findIndex',
  'some',
  'every',
  'flatMap',
  'reduce',
  'sort',
  'toSorted',
])
/** Texts of a list that are held against the path one by one, at most. */
const ITEMS = 60
/** How a bot or an emitter is told what to do with what it has taken, and checked, by itself. */
const LISTENS =
  /^(on|once|addListener|hears|command)$|^on([A-Z]\w*)?(Message|Mention|Event|Command|Reaction|Action|Interaction|Callback|Modal\w*)$/
/**
 * Queues that call back: `serve` checks the signature of each request once it has the keys, which stand in the environment.
 * https://upstash.com/docs/workflow/howto/security, https://www.inngest.com/docs/platform/signing-keys. The consumer of a queue
 * of Vercel has no address: https://vercel.com/docs/queues
 */
const SERVES = /^(@upstash\/workflow|inngest|@vercel\/queue)(\/|$)/
const LATER = /^(cache|unstable_cache|useCallback|memoize|setTimeout|setInterval)$/

const settled = (value: Value): Value => (value.shape?.k === 'promise' ? settled(value.shape.of) : value)

function element(of: Value): Value {
  const shape = settled(of).shape
  if (shape?.k === 'array') return shape.of
  if (of.client !== undefined) return { ...of, client: `${of.client}[]` }
  return { ...unknown(allDeps(of)), ...(of.text ? { text: of.text } : {}) }
}

/** Calls a function that is not in the project, and notes what stands in a text that it gives. */
export function invoke(
  machine: Machine,
  callee: Value,
  args: Value[],
  syntax: Syntax,
  at: number,
  name: string,
  of?: Value,
): Value {
  if (of && isWeakTest(name, of, args)) return unknown()
  if (of) noteMethod(machine, name, of, args, syntax, at)
  const around = machine.loop
  if (of && isStep(name, args)) machine.loop = undefined
  const value = result(machine, callee, args, syntax, at, name, of)
  machine.loop = around
  const text = textOfCall(name, of ?? (isPath(callee) ? callee : undefined), args)
  return text ? { ...value, text } : value
}

/** `step.run('charge', async () => …)` of a durable workflow: each step is carried out, kept and tried again by itself. */
const isStep = (name: string, args: readonly Value[]): boolean =>
  /^(run|do)$/.test(name) &&
  args[1]?.shape?.k === 'closure' &&
  args[0] !== undefined &&
  (args[0].text !== undefined || (args[0].shape?.k === 'literal' && typeof args[0].shape.value === 'string'))

/** `url.startsWith('http')`: whoever passes may have sent any URL. */
function isWeakTest(name: string, of: Value, [start]: Value[]): boolean {
  const lead = start?.shape?.k === 'literal' ? start.shape.value : undefined
  return (
    name === 'startsWith' &&
    typeof lead === 'string' &&
    /^\W*https?(:\/*)?$/.test(lead) &&
    textOf(of).all.size > 0
  )
}

function result(
  machine: Machine,
  callee: Value,
  args: Value[],
  syntax: Syntax,
  at: number,
  name: string,
  of?: Value,
): Value {
  const given = union(callee.deps, of ? insideDeps(of) : NONE, ...args.map((arg) => allDeps(arg)))
  const closures = args.filter((arg) => arg.shape?.k === 'closure')
  const shape = callee.shape
  const outside = shape?.k === 'external' || shape?.k === 'chain'
  const deps = union(given, outside ? remoteCall(machine, shape, args, syntax, at) : NONE)
  if (of && args[0] && /^(then|catch|finally)$/.test(name) && !machine.naming) {
    if (name === 'then') return machine.call(args[0], [of], syntax, at, name)
    machine.attempt(args[0], [unknown(new Set(['error']))], syntax, at, name)
    return of
  }
  if (name === 'status' && of) return { ...of, ...statusOf(args[0]) }
  const ends = name === 'end' && of?.status !== undefined
  // `resend.emails.send(mail)` of a package answers nobody.
  const sends = (name === 'json' || (name === 'send' && !outside)) && args.length > 0
  if (of && (ends || sends) && !machine.naming) {
    const body = sends ? args[0] : undefined
    const status = of.status ?? (machine.caught ? 500 : undefined)
    const known = status === undefined ? {} : { status }
    const value = { ...shaped(body ? { k: 'response', body } : { k: 'response' }), ...known }
    const facts = body ? withKept(machine.facts, body) : machine.facts
    machine.emit({ ...machine.moment(syntax, at), facts, k: 'response', value, ...known })
    return value
  }
  const keeps =
    of?.client !== undefined &&
    /^(trim|toString|toLowerCase|toUpperCase|normalize|at|slice|split|entries)$/.test(name)
  if (keeps) return of
  if (
    /^(String|Number|BigInt|parseInt|parseFloat|decodeURIComponent|Object\.fromEntries|fromEntries)$/.test(
      name,
    ) &&
    args[0]?.client !== undefined
  )
    return args[0]
  if (name === 'fromEntries' && args[0] && isQuery(args[0])) return client('query')
  if (shape?.k === 'chain' && shape.root === 'Object' && args[0]) {
    const made = name === 'assign' ? assigned(args) : listed(name, args[0])
    if (made) return made
  }
  // `Array.from(set)`
  if (name === 'from' && args[0]?.shape?.k === 'array') return args[0]
  const json = jsonCall(callee, name, args)
  if (json) return json
  // The parts of one input, put together again: `Buffer.concat(chunks)`, `chunks.join('')`.
  const parts = name === 'concat' ? args[0] : name === 'join' ? of : undefined
  if (parts?.shape?.k === 'array' && parts.shape.of.client === 'body') return parts.shape.of
  if (/^(all|allSettled|race)$/.test(name) && args[0]) {
    const list = settled(args[0])
    if (list.shape?.k !== 'array') return unknown(deps)
    const items = list.shape.items?.map(settled)
    return shaped(
      items
        ? { ...list.shape, of: settled(list.shape.of), items }
        : { ...list.shape, of: settled(list.shape.of) },
      list.deps,
      list.ctl,
    )
  }
  if (of && PER_ELEMENT.has(name) && args[0]) return perElement(machine, of, name, args, syntax, at, deps)
  if (machine.naming)
    return shape?.k === 'external' || shape?.k === 'chain'
      ? named(shape, args, syntax, at, deps)
      : unknown(deps)
  if (shape?.k === 'external' || shape?.k === 'chain') {
    const wrapped =
      shape.k === 'chain'
        ? shape.steps.flatMap((step) => step.args).filter((arg) => arg.shape?.k === 'closure')
        : []
    if (shape.k === 'chain' && wrapped.length > 0) wrapperAsks(machine, shape, syntax, at)
    if (shape.k === 'chain' && wrapped.length > 0) cacheCall(machine, shape, args, syntax, at)
    if (wrapped.length > 0 && closures.length === 0 && !of) {
      const before = machine.listener
      if (SERVES.test(shape.from)) machine.listener = true
      const value = wrapped
        .map((one) => {
          const first = wrappedRequest(shape.from, args[0])
          return machine.call(one, first ? [first, ...args.slice(1)] : args, syntax, at)
        })
        .reduce((a, b) => either(a, b))
      machine.listener = before
      return value
    }
    if (keepsSchema(shape.from, name)) {
      for (const one of closures) machine.attempt(one, [], syntax, at)
      return named(shape, args, syntax, at, deps)
    }
    // `Array.isArray(job)` asks what it is given, and runs nothing.
    if (closures.length > 0 && shape.from === 'global' && /^is[A-Z]/.test(name)) return unknown(deps)
    if (closures.length > 0 && !LATER.test(name) && !isSignature(name)) {
      const before = machine.listener
      if (shape.from !== 'global' && LISTENS.test(name)) machine.listener = true
      const results = closures.map((one) => machine.attempt(one, [], syntax, at))
      machine.listener = before
      const value = results.reduce((a, b) => either(a, b))
      return { ...value, deps: union(deps, value.deps) }
    }
    return named(shape, args, syntax, at, deps)
  }
  if (isTool(name, args)) return toolCall(machine, args, syntax, at)
  for (const one of closures) machine.attempt(one, [], syntax, at)
  // `['OWNER', 'ADMIN'].includes(membership.role)`
  if (name === 'includes' && of) return unknown(union(deps, textsAsked(deps, [of, ...args])), of.ctl)
  return unknown(deps, of?.ctl)
}

/** All of the parameters of a URL: `Object.fromEntries(request.nextUrl.searchParams)`. */
const isQuery = ({ shape, deps }: Value): boolean =>
  shape?.k === 'object' && shape.fields.has('getAll') && deps.size === 1 && deps.has('client:query')

function named(
  shape: { k: 'external'; from: string; name: string } | (Value['shape'] & { k: 'chain' }),
  args: Value[],
  syntax: Syntax,
  at: number,
  deps: Value['deps'],
): Value {
  if (shape.k === 'chain') {
    const last = shape.steps.at(-1)
    if (last && last.args.length === 0)
      return shaped({ ...shape, steps: [...shape.steps.slice(0, -1), { ...last, args }] }, deps)
    return shaped({ ...shape, steps: [...shape.steps, { name: '()', args, at, syntax }] }, deps)
  }
  // `object({ … })` and `* as z` say the same as `z.object({ … })`.
  const known = isValidator(shape.from) && /^[a-z]/.test(shape.name) && shape.name !== 'default'
  const [root, name] = known ? ['z', shape.name] : [shape.name, '()']
  return shaped({ k: 'chain', from: shape.from, root, steps: [{ name, args, at, syntax }], at, syntax }, deps)
}

function perElement(
  machine: Machine,
  of: Value,
  name: string,
  args: Value[],
  syntax: Syntax,
  at: number,
  deps: Value['deps'],
): Value {
  const work = args[0]
  if (!work) return unknown(deps)
  const list = settled(of)
  const bounded = list.shape?.k === 'array' && list.shape.literal
  const before = machine.loop
  if (!bounded) machine.loop = `${name}() at line ${placeOf(syntax, at).line}`
  const item = element(of)
  const facts = machine.facts
  const result = machine.call(
    work,
    name === 'reduce' ? [args[1] ?? unknown(), item] : [item, unknown()],
    syntax,
    at,
    name,
  )
  machine.loop = before
  if (/^(some|every)$/.test(name)) {
    const held = ofPath(machine, list, name, work, settled(result), syntax, at)
    if (held !== undefined) return sureLiteral(held)
  }
  if (!bounded) machine.facts = ofEach(machine.facts, facts, item)
  if (/^(filter|some|every|find|findIndex)$/.test(name) && result.shape?.k === 'promise')
    machine.emit({ ...machine.moment(syntax, at), k: 'promise-test', name: `${name}(async …)` })
  if (name === 'map' || name === 'flatMap')
    return shaped({ k: 'array', of: settled(result), literal: bounded }, list.deps, list.ctl)
  if (name === 'filter') return doubted({ ...list, ctl: union(list.ctl, settled(result).deps) })
  if (name === 'sort' || name === 'toSorted') return list
  if (name === 'find') return { ...item, ctl: union(item.ctl, settled(result).deps) }
  if (name === 'reduce' && bounded && result.shape?.k === 'object' && args[1]) {
    const folded = either(args[1], result)
    return { ...folded, deps: union(folded.deps, list.deps) }
  }
  return unknown(union(deps, allDeps(result)))
}

/** `OPEN.some((start) => pathname.startsWith(start))`, where it is known which endpoint the request goes to. */
function ofPath(
  machine: Machine,
  { shape }: Value,
  name: string,
  work: Value,
  result: Value,
  syntax: Syntax,
  at: number,
): boolean | undefined {
  const items = shape?.k === 'array' && shape.literal ? shape.items : undefined
  const asks =
    result.sure === true || [...result.deps].some((dep) => /^client:(path|url\.pathname)$/.test(dep))
  if (!items || !asks || items.length > ITEMS || machine.path === undefined) return undefined
  const each = items.map((item) =>
    surely(machine.quietly(() => settled(machine.attempt(work, [item, unknown()], syntax, at, name)))),
  )
  if (name === 'some') return someOf(each)
  const not = someOf(each.map((one) => (one === undefined ? undefined : !one)))
  return not === undefined ? undefined : !not
}

/** What a handler is called with by the framework. */
export const parameters = (): Value => shaped({ k: 'promise', of: client('params'), name: 'params' })
