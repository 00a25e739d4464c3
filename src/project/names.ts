/** Which names a place in the code knows, and where their values come from. */
import type { Expr, Fn, Pattern, Stmt, Syntax } from '../source/syntax.ts'
import { blocksOf, walk } from '../source/walk.ts'
import { findExport, type Program } from './flow/program.ts'

/** Name → index of its binding, of what is declared before the place: in the functions around it, and in the module. */
export function namesAt(syntax: Syntax, at: number): Map<string, number> {
  const names = new Map<string, number>()
  for (const [b, binding] of syntax.bindings.entries()) if (binding.k === 'import') names.set(binding.name, b)
  declared(syntax.body, names)
  for (const fn of functionsAround(syntax, at)) {
    for (const param of fn.params) for (const { name, b } of bound(param)) names.set(name, b)
    before(fn.body, at, names)
  }
  return names
}

/** The statements that have run when a place is reached, in the functions around it, outermost first. */
export function statementsBefore(syntax: Syntax, at: number): Stmt[] {
  const within = (body: readonly Stmt[]): Stmt[] => {
    const held = body.findLast((stmt) => stmt.at <= at)
    const done = body.filter((stmt) => stmt !== held && stmt.at <= at)
    const inner = held && innerBlock(held, at)
    return inner ? [...done, ...within(inner)] : done
  }
  return functionsAround(syntax, at).flatMap((fn) => within(fn.body))
}

const innerBlock = (stmt: Stmt, at: number): Stmt[] | undefined =>
  blocksOf(stmt).findLast((block) => (block[0]?.at ?? Number.POSITIVE_INFINITY) <= at)

/** The functions that hold a place, outermost first. */
export const functionsAround = (syntax: Syntax, at: number): Fn[] =>
  syntax.functions.filter((fn) => fn.at <= at && at < fn.end).sort((a, b) => a.at - b.at || b.end - a.end)

/** The function that an expression is or names, as far as it is written in the file itself. */
export function functionNamed(syntax: Syntax, expr: Expr | null): Fn | undefined {
  if (expr?.k === 'fn') return syntax.functions[expr.fn]
  const binding = expr?.k === 'name' && expr.b >= 0 ? syntax.bindings[expr.b] : undefined
  if (binding?.k === 'fn') return syntax.functions[binding.fn]
  return binding?.k === 'const' && binding.init?.k === 'fn' ? syntax.functions[binding.init.fn] : undefined
}

function declared(body: readonly Stmt[], names: Map<string, number>): void {
  for (const stmt of body) if (stmt.k === 'let') for (const { name, b } of bound(stmt.to)) names.set(name, b)
}

function before(body: readonly Stmt[], at: number, names: Map<string, number>): void {
  const held = body.findLast((stmt) => stmt.at <= at)
  declared(
    body.filter((stmt) => stmt !== held && stmt.at <= at),
    names,
  )
  if (!held) return
  if (held.k === 'loop' && held.item) for (const { name, b } of bound(held.item)) names.set(name, b)
  const inner = innerBlock(held, at)
  if (inner) before(inner, at, names)
}

interface BoundName {
  name: string
  b: number
  /** Keys that lead to it in the pattern. */
  path: string[]
}

/** The names that a pattern binds. */
export function bound(pattern: Pattern, path: string[] = []): BoundName[] {
  switch (pattern.k) {
    case 'bind':
      return [{ name: pattern.name, b: pattern.b, path }]
    case 'object':
      return [
        ...pattern.props.flatMap((prop) => bound(prop.to, [...path, prop.key])),
        ...(pattern.rest ? bound(pattern.rest, [...path, '…']) : []),
      ]
    case 'array':
      return pattern.items.flatMap((item, index) => (item ? bound(item, [...path, String(index)]) : []))
    case 'default':
    case 'rest':
      return bound(pattern.to, path)
    default:
      return []
  }
}

/** The function that answers the endpoint: the outermost, or the one inside of it that is an action of its own. */
export function handlerAt(syntax: Syntax, at: number): Fn | undefined {
  const around = functionsAround(syntax, at)
  return around.findLast((fn) => fn.useServer) ?? around[0]
}

/** Names that are written in a range, each once, with their bindings. */
export function namesIn(syntax: Syntax, { start, end }: { start: number; end: number }): Map<string, number> {
  const names = new Map<string, number>()
  walk(syntax, (expr) => {
    if (expr.k === 'name' && expr.at >= start && expr.at < end) names.set(expr.name, expr.b)
  })
  return names
}

