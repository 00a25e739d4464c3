/** Where an expression comes from: names, imports, calls of plain functions. No run: what depends on a caller stays open. */
import type { Program } from '../../project/flow/program.ts'
import { findExport } from '../../project/flow/program.ts'
import type { Expr, Pattern, Syntax } from '../../source/syntax.ts'
import { returnsOf } from '../../source/walk.ts'

/** An expression and the file that it stands in. */
export interface Place {
  syntax: Syntax
  expr: Expr
}

const DEPTH = 24

/** The expression that a name, a member or a call of the project's own function comes to; itself when that is not known. */
export function settle(program: Program, place: Place, depth = DEPTH): Place {
  if (depth === 0) return place
  const { syntax, expr } = place
  const on = (next: Place | undefined): Place => (next ? settle(program, next, depth - 1) : place)
  if (expr.k === 'await') return on({ syntax, expr: expr.of })
  if (expr.k === 'name') return on(definition(program, syntax, expr.b))
  if (expr.k === 'member') {
    const of = settle(program, { syntax, expr: expr.of }, depth - 1)
    const field = fieldOf(program, of, expr.key, depth - 1)
    return field ? on(field) : of.expr === expr.of ? place : { ...of, expr: { ...expr, of: of.expr } }
  }
  if (expr.k === 'call' && !expr.isNew) {
    const callee = settle(program, { syntax, expr: expr.callee }, depth - 1)
    if (callee.expr.k !== 'fn') return place
    const back = returnsOf(callee.syntax.functions[callee.expr.fn]?.body ?? []).at(-1)
    return on(back && { syntax: callee.syntax, expr: back })
  }
  return place
}

/** The value of one field of an object that is written out. */
export function fieldOf(program: Program, of: Place, key: string, depth = DEPTH): Place | undefined {
  if (depth === 0 || of.expr.k !== 'object') return undefined
  for (const prop of [...of.expr.props].reverse()) {
    if (prop.key === key) return { syntax: of.syntax, expr: prop.value }
    if (!prop.spread) continue
    const inner = settle(program, { syntax: of.syntax, expr: prop.value }, depth - 1)
    const found = fieldOf(program, inner, key, depth - 1)
    if (found) return found
  }
  return undefined
}

/** Fields of an object that is written out, spreads of such objects included. */
export function fieldsOf(program: Program, at: Place, depth = 6): Map<string, Place> {
  const of = settle(program, at)
  const fields = new Map<string, Place>()
  if (of.expr.k !== 'object' || depth === 0) return fields
  for (const prop of of.expr.props) {
    const value = { syntax: of.syntax, expr: prop.value }
    if (prop.key !== undefined) fields.set(prop.key, value)
    else if (prop.spread) for (const [key, one] of fieldsOf(program, value, depth - 1)) fields.set(key, one)
  }
  return fields
}

/** The value at a path of the options. */
export function nested(
  program: Program,
  config: ReadonlyMap<string, Place>,
  [first = '', ...rest]: readonly string[],
): Place | undefined {
  return rest.reduce<Place | undefined>(
    (at, key) => at && fieldOf(program, settle(program, at), key),
    config.get(first),
  )
}

/** What a name stands for, in this file or in the one that it is imported from; nothing for a parameter. */
function definition(program: Program, syntax: Syntax, number: number): Place | undefined {
  const binding = syntax.bindings[number]
  if (binding?.k === 'fn') return { syntax, expr: { k: 'fn', fn: binding.fn, at: 0 } }
  if (binding?.k === 'const' && binding.init) {
    const expr = taken(binding.init, binding.to, number)
    return expr && { syntax, expr }
  }
  if (binding?.k !== 'import') return undefined
  const target = findExport(program, syntax.file, binding.from, binding.imported)
  return target && 'entry' in target && target.entry.value
    ? { syntax: target.syntax, expr: target.entry.value }
    : undefined
}

/** `const { a: { b } } = init` makes `init.a.b` of `b`. */
function taken(init: Expr, to: Pattern, number: number): Expr | undefined {
  if (to.k === 'bind') return to.b === number ? init : undefined
  if (to.k === 'default') return taken(init, to.to, number)
  if (to.k !== 'object') return undefined
  for (const { key, to: inner } of to.props) {
    const found = taken({ k: 'member', of: init, key, at: to.at }, inner, number)
    if (found) return found
  }
  return undefined
}

/** The package and name of a callee: `jwtVerify`, `jwt.verify`, `jose.jwtVerify`. */
export function importOf(
  program: Program,
  place: Place,
  depth = 6,
): { from: string; name: string } | undefined {
  const { syntax, expr } = place
  if (depth === 0) return undefined
  if (expr.k === 'name') {
    const binding = syntax.bindings[expr.b]
    if (binding?.k !== 'import') return undefined
    const target = findExport(program, syntax.file, binding.from, binding.imported)
    if (target && 'external' in target) return { from: target.external, name: target.name }
    const value = target && 'entry' in target ? target.entry.value : null
    return value && target && 'entry' in target
      ? importOf(program, { syntax: target.syntax, expr: value }, depth - 1)
      : undefined
  }
  if (expr.k !== 'member' || expr.of.k !== 'name') return undefined
  const outer = importOf(program, { syntax, expr: expr.of }, depth - 1)
  return outer && /^(\*|default|jwt|jose)$/i.test(outer.name) ? { ...outer, name: expr.key } : undefined
}

/** Name of the innermost function around an offset; empty outside of all. */
export function functionAround(syntax: Syntax, at: number): string {
  const around = syntax.functions.filter((fn) => fn.at <= at && at < fn.end)
  return around.sort((a, b) => a.end - a.at - (b.end - b.at)).find((fn) => fn.name !== '')?.name ?? ''
}
