/** How routes answer: what a result and a failure look like, and which functions make them. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { type Answer, answersOf, isFailure, onlyAnswers } from '../conventions/answers.ts'
import { within } from '../conventions/exported.ts'
import { type Callable, callablesOf, usersOf } from './callables.ts'
import { errorClassOf } from './error-class.ts'
import { handlerOfErrors } from './error-handler.ts'
import type { AnswerHabits, Habit, Import } from './habits.ts'
import { helperHabit } from './imports.ts'
import type { Reading } from './reading.ts'
import { relayed } from './relays.ts'
import { best, type Votes, vote } from './votes.ts'
import { wrappersOf } from './wrappers.ts'

export function readAnswers(reading: Reading): AnswerHabits {
  const { own } = reading
  const sent = answersOf(own)
  const { answers, relays } = relayed(own, sent)
  const helpers = new Map<Answer, Callable>()
  for (const one of [...answers, ...sent]) {
    const helper = callablesOf(one.syntax).find(({ fn }) => within(fn, one.at))
    if (helper && !reading.handlers.has(one.syntax.file)) helpers.set(one, helper)
  }
  const users = usersOf(own, [...new Map([...helpers.values()].map((one) => [one.key, one])).values()])
  const weighed = answers.map((answer): Weighed => {
    const count = users.get(helpers.get(answer)?.key ?? '')?.length ?? 0
    return { answer, weight: Math.max(1, count), shared: count > 0 }
  })
  const good = weighed.filter(({ answer }) => !isFailure(answer))
  const bad = weighed.filter(({ answer }) => isFailure(answer))
  const respond = respondOf(reading, sent, { helpers, users, relays })
  const handleError = handlerOfErrors(reading, sent)
  const error = errorClassOf(reading)
  return {
    success: successOf(good),
    failure: failureOf(bad),
    beside: { success: constantsOf(good), failure: constantsOf(bad) },
    ...(respond && { respond }),
    ...(handleError && { handleError }),
    ...wrappersOf(reading),
    ...(error && { error }),
    json: jsonOf(reading),
  }
}

interface Weighed {
  answer: Answer
  weight: number
  /** A helper that others import gives it. */
  shared: boolean
}

const placeOfAnswer = ({ syntax, at }: Answer): Location => placeOf(syntax, at)

/** Names that say nothing of what is in them: `{ data }`, as opposed to `{ invoice }`. */
const container = /^(?:data|results?|payload|response|items|content|value)$/
const aside = /^(?:meta|pagination|page|total|count|cursor|nextCursor|error|errors|message|status)$/

function successOf(good: Weighed[]): Habit<string | undefined> {
  const votes: Votes<string | undefined> = new Map()
  for (const { answer, weight, shared } of good) {
    const { body, syntax } = answer
    if (body === undefined) continue
    const at = (): Location => placeOfAnswer(answer)
    if (body.k !== 'object') {
      vote(votes, '', () => ({ value: undefined, at: at() }), weight)
      continue
    }
    const filled = body.props.filter(
      ({ key, value, spread }) => !spread && key !== undefined && !isConstant(value) && !aside.test(key),
    )
    if (filled.length === 0) continue
    const given = shared ? filled.find(({ value }) => isParameter(value, syntax)) : undefined
    const key = given?.key ?? filled.find((prop) => container.test(prop.key ?? ''))?.key
    vote(votes, key ?? '', () => ({ value: key, at: at() }), weight)
  }
  return best(votes) ?? { value: undefined }
}

const isConstant = (expr: Expr): boolean =>
  expr.k === 'literal' || expr.k === 'template' || (expr.k === 'unary' && isConstant(expr.of))

const isParameter = (expr: Expr, syntax: Syntax): boolean =>
  expr.k === 'name' && syntax.bindings[expr.b]?.k === 'param'

interface Failure {
  key: string
  shape: 'text' | 'object'
  fields: string[]
}

const told = [/^error$/, /^errors$/, /^message$/, /^error_?message$/i, /^msg$/, /^detail$/, /^reason$/]

function failureOf(bad: Weighed[]): Habit<Failure> {
  const votes: Votes<Failure> = new Map()
  for (const { answer, weight } of bad) {
    const failure = answer.body?.k === 'object' ? failureIn(answer.body) : undefined
    if (!failure) continue
    const { key, shape } = failure
    vote(votes, `${key} ${shape}`, () => ({ value: failure, at: placeOfAnswer(answer) }), weight)
  }
  return best(votes) ?? { value: { key: 'error', shape: 'text', fields: [] } }
}

