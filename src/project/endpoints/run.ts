/** Runs one entry the way its framework would: with a request, with parameters, through its middleware chain. */

import type { Syntax } from '../../source/syntax.ts'
import type { Flow } from '../flow/flow.ts'
import { unwrap } from '../flow/flow.ts'
import { parameters } from '../flow/invoke.ts'
import { parsedInput, requestValue } from '../flow/libraries.ts'
import { client, shaped, unknown, type Value } from '../flow/value.ts'
import type { Entry } from './discover.ts'

const object = (fields: Record<string, Value>): Value =>
  shaped({ k: 'object', fields: new Map(Object.entries(fields)) })
const identity = (name: string): Value => unknown(new Set([`identity:${name}`]))

export function runEntry(flow: Flow, entry: Entry, syntax: Syntax): void {
  const { value, kind } = entry
  if (value.shape?.k === 'chain' && isBuilder(value.shape)) {
    runBuilder(flow, value, syntax)
    return
  }
  const result = flow.call(value, argumentsOf(kind, value), syntax, 0, entry.name)
  if (
    kind !== 'route' &&
    kind !== 'pages-api' &&
    kind !== 'middleware' &&
    unwrap(result).shape?.k !== 'response'
  )
    flow.answer(result, syntax)
}

function argumentsOf(kind: Entry['kind'], value: Value): Value[] {
  switch (kind) {
    case 'route':
    case 'middleware':
      return [requestValue(), object({ params: parameters() })]
    case 'pages-api':
      return [requestValue(), unknown()]
    case 'page':
      return [object({ params: parameters(), searchParams: client('query') })]
    case 'pages-ssr':
      return [
        object({ params: client('params'), query: client('query'), req: requestValue(), res: unknown() }),
      ]
    default: {
      const params = value.shape?.k === 'closure' ? value.shape.fn.params : []
      return params.length > 0
        ? params.map((param, i) => client(param.k === 'bind' ? param.name : `input${i || ''}`))
        : [client('input'), client('input1')]
    }
  }
}

type Chain = Value['shape'] & { k: 'chain' }

const isBuilder = (shape: Chain): boolean =>
  /^(query|mutation|subscription|handler|action|stateAction|resolver)$/.test(shape.steps.at(-1)?.name ?? '')

/** tRPC, oRPC, next-safe-action, zsa: steps in order, `next()` goes on with the rest. */
function runBuilder(flow: Flow, value: Value, syntax: Syntax): void {
  const chain = value.shape
  if (chain?.k !== 'chain') return
  const steps = chain.steps
  let input: Value = client('input')
  const go = (from: number, ctx: Value): Value => {
    for (let i = from; i < steps.length; i++) {
      const step = steps[i]
      if (!step) break
      const schemas = /^(input|schema|inputSchema|bindArgsSchemas)$/.test(step.name)
      if (schemas) input = parsedInput(client('input'))
      if (
        !/^(use|useValidated|concat|query|mutation|subscription|handler|action|stateAction|resolver|createServerAction|createServerActionProcedure)$/.test(
          step.name,
        )
      )
        continue
      const last = i === steps.length - 1
      const next: Value = shaped({ k: 'native', call: (args) => go(i + 1, merged(ctx, args[0])) })
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
      if (last) flow.answer(result, syntax)
      return result
    }
    return unknown()
  }
  go(0, context())
}

/** Middleware may be wrapped (`t.middleware(fn)`). */
function closuresOf(value: Value): Value[] {
  const shape = value.shape
  if (shape?.k === 'closure') return [value]
  if (shape?.k === 'chain') return shape.steps.flatMap((step) => step.args.flatMap(closuresOf)).slice(-1)
  return []
}

/** What a context function usually puts there. Whether it is present has still to be checked by a middleware. */
const context = (): Value =>
  shaped({
    k: 'object',
    fields: new Map([
      ['session', identity('context session')],
      ['user', identity('context user')],
      ['auth', identity('context auth')],
      ['userId', identity('context user')],
      ['req', requestValue()],
    ]),
    open: [unknown()],
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
