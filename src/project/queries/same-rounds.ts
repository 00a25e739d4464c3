/** Queries in a loop that are the same in each round: no element has a part in them. */
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { isOutermost } from '../flow/calls.ts'
import type { Access } from '../flow/events.ts'
import { nameOf } from '../flow/forms.ts'
import { OPERATIONS } from '../flow/prisma.ts'
import type { Project } from '../project.ts'
import { namesUsed } from './forms.ts'
import { isShortList } from './short-lists.ts'
import { type Place, visitPlaces } from './sites.ts'

interface Call {
  syntax: Syntax
  expr: Expr & { k: 'call' }
  place: Place
  /** `void track(…)`: nobody waits for it. */
  idle: boolean
}

/** The round that a query runs in: the calls from the body of the loop to the query, and whether the list is short. */
export interface Round {
  /** The source shows that there are few of them. */
  short: boolean
  /** No element is handed on: somewhere on the way, a function is given nothing or what is written there. */
  same: boolean
  idle: boolean
}

/** Nothing where the loop is not found in the source. */
export function roundOf(project: Project, access: Access): Round | undefined {
  const { loop, via, location } = access
  if (loop === undefined) return undefined
  const calls = [...via.map((step) => step.location), location].map((at) => callAt(project, at))
  const from = calls.findLastIndex((call) => call !== undefined && isLoop(call, loop))
  const first = calls[from]
  const over = first?.place.each?.over
  if (!first || !over) return undefined
  return {
    short: isShortList(project, first.syntax, over),
    same: calls.slice(from).some((call) => call !== undefined && isConstant(project, call)),
    idle: first.idle,
  }
}

function isLoop({ syntax, place: { each } }: Call, loop: string): boolean {
  if (!each?.over) return false
  return nameOf(each.over) === loop || loop.endsWith(`() at line ${placeOf(syntax, each.at).line}`)
}

/** No name of the code around it stands in what it is given, and it has nothing else to go by. */
function isConstant(project: Project, { syntax, expr: { callee, args } }: Call): boolean {
  if (args.some((arg) => namesUsed(syntax, arg).size > 0)) return false
  if (callee.k === 'member')
    return OPERATIONS.has(callee.key) && callee.of.k === 'member' && isModel(project, callee.of)
  const binding = callee.k === 'name' ? syntax.bindings[callee.b] : undefined
  if (binding?.k === 'import') return true
  const fn = binding?.k === 'fn' ? syntax.functions[binding.fn] : undefined
  return fn !== undefined && isOutermost(fn, syntax)
}

const isModel = (project: Project, { key }: Expr & { k: 'member' }): boolean =>
  project.program.delegates.has(key)

const kept = new WeakMap<Syntax, Map<string, Call>>()

function callAt(project: Project, at: Access['location']): Call | undefined {
  const syntax = project.program.syntax(at.file)
  if (!syntax) return undefined
  const known = kept.get(syntax) ?? callsIn(syntax)
  kept.set(syntax, known)
  return known.get(`${at.line}:${at.column}`)
}

function callsIn(syntax: Syntax): Map<string, Call> {
  const found = new Map<string, Call>()
  const idle = new Set<Expr>()
  visitPlaces(syntax, (expr, place) => {
    if (expr.k === 'unary' && expr.op === 'void') idle.add(expr.of)
    if (expr.k !== 'call') return
    const { line, column } = placeOf(syntax, expr.at)
    found.set(`${line}:${column}`, { syntax, expr, place, idle: idle.has(expr) })
  })
  return found
}
