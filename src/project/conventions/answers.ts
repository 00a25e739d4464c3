/** How the code answers over HTTP: what is sent, by which functions, and what is around it. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { returnsOf, walk } from '../../source/walk.ts'
import {
  type Code,
  type Exported,
  exportedFunctions,
  functionOf,
  importers,
  targetOf,
  within,
} from './exported.ts'
import { ranked, tally } from './sources.ts'

export interface Answer {
  syntax: Syntax
  at: number
  /** What is sent, where it is JSON. */
  body?: Expr
  /** Of the object that is sent: in the order written. */
  keys?: string[]
  /** `success: false`. */
  denied: boolean
  status?: number
  /** The status is chosen by the caller of the function. */
  statusGiven: boolean
}

const httpAnswer =
  /\bc\.json\(|Response\s*\.json\(|Response\(|\bres(?:ponse)?\b[^;\n]{0,60}\.json\(|\.status\(/

export function answersOf({ program, files }: Code): Answer[] {
  const found: Answer[] = []
  for (const { file, text } of files) {
    const syntax = httpAnswer.test(text) ? program.syntax(file) : undefined
    if (!syntax || syntax.directive === 'client') continue
    walk(syntax, (expr) => {
      const answer = expr.k === 'call' ? answerOf(expr, syntax) : undefined
      if (answer) found.push(answer)
    })
  }
  return found
}

function answerOf(expr: Expr & { k: 'call' }, syntax: Syntax): Answer | undefined {
  const { callee, args } = expr
  const [body, init] = args
  const make = (status: Expr | undefined, sent: Expr | undefined): Answer => {
    const object = sent?.k === 'object' ? sent : undefined
    const known = status?.k === 'literal' && typeof status.value === 'number' ? status.value : undefined
    return {
      syntax,
      at: expr.at,
      ...(sent && { body: sent }),
      ...(object && { keys: object.props.map(({ key, spread }) => (spread ? '…' : (key ?? '[…]'))) }),
      denied:
        object?.props.some(({ key, value }) => isFalse(value) && /^(?:ok|success)$/.test(key ?? '')) ?? false,
      ...(known !== undefined && { status: known }),
      statusGiven: status !== undefined && known === undefined,
    }
  }
  const option = (name: string): Expr | undefined =>
    init?.k === 'object' ? init.props.find(({ key }) => key === name)?.value : undefined
  if (expr.isNew)
    return callee.k === 'name' && /^(?:Next)?Response$/.test(callee.name)
      ? make(option('status'), undefined)
      : undefined
  if (callee.k !== 'member' || callee.key !== 'json') return undefined
  if (callee.of.k === 'name' && /^(?:Next)?Response$/.test(callee.of.name))
    return make(option('status'), body)
  if (callee.of.k === 'name' && /^res(?:ponse)?$/.test(callee.of.name) && body) return make(undefined, body)
  // Hono: `c.json({ … }, 404)`
  if (callee.of.k === 'name' && callee.of.name === 'c' && body) return make(init, body)
  // `res.status(404).json({ … })`
  const before = callee.of
  if (before.k === 'call' && before.callee.k === 'member' && before.callee.key === 'status' && body)
    return make(before.args[0], body)
  return undefined
}

const isFalse = (expr: Expr): boolean => expr.k === 'literal' && expr.value === false

export const isFailure = ({ status, statusGiven, denied, keys }: Answer): boolean => {
  if (status !== undefined) return status >= 400
  return (
    denied ||
    (keys?.some((key) => /^(?:errors?|error[A-Z]\w*)$/.test(key)) ?? false) ||
    (statusGiven && keys === undefined)
  )
}

/** A function that handlers answer with. */
export interface Helper extends Exported {
  /** In how many files it is imported. */
  count: number
}

/** Functions that handlers import to answer with an error: by what they answer, or by name and that they answer or throw. */
export function errorHelpersOf(own: Code, answers: Answer[], handlers: ReadonlySet<string>): Helper[] {
  const byFile = new Map<string, Answer[]>()
  for (const one of answers) byFile.set(one.syntax.file, [...(byFile.get(one.syntax.file) ?? []), one])
  const helpers = new Map<string, Exported>()
  for (const { file, text } of own.files) {
    const mine = byFile.get(file) ?? []
    if (handlers.has(file) || (mine.length === 0 && !/^export\b.*error/im.test(text))) continue
    const syntax = own.program.syntax(file)
    for (const one of syntax ? exportedFunctions(syntax) : []) {
      const sent = mine.filter(({ at }) => within(one.fn, at))
      const failing = sent.length > 0 && sent.every(isFailure) && onlyAnswers(one, sent)
      const named = /error/i.test(one.name) && !/^(?:is|has|use|get|parse|format|to[A-Z])/.test(one.name)
      if (failing || (named && (sent.length > 0 || delegates(own, one, byFile)))) helpers.set(one.key, one)
    }
  }
  return usedBy(own, [...helpers.values()], handlers)
}

/** Of functions those that some handler imports, the most imported first. */
export function usedBy(own: Code, functions: Exported[], handlers: ReadonlySet<string>): Helper[] {
  const counts = importers(own, new Set(functions.map(({ key }) => key)))
  return functions
    .flatMap((one) => {
      const users = counts.get(one.key) ?? []
      return users.some((file) => handlers.has(file)) ? [{ ...one, count: users.length }] : []
    })
    .sort((a, b) => b.count - a.count)
}

/** Nothing else comes out of it, and it is no wrapper whose inner function answers. */
export function onlyAnswers({ syntax, fn }: Exported, sent: Answer[]): boolean {
  const places = new Set(sent.map((answer) => answer.at))
  const inner = syntax.functions.filter((one) => one !== fn && within(fn, one.at))
  if (sent.some((answer) => inner.some((one) => within(one, answer.at)))) return false
  return returnsOf(fn.body).every((value) => {
    const call = value.k === 'await' ? value.of : value
    return call.k === 'literal' || places.has(call.at)
  })
}

/** It returns what another function of the project answers with. */
function delegates(own: Code, { syntax, fn }: Exported, byFile: ReadonlyMap<string, Answer[]>): boolean {
  return returnsOf(fn.body).some((value) => {
    const call = value.k === 'await' ? value.of : value
    if (call.k !== 'call') return false
    const local = functionOf(call.callee, syntax)
    const [file = '', name] = (targetOf(own, syntax, call.callee) ?? '').split('#')
    const target = local ? undefined : own.program.syntax(file)
    const other = local ?? (target && exportedFunctions(target).find((one) => one.name === name)?.fn)
    return other !== undefined && (byFile.get(file) ?? []).some(({ at }) => within(other, at))
  })
}

/** What is around what is sent. */
export interface Envelope {
  outcome: 'success' | 'failure'
  keys: string
  count: number
  total: number
  location: Location
}

/** The keys around what is sent. An answer that a helper gives counts as often as the helper is imported. */
export function* envelopesOf(own: Code, answers: Answer[]): Generator<Envelope> {
  const helpers = answers.map((answer) =>
    exportedFunctions(answer.syntax).find(({ fn }) => within(fn, answer.at)),
  )
  const counts = importers(own, new Set(helpers.flatMap((one) => (one ? [one.key] : []))))
  for (const outcome of ['success', 'failure'] as const) {
    const found = new Map<string, { count: number; value: Location }>()
    const shared = new Set<string>()
    let total = 0
    answers.forEach((answer, index) => {
      const { keys } = answer
      if (keys === undefined || keys.length === 0 || isFailure(answer) !== (outcome === 'failure')) return
      const weight = Math.max(1, counts.get(helpers[index]?.key ?? '')?.length ?? 0)
      total += weight
      const envelope = `{ ${keys.join(', ')} }`
      if (counts.has(helpers[index]?.key ?? '')) shared.add(envelope)
      tally(found, envelope, () => placeOf(answer.syntax, answer.at), weight)
    })
    const rows = ranked(found)
    const [most] = rows
    // Where every endpoint answers in its own form, the most frequent one is no convention.
    if (most === undefined || (most[1] < 2 && !shared.has(most[0])) || most[1] < total * 0.25) continue
    const second = rows.slice(1, 2).filter(([, count]) => count > 1 && count >= total * 0.25)
    for (const [keys, count, location] of [most, ...second]) yield { outcome, keys, count, total, location }
  }
}