function failureIn(body: Expr & { k: 'object' }): Failure | undefined {
  const props = body.props.filter((prop) => !prop.spread && prop.key !== undefined)
  const found = told.map((name) => props.find(({ key }) => name.test(key ?? ''))).find(Boolean)
  if (found?.key === undefined) return undefined
  const { key, value } = found
  const inner = objectsIn(value)
  if (inner.length > 0) {
    const fields = inner.flatMap(({ props }) => props.flatMap((prop) => prop.key ?? []))
    return { key, shape: 'object', fields: [...new Set(fields)] }
  }
  // What a function gives (`z.flattenError(error)`) or a list says nothing of other failures.
  if (value.k === 'array' || (value.k === 'call' && !isText(value))) return undefined
  const fields = props.flatMap((prop) => (prop === found || isConstant(prop.value) ? [] : (prop.key ?? [])))
  return { key, shape: 'text', fields }
}

const isText = ({ callee }: Expr & { k: 'call' }): boolean =>
  (callee.k === 'name' && /^(?:t|String)$|message/i.test(callee.name)) ||
  (callee.k === 'member' && /message|string|join/i.test(callee.key))

function objectsIn(expr: Expr): (Expr & { k: 'object' })[] {
  if (expr.k === 'object') return [expr]
  if (expr.k === 'choose') return [...objectsIn(expr.yes), ...objectsIn(expr.no)]
  if (expr.k === 'logic') return [...objectsIn(expr.left), ...objectsIn(expr.right)]
  return []
}

/** `{ success: true }`: keys with the same constant in most answers. */
function constantsOf(list: Weighed[]): Record<string, string | number | boolean> {
  const counts = new Map<string, { count: number; key: string; value: string | number | boolean }>()
  let total = 0
  for (const { answer, weight } of list) {
    if (answer.body?.k !== 'object') continue
    total += weight
    for (const { key, value } of answer.body.props) {
      if (
        key === undefined ||
        value.k !== 'literal' ||
        value.value === null ||
        told.some((one) => one.test(key))
      )
        continue
      const name = `${key} ${String(value.value)}`
      const known = counts.get(name)
      counts.set(name, { count: (known?.count ?? 0) + weight, key, value: value.value })
    }
  }
  const usual = [...counts.values()].filter(({ count }) => count >= 2 && count * 2 > total)
  return Object.fromEntries(usual.map(({ key, value }) => [key, value]))
}

/** What is sent is what the function was given: as it is, or under a key. */
const sendsParameter = (body: Expr, syntax: Syntax): boolean =>
  body.k === 'object' ? body.props.some(({ value }) => isParameter(value, syntax)) : isParameter(body, syntax)

interface Shared {
  helpers: ReadonlyMap<Answer, Callable>
  users: ReadonlyMap<string, string[]>
  relays: ReadonlySet<string>
}

/** The function that most files, handlers among them, use to answer with a result. */
function respondOf(
  reading: Reading,
  sent: Answer[],
  { helpers, users, relays }: Shared,
): Habit<Import & { parameters: string[] }> | undefined {
  const found = new Map<string, { one: Callable; count: number }>()
  for (const one of helpers.values()) {
    const files = users.get(one.key) ?? []
    if (found.has(one.key) || !files.some((file) => reading.handlers.has(file))) continue
    const mine = sent.filter(({ syntax, at }) => syntax === one.syntax && within(one.fn, at))
    const succeeds = relays.has(one.key) || mine.every((other) => !isFailure(other))
    const withBody = mine.some(({ body, syntax }) => body !== undefined && sendsParameter(body, syntax))
    if (succeeds && withBody && onlyAnswers(one, mine) && one.fn.params.length > 0)
      found.set(one.key, { one, count: files.length })
  }
  const [most] = [...found.values()].sort((x, y) => y.count - x.count)
  return most && helperHabit(reading, most.one, most.count)
}

function jsonOf({ own }: Reading): AnswerHabits['json'] {
  let next = 0
  let plain = 0
  for (const { text } of own.files) {
    next += text.match(/\bNextResponse\s*\.json\(/g)?.length ?? 0
    plain += text.match(/(?<![\w.])Response\s*\.json\(/g)?.length ?? 0
  }
  return next > plain ? 'NextResponse' : 'Response'
}
