/** Small questions about expressions, as written. */
import type { Expr, Fn, Syntax } from '../../source/syntax.ts'
import { walkExpression, walkStatements } from '../../source/walk.ts'
import { bound } from '../names.ts'

/** The value of a key of an object literal. */
export const field = (expr: Expr | undefined, key: string): Expr | undefined =>
  expr?.k === 'object' ? expr.props.find((prop) => prop.key === key)?.value : undefined

/** The keys of an object literal; `undefined` where some cannot be read: it is none, or something is spread into it. */
export function keysOf(expr: Expr | undefined): string[] | undefined {
  if (expr?.k !== 'object') return undefined
  const keys = expr.props.map((prop) => prop.key)
  return keys.every((key) => key !== undefined) ? keys.flatMap((key) => key ?? []) : undefined
}

/** The paths of keys in an object literal, of those that can be read: `contact.projectId`. */
export function keyPaths(expr: Expr | undefined, before = ''): string[] {
  if (expr?.k !== 'object') return before === '' ? [] : [before]
  return expr.props.flatMap(({ key, value }) => {
    if (key === undefined) return []
    return keyPaths(value, before === '' ? key : `${before}.${key}`)
  })
}

/** An object with that key is somewhere in the expression: `{ id: { in: ids } }`. */
export function hasKey(expr: Expr | undefined, key: string): boolean {
  let found = false
  if (expr)
    walkExpression(expr, (one) => {
      if (one.k === 'object' && one.props.some((prop) => prop.key === key)) found = true
    })
  return found
}

/** Without `await` and `void`. */
export const awaited = (expr: Expr): Expr => (expr.k === 'await' ? awaited(expr.of) : expr)

/** An expression with the bodies of the functions in it, and of those in them. */
export function walkDeep(syntax: Syntax, expr: Expr, visit: (expr: Expr) => void): void {
  const inside = (one: Expr): void => {
    visit(one)
    const fn = one.k === 'fn' ? syntax.functions[one.fn] : undefined
    if (fn) walkFunction(syntax, fn, visit)
  }
  walkExpression(expr, inside)
}

/** All expressions of a function, those of the functions in it included. */
export function walkFunction(syntax: Syntax, fn: Fn, visit: (expr: Expr) => void): void {
  walkStatements(fn.body, (expr) => {
    visit(expr)
    const inner = expr.k === 'fn' ? syntax.functions[expr.fn] : undefined
    if (inner) walkFunction(syntax, inner, visit)
  })
}

/** Bindings of the names that are used in an expression. */
export function namesUsed(syntax: Syntax, expr: Expr): Set<number> {
  const used = new Set<number>()
  walkDeep(syntax, expr, (one) => {
    if (one.k === 'name') used.add(one.b)
  })
  return used
}

/** What a name was given where it was declared; of a part of an array that was taken apart, that part. */
export function initOf(syntax: Syntax, b: number): Expr | undefined {
  const binding = syntax.bindings[b]
  if (binding?.k !== 'const' || !binding.init) return undefined
  const init = awaited(binding.init)
  if (binding.to.k === 'bind') return init
  const [step, ...rest] = bound(binding.to).find((one) => one.b === b)?.path ?? []
  if (step === undefined || rest.length > 0) return undefined
  if (binding.to.k === 'object') return { k: 'member', at: init.at, of: init, key: step }
  const list = settledList(init)
  return list?.k === 'array' ? list.items[Number(step)] : undefined
}

/** The list in `Promise.all([…])` or `prisma.$transaction([…])`. */
export function settledList(expr: Expr): Expr | undefined {
  if (expr.k !== 'call' || expr.callee.k !== 'member') return undefined
  return /^(?:all|allSettled|\$transaction)$/.test(expr.callee.key) ? expr.args[0] : undefined
}

/** A list in a few words, for messages. */
export function textOf(expr: Expr): string {
  if (expr.k === 'name') return expr.name
  if (expr.k === 'member') return `${textOf(expr.of)}.${expr.key}`
  if (expr.k === 'call') return `${textOf(expr.callee)}()`
  if (expr.k === 'await') return textOf(expr.of)
  if (expr.k === 'logic') return textOf(expr.left)
  if (expr.k === 'index') return `${textOf(expr.of)}[…]`
  return expr.k === 'array' ? '[…]' : '…'
}

/** Whoever calls it may hand it the client of a transaction. */
export const takesClient = (fn: Fn): boolean =>
  fn.params.some((param) =>
    bound(param).some(({ name }) => /^(?:tx|trx|transaction|db|prisma|client)$/.test(name)),
  )
