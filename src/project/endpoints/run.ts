/** Runs one entry the way its framework would: with a request, with parameters, through its middleware chain. */

import type { Syntax } from '../../source/syntax.ts'
import type { Fact } from '../flow/events.ts'
import { join } from '../flow/facts.ts'
import type { Flow } from '../flow/flow.ts'
import { unwrap } from '../flow/forms.ts'
import { parameters } from '../flow/invoke.ts'
import { proxyOf } from '../flow/libraries.ts'
import { limiterUsed } from '../flow/package-calls.ts'
import { parsedInput } from '../flow/parsing.ts'
import { requestValue } from '../flow/request.ts'
import { client, shaped, unknown, type Value, withBack } from '../flow/value.ts'
import type { Context } from './context.ts'
import type { Entry } from './discover.ts'

const object = (fields: Record<string, Value>): Value =>
  shaped({ k: 'object', fields: new Map(Object.entries(fields)) })
const identity = (name: string): Value => ({ ...unknown(new Set([`identity:${name}`])), who: true })

/**
 * A middleware may go on in several of its branches. What follows is read anew each time, under what held in all of
 * them, and only the last reading stays: an ordinary request goes one way. `byPath`: the branches are told apart by the
 * path of the request, so that the last one alone is the way of an ordinary endpoint.
 */
function onward(flow: Flow, go: (args: Value[]) => Value, byPath = false): Value {
  let held: readonly Fact[] | undefined
  let start = 0
  let length = 0
  return shaped({
    k: 'native',
    call: (args) => {
      const here = flow.facts
      if (held) flow.events.splice(start, length)
      held = held && !byPath ? join(held, here) : here
      flow.facts = held
      start = flow.events.length
      const value = go(args)
      length = flow.events.length - start
      const back = value.back ?? flow.facts
      flow.facts = here
      return withBack(value, back)
    },
  })
}

/** `given`: what the project itself puts into the context of procedures and resolvers. */
export function runEntry(flow: Flow, entry: Entry, syntax: Syntax, given: Context = new Map()): void {
  const { value, kind } = entry
  if (value.shape?.k === 'chain' && isBuilder(value.shape)) {
    runBuilder(flow, value, syntax, given)
    return
  }
  for (const one of [value, ...(entry.before ?? [])]) limiterUsed(flow, one, syntax, 0)
  if (kind === 'hono') {
    runHono(flow, entry, syntax)
    return
  }
  if (kind === 'middleware') {
    runProxy(flow, entry, syntax)
    return
  }
  if (kind === 'route' || kind === 'pages-api') flow.path = entry.path
  if (kind === 'pages-api' && entry.before) {
    runConnect(flow, entry, syntax)
    return
  }
  if (!value.shape || value.shape.k === 'external') flow.unknown.add(unread(value))
  const result = flow.call(value, argumentsOf(entry, given), syntax, 0, entry.name)
  if (value.shape?.k === 'chain' && flow.events.length === 0) flow.unknown.add(unread(value))
  const answers = kind === 'pages-api' || (kind === 'route' && entry.name === entry.method)
  if (!answers && unwrap(result).shape?.k !== 'response') flow.answer(result, syntax)
  // What `pages/api` returns means nothing: it answers through `res`.
  if (kind !== 'pages-api') flow.finish(result, syntax)
}

const unread = ({ shape }: Value): string =>
  shape?.k === 'external' || shape?.k === 'chain'
    ? `answered inside the package ${shape.from}`
    : 'its function was not found'

/** A function of the project, or one that a package of authentication makes. */
function runProxy(flow: Flow, entry: Entry, syntax: Syntax): void {
  const { value } = entry
  const ready = proxyOf(flow, value, syntax)
  if (ready) return
  flow.proxy = true
  flow.call(value, argumentsOf(entry), syntax, 0, entry.name)
  if (value.shape?.k !== 'closure' && flow.events.length === 0) flow.unknown.add(unread(value))
}

/** Arguments that a wrapper may hand on: `(...args) => action(session, ...args)`. */
const REST = 6