/** The name denotes something of the module at a place: no parameter or variable hides it. */
export function isModuleName(syntax: Syntax, at: number, name: string): boolean {
  const b = namesAt(syntax, at).get(name)
  if (b !== undefined) return originOf(syntax, b).k === 'module'
  return syntax.bindings.some((one) => one.name === name && one.k === 'fn')
}

/** The module exports a name of its own under that name. */
export const exportsName = (syntax: Syntax, name: string): boolean =>
  syntax.exports.some((one) => one.name === name && one.from === undefined)

/** How often a name is used, its declaration aside. */
export function bindingUses(syntax: Syntax, b: number): number {
  let count = 0
  walk(syntax, (expr) => {
    if (expr.k === 'name' && expr.b === b) count++
  })
  return count
}

/** Where the value of a name comes from; equal keys in two functions mean values of one kind. */
export type Origin =
  | { k: 'module' }
  /** The result of a call: `await requireSession()`. */
  | { k: 'call'; key: string; path: string[]; init: Expr }
  /** A parameter; `root`: of a function that is handed on, the name that the wrapper begins with: `userAction`. */
  | { k: 'param'; key: string; index: number; path: string[]; root?: Expr & { k: 'name' } }
  | { k: 'other' }

export function originOf(syntax: Syntax, b: number): Origin {
  const binding = syntax.bindings[b]
  if (!binding || binding.k === 'import' || binding.k === 'fn' || binding.k === 'class')
    return { k: 'module' }
  if (syntax.body.some((stmt) => stmt.k === 'let' && bound(stmt.to).some((one) => one.b === b)))
    return { k: 'module' }
  if (binding.k === 'const') {
    const init = binding.init?.k === 'await' ? binding.init.of : binding.init
    const path = bound(binding.to).find((one) => one.b === b)?.path ?? []
    if (init?.k !== 'call') return { k: 'other' }
    return { k: 'call', key: [nameOf(init.callee), ...path].join('.'), path, init }
  }
  for (const [index, fn] of syntax.functions.entries())
    for (const [place, param] of fn.params.entries()) {
      const found = bound(param).find((one) => one.b === b)
      if (!found) continue
      const callee = wrapperOf(syntax, index)
      const root = callee && rootOf(callee)
      const key = [place, ...found.path].join('.')
      return { k: 'param', key, index: place, path: found.path, ...(root ? { root } : {}) }
    }
  return { k: 'other' }
}

/** The callee of the call that a function is handed to. */
export function wrapperOf(syntax: Syntax, fn: number): Expr | undefined {
  let found: Expr | undefined
  walk(syntax, (expr) => {
    if (expr.k === 'call' && expr.args.some((arg) => arg.k === 'fn' && arg.fn === fn)) found = expr.callee
  })
  return found
}

/** `members.requireMember`; of a chain of calls, all its names. */
export function nameOf(callee: Expr): string {
  if (callee.k === 'name') return callee.name
  if (callee.k === 'member') return `${nameOf(callee.of)}.${callee.key}`
  if (callee.k === 'call') return nameOf(callee.callee)
  return ''
}

/** The name at the root of a chain: `userAction` of `userAction.inputSchema(…).action`. */
export function rootOf(expr: Expr): (Expr & { k: 'name' }) | undefined {
  if (expr.k === 'name') return expr
  if (expr.k === 'member') return rootOf(expr.of)
  if (expr.k === 'call') return rootOf(expr.callee)
  return undefined
}

/** The names that the value of a name was built from, itself first: `boardProcedure`, `protectedProcedure`, `t`. */
export function ancestry(program: Program, syntax: Syntax, b: number, depth = 6): string[] {
  const binding = syntax.bindings[b]
  if (!binding || depth === 0) return []
  if (binding.k === 'const') {
    const root = binding.init && rootOf(binding.init)
    return [binding.name, ...(root ? ancestry(program, syntax, root.b, depth - 1) : [])]
  }
  if (binding.k !== 'import') return [binding.name]
  const target = findExport(program, syntax.file, binding.from, binding.imported)
  const value = target && 'entry' in target ? target.entry.value : undefined
  const root = value && rootOf(value)
  if (!target || !('entry' in target) || !root) return [binding.imported]
  return [...new Set([binding.imported, ...ancestry(program, target.syntax, root.b, depth - 1)])]
}
