/** Loops over a list, and calls such as `rows.map((row) => …)`. */
import type { Expr, Fn, Stmt, Syntax } from '../source/syntax.ts'
import { blocksOf, walk } from '../source/walk.ts'
import { functionsAround } from './names.ts'

export interface Iteration {
  /** Name of the element; absent when it is taken apart. */
  item?: { name: string; b: number }
  over: Expr
  /** Where it begins: of the statement, or of the call. */
  at: number
  /** The call and its function, where it is one. */
  call?: Expr & { k: 'call' }
  fn?: Fn
}

/** The innermost iteration that holds a place. */
export function iterationAt(syntax: Syntax, at: number): Iteration | undefined {
  const fns = functionsAround(syntax, at)
  for (const fn of fns.toReversed()) {
    const loop = loopIn(fn.body, at)
    if (loop) return loop
    const call = mapCallOf(syntax, fn)
    if (call) return call
  }
  return undefined
}

function loopIn(body: readonly Stmt[], at: number): Iteration | undefined {
  const held = body.findLast((stmt) => stmt.at <= at)
  if (!held) return undefined
  const inner = blocksOf(held).findLast((block) => (block[0]?.at ?? Number.POSITIVE_INFINITY) <= at)
  const deeper = inner && loopIn(inner, at)
  if (deeper) return deeper
  if (held.k !== 'loop' || !held.over || !inner) return undefined
  return { ...itemOf(held.item), over: held.over, at: held.at }
}

function mapCallOf(syntax: Syntax, fn: Fn): Iteration | undefined {
  const index = syntax.functions.indexOf(fn)
  let found: Iteration | undefined
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || expr.callee.k !== 'member' || !/^(map|flatMap)$/.test(expr.callee.key)) return
    const [first] = expr.args
    if (first?.k !== 'fn' || first.fn !== index) return
    found = { ...itemOf(fn.params[0] ?? null), over: expr.callee.of, at: expr.at, call: expr, fn }
  })
  return found
}

const itemOf = (pattern: Fn['params'][number] | null): Pick<Iteration, 'item'> =>
  pattern?.k === 'bind' ? { item: { name: pattern.name, b: pattern.b } } : {}
