/** Functions that send what they are given: `json(value, status)`. What they are called with is the answer. */
import type { Expr, Fn, Pattern, Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Answer } from '../conventions/answers.ts'
import { type Code, exportedFunctions, targetOf, within } from '../conventions/exported.ts'

interface Relay {
  body: number
  status?: number
  /** The status when none is given. */
  usual: number
}

/** Answers, with those of relays replaced by those of their callers; and the keys of the relays. */
export function relayed(own: Code, answers: Answer[]): { answers: Answer[]; relays: ReadonlySet<string> } {
  const relays = new Map<string, Relay>()
  const replaced = new Set<Answer>()
  for (const answer of answers) {
    const one = exportedFunctions(answer.syntax).find(({ fn }) => within(fn, answer.at))
    const relay = one && relayOf(answer, one.fn)
    if (!relay) continue
    relays.set(one.key, relay)
    replaced.add(answer)
  }
  if (relays.size === 0) return { answers, relays: new Set() }
  const given = own.files.flatMap(({ file, text }) => {
    const syntax = callsOne(text, relays) ? own.program.syntax(file) : undefined
    return syntax ? callsIn(own, syntax, relays) : []
  })
  return {
    answers: [...answers.filter((one) => !replaced.has(one)), ...given],
    relays: new Set(relays.keys()),
  }
}

const callsOne = (text: string, relays: ReadonlyMap<string, Relay>): boolean =>
  [...relays.keys()].some((key) => key.endsWith('#default') || text.includes(`${key.split('#')[1]}(`))

function relayOf(answer: Answer, fn: Fn): Relay | undefined {
  const index = (expr: Expr | undefined): number =>
    fn.params.findIndex((param) => expr?.k === 'name' && inner(param)?.b === expr.b)
  const body = index(answer.body)
  if (body < 0) return undefined
  const status = fn.params.findIndex((param) => /status/i.test(inner(param)?.name ?? ''))
  const param = fn.params[status]
  const usual = param?.k === 'default' && param.value.k === 'literal' ? Number(param.value.value) : 200
  return { body, ...(status >= 0 && { status }), usual: answer.status ?? usual }
}

const inner = (param: Pattern): (Pattern & { k: 'bind' }) | undefined => {
  const to = param.k === 'default' ? param.to : param
  return to.k === 'bind' ? to : undefined
}

function callsIn(own: Code, syntax: Syntax, relays: ReadonlyMap<string, Relay>): Answer[] {
  const found: Answer[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || expr.isNew) return
    const relay = relays.get(targetOf(own, syntax, expr.callee) ?? '')
    const body = relay && expr.args[relay.body]
    if (!body) return
    const status = relay.status === undefined ? undefined : expr.args[relay.status]
    const literal = status?.k === 'literal' && typeof status.value === 'number' ? status.value : undefined
    found.push({
      syntax,
      at: expr.at,
      body,
      ...(body.k === 'object' && { keys: body.props.map(({ key }) => key ?? '…') }),
      denied: false,
      ...(status === undefined ? { status: relay.usual } : literal !== undefined && { status: literal }),
      statusGiven: status !== undefined && literal === undefined,
    })
  })
  return found
}
