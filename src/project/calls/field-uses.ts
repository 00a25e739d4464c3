/** What the code does with single columns: the values that queries compare them with, and write to them. */
import type { Expr, Syntax } from '../../source/syntax.ts'
import type { Project } from '../project.ts'
import { callsOf, objectOf, type PrismaCall, property } from './prisma-calls.ts'

export interface FieldUse {
  call: PrismaCall
  field: string
  value: Expr
  /** It is written, not compared. */
  write: boolean
}

/** The columns that calls of a model name in `where`, `data`, `create` and `update`, at their top. */
export function usesOf(project: Project, model: string): FieldUse[] {
  return callsOf(project, model).flatMap((call) =>
    ['where', 'data', 'create', 'update'].flatMap((part) => {
      const object = objectOf(call.syntax, property(call.args, part))
      return (object?.props ?? []).flatMap(({ key, value }) =>
        key === undefined ? [] : [{ call, field: key, value, write: part !== 'where' }],
      )
    }),
  )
}

/** The texts that an expression can be; `undefined` where it is more than texts that are written there. */
export function textsIn(expr: Expr): string[] | undefined {
  switch (expr.k) {
    case 'literal':
      return typeof expr.value === 'string' ? [expr.value] : undefined
    case 'choose':
      return joined([expr.yes, expr.no])
    case 'array':
      return joined(expr.items)
    case 'object':
      return expr.props.every(({ key }) => /^(?:in|notIn|not|equals|set)$/.test(key ?? ''))
        ? joined(expr.props.map(({ value }) => value))
        : undefined
    default:
      return undefined
  }
}

function joined(parts: readonly Expr[]): string[] | undefined {
  const all = parts.map(textsIn)
  return all.every((one) => one !== undefined) ? all.flat() : undefined
}

/** The keys of a `where` that compares plain values only: no operators, no relations, no `OR`. */
export function plainKeys(call: PrismaCall): { key: string; value: Expr }[] | undefined {
  const where = objectOf(call.syntax, property(call.args, 'where'))
  const keys = where?.props.flatMap(({ key, value }) => (key === undefined ? [] : [{ key, value }]))
  if (!where || !keys || keys.length !== where.props.length) return undefined
  return keys.every(({ value }) => /^(?:name|member|literal|call|template|index)$/.test(value.k))
    ? keys
    : undefined
}

/** A value is made lower case where it is given: there, or in the constant that it names. */
export function isLowered(syntax: Syntax, expr: Expr, depth = 3): boolean {
  if (depth === 0) return false
  if (expr.k === 'call' && expr.callee.k === 'member')
    return (
      /^toLower(?:Case)?$|^toLocaleLowerCase$/.test(expr.callee.key) ||
      isLowered(syntax, expr.callee.of, depth - 1)
    )
  if (expr.k === 'call')
    return expr.callee.k === 'name' && /normali[sz]e|lower|canonical/i.test(expr.callee.name)
  const binding = expr.k === 'name' && expr.b >= 0 ? syntax.bindings[expr.b] : undefined
  return (
    binding?.k === 'const' &&
    binding.to.k === 'bind' &&
    !!binding.init &&
    isLowered(syntax, binding.init, depth - 1)
  )
}