function argumentsOf({ kind, name, method, value }: Entry, given: Context = new Map()): Value[] {
  // robots.ts, sitemap.ts, opengraph-image.tsx: called as a page is.
  if (kind === 'route' && name !== method) return [object({ params: parameters(), id: client('params.id') })]
  switch (kind) {
    case 'route':
      return [requestValue(method), object({ params: parameters() })]
    case 'middleware':
      return [requestValue(), object({ params: parameters() })]
    case 'pages-api':
      return [requestValue(), unknown()]
    case 'page':
      return [object({ params: parameters(), searchParams: client('query') })]
    case 'resolver':
      return [unknown(), client('input'), context(given), unknown()]
    case 'pages-ssr':
      return [
        object({ params: client('params'), query: client('query'), req: requestValue(), res: unknown() }),
      ]
    default: {
      const params = value.shape?.k === 'closure' ? value.shape.fn.params : []
      return params.length > 0
        ? params.flatMap((param, i) =>
            param.k === 'bind'
              ? [client(param.name)]
              : Array.from({ length: param.k === 'rest' ? REST : 1 }, (_, more) =>
                  client(`input${i + more || ''}`),
                ),
          )
        : [client('input'), client('input1')]
    }
  }
}

/** next-connect: the middlewares in order, then the handler, over one request. */
function runConnect(flow: Flow, entry: Entry, syntax: Syntax): void {
  const [request, reply] = [requestValue(entry.method), unknown()]
  const before = entry.before ?? []
  const go = (i: number): Value => {
    const guard = before[i]
    if (!guard) return flow.call(entry.value, [request, reply], syntax, 0, entry.name)
    return flow.call(guard, [request, reply, onward(flow, () => go(i + 1), true)], syntax, 0, 'middleware')
  }
  go(0)
}

/** Hono: the middlewares of the application in order, then the handler, over one context. */
function runHono(flow: Flow, entry: Entry, syntax: Syntax): void {
  const kept = new Map<string, Value>()
  const input = (name: string): Value => client(name)
  const request = new Map<string, Value>([
    ['json', shaped({ k: 'native', call: () => client('body') })],
    ['parseBody', shaped({ k: 'native', call: () => client('body') })],
    ['valid', shaped({ k: 'native', call: (args) => parsedInput(client(partOf(literalOf(args[0])))) })],
    ['param', shaped({ k: 'native', call: (args) => client(`params.${literalOf(args[0]) ?? '*'}`) })],
    ['query', shaped({ k: 'native', call: (args) => client(`query.${literalOf(args[0]) ?? '*'}`) })],
    [
      'header',
      shaped({
        k: 'native',
        call: (args) => unknown(new Set([`credential:header ${literalOf(args[0]) ?? '*'}`])),
      }),
    ],
    ['raw', requestValue()],
    ['path', unknown()],
    ['url', unknown()],
  ])
  const answer: Value = shaped({
    k: 'native',
    call: (args) => {
      if (args[0]) flow.answer(args[0], syntax)
      return shaped(args[0] ? { k: 'response', body: args[0] } : { k: 'response' })
    },
  })
  const bag = shaped({
    k: 'object',
    fields: new Map<string, Value>([
      ['req', shaped({ k: 'object', fields: request }, input('request').deps)],
      ['var', shaped({ k: 'object', fields: kept, open: [unknown()] })],
      ['get', shaped({ k: 'native', call: (args) => kept.get(literalOf(args[0]) ?? '') ?? unknown() })],
      [
        'set',
        shaped({
          k: 'native',
          call: (args) => {
            if (args[1]) kept.set(literalOf(args[0]) ?? '', args[1])
            return unknown()
          },
        }),
      ],
      ['redirect', shaped({ k: 'external', from: 'hono', name: 'redirect' })],
      ['json', answer],
      ['text', answer],
      ['body', answer],
    ]),
  })
  const before = entry.before ?? []
  const go = (i: number): Value => {
    const guard = before[i]
    if (!guard) {
      const result = flow.call(entry.value, [bag], syntax, 0, entry.name)
      flow.finish(result, syntax)
      return result
    }
    return flow.call(guard, [bag, onward(flow, () => go(i + 1), true)], syntax, 0, 'middleware')
  }
  go(0)
}

/** What `c.req.valid('json')` gives is the same input that `c.req.json()` gives. */
const partOf = (target = 'json'): string =>
  target === 'param' ? 'params' : /^(json|form)$/.test(target) ? 'body' : target

const literalOf = (value: Value | undefined): string | undefined =>
  value?.shape?.k === 'literal' ? String(value.shape.value) : undefined

type Chain = Value['shape'] & { k: 'chain' }

