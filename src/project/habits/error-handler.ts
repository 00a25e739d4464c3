/** The function that turns a caught error into an answer. */
import type { Expr, Fn, Pattern, Stmt, Syntax } from '../../source/syntax.ts'
import { blocksOf, returnsOf, walk } from '../../source/walk.ts'
import type { Answer } from '../conventions/answers.ts'
import { functionOf, within } from '../conventions/exported.ts'
import { type Callable, callableAt, callablesOf, calledKey, usersOf } from './callables.ts'
import type { AnswerHabits } from './habits.ts'
import { helperHabit } from './imports.ts'
import { parametersAt } from './parameters.ts'
import type { Reading } from './reading.ts'

/** It is given what `catch` caught, and it answers. The one that stands in the way of the most handlers. */
export function handlerOfErrors(reading: Reading, answers: Answer[]): AnswerHabits['handleError'] {
  const { own } = reading
  const found: { key: string; around: Callable | undefined }[] = []
  /** Which parameter of it the error is. */
  const places = new Map<string, number>()
  for (const { file, text } of own.files) {
    const syntax = /\bcatch\b/.test(text) ? own.program.syntax(file) : undefined
    for (const { key, at, index } of syntax ? givenCaught(reading, syntax) : []) {
      places.set(key, index)
      const inHandler = reading.handlers.has(file)
      const around = syntax && !inHandler ? callablesOf(syntax).find(({ fn }) => within(fn, at)) : undefined
      found.push({ key, around })
    }
  }
  // In a wrapper it stands for all that are wrapped.
  const users = usersOf(own, [...new Set(found.flatMap(({ around }) => around ?? []))])
  const counts = new Map<string, number>()
  for (const { key, around } of found) {
    const weight = Math.max(1, users.get(around?.key ?? '')?.length ?? 0)
    counts.set(key, (counts.get(key) ?? 0) + weight)
  }
  const answering = new Map<string, Answer[]>()
  for (const one of answers) answering.set(one.syntax.file, [...(answering.get(one.syntax.file) ?? []), one])
  // One of the application itself rather than one of a package that it uses.
  const rank = ([key, count]: [string, number]): number => (key.startsWith(reading.inside) ? 2 : 1) * count
  for (const [key, count] of [...counts].sort((a, b) => rank(b) - rank(a))) {
    const one = callableAt(own, key)
    if (
      one &&
      takesAny(reading, one, places.get(key) ?? 0) &&
      answersIn(reading, one.syntax, one.fn, answering)
    )
      return helperHabit(reading, one, count)
  }
  return undefined
}

/** `unknown`, `Error`: not one that wants an error of a kind of its own. */
function takesAny({ text }: Reading, { syntax, fn }: Callable, index: number): boolean {
  const type = parametersAt(text(syntax.file), fn.at)[index]?.type
  return type === undefined || /\b(?:unknown|any)\b|^\w*(?:Error|Exception)(?:\W|$)/.test(type)
}

/** Calls of exported functions with what was caught. */
function givenCaught({ own }: Reading, syntax: Syntax): { key: string; at: number; index: number }[] {
  const caught = new Set<number>()
  const search = (body: readonly Stmt[]): void => {
    for (const stmt of body) {
      if (stmt.k === 'try' && stmt.error) caught.add(boundBy(stmt.error))
      for (const inner of blocksOf(stmt)) search(inner)
    }
  }
  search(syntax.body)
  for (const fn of syntax.functions) search(fn.body)
  const found: { key: string; at: number; index: number }[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || expr.isNew) return
    // Further behind it is only a note for the log.
    const index = expr.args.slice(0, 2).findIndex((arg) => arg.k === 'name' && caught.has(arg.b))
    if (index < 0) return
    const key = calledKey(own, syntax, expr.callee)
    if (key !== undefined) found.push({ key, at: expr.at, index })
  })
  return found
}

const boundBy = (pattern: Pattern): number => (pattern.k === 'bind' ? pattern.b : -1)

/** It answers itself, or returns what a function of the project answers with. */
function answersIn(
  { own }: Pick<Reading, 'own'>,
  syntax: Syntax,
  fn: Fn,
  answering: ReadonlyMap<string, Answer[]>,
  depth = 4,
): boolean {
  if ((answering.get(syntax.file) ?? []).some((one) => one.syntax === syntax && within(fn, one.at)))
    return true
  if (depth === 0) return false
  return returnsOf(fn.body).some((value) => {
    const call = value.k === 'await' ? value.of : value
    if (call.k !== 'call') return false
    const next = calledBy(syntax, call.callee) ?? exportedBy({ own }, syntax, call.callee)
    return next !== undefined && answersIn({ own }, next.syntax, next.fn, answering, depth - 1)
  })
}

function calledBy(syntax: Syntax, callee: Expr): Pick<Callable, 'syntax' | 'fn'> | undefined {
  const fn = callee.k === 'name' ? functionOf(callee, syntax) : undefined
  return fn && { syntax, fn }
}

function exportedBy({ own }: Pick<Reading, 'own'>, syntax: Syntax, callee: Expr): Callable | undefined {
  const key = calledKey(own, syntax, callee)
  return key === undefined ? undefined : callableAt(own, key)
}
