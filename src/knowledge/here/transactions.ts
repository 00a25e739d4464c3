/** Transactions, and writes that belong into one. */
import type { Fact } from '../../core/guidance.ts'
import type { Expr } from '../../source/syntax.ts'
import { type About, calledName, callsWhere, type Facts, holds, some } from './about.ts'

/** Calls of somebody else's machine, by the names that they mostly have. */
const OUTSIDE = /^(fetch|axios|sendMail|sendEmail|send|publish|enqueue)$/

export const transactions: Facts = (about) => {
  const calls = callsWhere(about, (call, file) =>
    calledName(call) === '$transaction' ? describe(about, call, file) : undefined,
  )
  return calls.length > 0 ? some(calls, 'transaction') : [{ text: 'No `$transaction` in the code.' }]
}

function describe(about: About, call: Expr & { k: 'call' }, file: string): string {
  const [first] = call.args
  if (first?.k === 'array') return 'A `$transaction` of a list of calls.'
  const outside = holds(
    about,
    file,
    call,
    (expr) => expr.k === 'call' && OUTSIDE.test(calledName(expr) ?? ''),
  )
  const options = call.args.length > 1 ? '' : ', with the default limits (waits 2 s, runs 5 s)'
  return outside
    ? `An interactive \`$transaction\` that calls another machine inside: its locks are held for as long as that takes${options}.`
    : `An interactive \`$transaction\`${options}.`
}

/** `_max` and then `create`: two requests at once take the same number. */
export const numbers: Facts = (about) => {
  const found = callsWhere(about, (call) => {
    const [args] = call.args
    const isMax = args?.k === 'object' && args.props.some(({ key }) => key === '_max')
    return isMax && calledName(call) === 'aggregate'
      ? 'The next number is taken from `_max`: two requests at the same time read the same one.'
      : undefined
  })
  return [...found, ...found.flatMap((fact) => guardOf(about, fact))]
}

/** What happens to the second of the two. */
function guardOf({ project }: About, { at }: Fact): Fact[] {
  const model = project.map.queries.find(
    (one) => one.location.file === at?.file && one.location.line === at.line && one.model !== undefined,
  )?.model
  const unique =
    model &&
    project
      .entity(model)
      ?.indexes.find(
        ({ kind, fields }) =>
          kind === 'unique' && fields.some(({ name }) => /number|seq|position|no$/i.test(name)),
      )
  return unique
    ? [
        {
          text: `\`${unique.text}\` keeps the numbers apart: the second request fails with P2002.`,
          at: unique.location,
        },
      ]
    : []
}