/** `.input(a).input(b)`: what either names is there. */
function bothSchemas(before: Value | undefined, schema: Value | undefined): Value | undefined {
  const [one, other] = [before?.shape, schema?.shape]
  if (!before || !schema || one?.k !== 'chain' || other?.k !== 'chain') return schema
  const { at, syntax } = other
  const steps = [{ name: 'intersection', args: [before, schema], at, syntax }]
  return { ...schema, shape: { ...other, steps } }
}

const isBuilder = (shape: Chain): boolean =>
  /^(query|mutation|subscription|handler|action|stateAction|resolver)$/.test(shape.steps.at(-1)?.name ?? '')

/** tRPC, oRPC, next-safe-action, zsa: steps in order, `next()` goes on with the rest. */
function runBuilder(flow: Flow, value: Value, syntax: Syntax, given: Context): void {
  const chain = value.shape
  if (chain?.k !== 'chain') return
  const steps = chain.steps
  let input: Value = client('input')
  const go = (from: number, ctx: Value): Value => {
    for (let i = from; i < steps.length; i++) {
      const step = steps[i]
      if (!step) break
      const schemas = /^(input|schema|inputSchema|bindArgsSchemas)$/.test(step.name)
      if (schemas) {
        input = parsedInput(client('input'), bothSchemas(input.schema, step.args[0]))
        const schema = step.args[0]?.shape
        const library = schema?.k === 'chain' || schema?.k === 'external' ? schema.from : 'schema'
        const by = step.args[0] ? { by: step.args[0] } : {}
        const given = client('input')
        flow.emit({ ...flow.moment(syntax, step.at), k: 'parse', library, schema: '', input: given, ...by })
      }
      if (
        !/^(use|useValidated|concat|query|mutation|subscription|handler|action|stateAction|resolver|createServerAction|createServerActionProcedure)$/.test(
          step.name,
        )
      )
        continue
      for (const arg of step.args) limiterUsed(flow, arg, syntax, step.at)
      const last = i === steps.length - 1
      const next = onward(flow, (args) => go(i + 1, merged(ctx, args[0])))
      const bag = object({
        ctx,
        context: ctx,
        input,
        parsedInput: input,
        clientInput: client('input'),
        rawInput: client('input'),
        getRawInput: shaped({ k: 'native', call: () => client('input') }),
        next,
        bindArgsParsedInputs: client('input'),
        bindArgsClientInputs: client('input'),
      })
      const work = step.args.flatMap(closuresOf)
      const fn = work.at(-1)
      if (!fn) continue
      const result = flow.call(fn, [bag, input], syntax, step.at, step.name)
      if (last) {
        flow.answer(result, syntax)
        flow.finish(result, syntax)
      }
      return result
    }
    return unknown()
  }
  go(0, context(given))
}

/** Middleware may be wrapped (`t.middleware(fn)`). */
function closuresOf(value: Value): Value[] {
  const shape = value.shape
  if (shape?.k === 'closure') return [value]
  if (shape?.k === 'chain') return shape.steps.flatMap((step) => step.args.flatMap(closuresOf)).slice(-1)
  return []
}

/** What a context function usually puts there. Whether it is present has still to be checked by a middleware. */
const context = (given: Context): Value =>
  shaped({
    k: 'object',
    fields: new Map([
      ...given,
      ['session', identity('context session')],
      ['user', identity('context user')],
      ['auth', identity('context auth')],
      ['userId', identity('context user')],
      // Where the context is the signed-in user itself: what the token holds.
      ...['id', 'sub', 'name', 'email', 'role', 'permissions', 'viewer', 'currentUser', 'me'].map(
        (key): [string, Value] => [
          key,
          identity(`context ${/^(role|permissions)$/.test(key) ? key : 'user'}`),
        ],
      ),
      ['req', requestValue()],
    ]),
    open: [unknown()],
    ambient: true,
  })

function merged(ctx: Value, given: Value | undefined): Value {
  if (given?.shape?.k !== 'object' || ctx.shape?.k !== 'object') return ctx
  const extra = given.shape.fields.get('ctx') ?? given.shape.fields.get('context')
  if (extra?.shape?.k !== 'object') return ctx
  return shaped({
    k: 'object',
    fields: new Map([...ctx.shape.fields, ...extra.shape.fields]),
    open: [...(ctx.shape.open ?? []), ...(extra.shape.open ?? [])],
  })
}
