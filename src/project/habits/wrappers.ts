/** Functions that handlers are wrapped in: `export const POST = route(async (request) => …)`. */
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { targetOf } from '../conventions/exported.ts'
import type { AnswerHabits } from './habits.ts'
import { importOf } from './imports.ts'
import type { Reading } from './reading.ts'
import { best, type Votes, vote } from './votes.ts'

const methods = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|default)$/

/** The wrapper used most, and of those that ask who is calling the one used most. */
export function wrappersOf(reading: Reading): Pick<AnswerHabits, 'wrapper' | 'guardedWrapper'> {
  const { own, endpoints } = reading
  const votes: Votes<string> = new Map()
  const guarded = new Map<string, boolean>()
  const people = new Set<string>()
  let total = 0
  for (const file of new Set(endpoints.filter(isHttp).map(({ location }) => location.file))) {
    const syntax = own.program.syntax(file)
    for (const { name, value, at } of syntax?.exports.filter((one) => methods.test(one.name)) ?? []) {
      if (!syntax) continue
      total++
      const key = wrapperOf(reading, syntax, value)
      if (key === undefined) continue
      vote(votes, key, () => ({ value: key, at: placeOf(syntax, at) }))
      const its = endpoints.filter(
        ({ location, method }) =>
          location.file === file && (name === 'default' || method === undefined || method === name),
      )
      // Guarded all over is the wrapper's doing; by a secret of another machine, it is not for people.
      const levels = its.map(({ guard }) => guard.level)
      const asks = levels.length > 0 && levels.every((level) => level !== 'none')
      guarded.set(key, (guarded.get(key) ?? true) && asks)
      if (levels.some((level) => level === 'session' || level === 'permission')) people.add(key)
    }
  }
  const pick = (asks: boolean): AnswerHabits['wrapper'] => {
    const found = best(
      new Map([...votes].filter(([key]) => guarded.get(key) === asks && (!asks || people.has(key)))),
    )
    const [file = '', name = ''] = found?.value.split('#') ?? []
    if (!found?.of || (found.of.count < 2 && total > 1)) return undefined
    const of = { count: found.of.count, total }
    return { ...found, value: importOf(reading, { file, name }), of }
  }
  const wrapper = pick(false)
  const guardedWrapper = pick(true)
  return { ...(wrapper && { wrapper }), ...(guardedWrapper && { guardedWrapper }) }
}

const isHttp = ({ kind }: { kind: string }): boolean => kind === 'route' || kind === 'pages-api'

/** The function of the project around a handler: `route(…)`, `route({ … })(…)`. */
function wrapperOf(
  { own }: Pick<Reading, 'own'>,
  syntax: Syntax,
  value: Expr | null,
  depth = 4,
): string | undefined {
  if (value === null || depth === 0) return undefined
  if (value.k === 'name') {
    const binding = syntax.bindings[value.b]
    return binding?.k === 'const' && binding.to.k === 'bind'
      ? wrapperOf({ own }, syntax, binding.init, depth - 1)
      : undefined
  }
  if (value.k !== 'call') return undefined
  const callee = value.callee.k === 'call' ? value.callee.callee : value.callee
  const key = targetOf(own, syntax, callee)
  return key?.startsWith(`${syntax.file}#`) ? undefined : key
}
