/** What a package constructed, and is no client of Prisma: its `chat.update()` is a method that only is called like a model's. */
import type { Expr, Fn, Stmt, Syntax } from '../../source/syntax.ts'
import { blocksOf } from '../../source/walk.ts'
import { isForeignClass } from '../flow/forms.ts'
import { findExport } from '../flow/program.ts'
import type { Project } from '../project.ts'
import { calleeOf } from './callees.ts'

/** `new WebClient(token)` of a package, a name for it, or a function that gives nothing else. */
export function isForeignClient(project: Project, syntax: Syntax, expr: Expr, depth = 4): boolean {
  if (depth === 0) return false
  if (expr.k === 'await') return isForeignClient(project, syntax, expr.of, depth)
  if (expr.k === 'call' && expr.isNew) return constructsForeign(project, syntax, expr.callee)
  if (expr.k === 'call') {
    const called = calleeOf(project, syntax, expr.callee)
    const given = called ? returnsOf(called.fn) : []
    return (
      called !== undefined &&
      given.length > 0 &&
      given.every((one) => isForeignClient(project, called.syntax, one, depth - 1))
    )
  }
  const binding = expr.k === 'name' ? syntax.bindings[expr.b] : undefined
  if (binding?.k === 'const' && binding.init && binding.to.k === 'bind')
    return isForeignClient(project, syntax, binding.init, depth - 1)
  if (binding?.k !== 'import') return false
  const target = findExport(project.program, syntax.file, binding.from, binding.imported)
  return target && 'entry' in target && target.entry.value
    ? isForeignClient(project, target.syntax, target.entry.value, depth - 1)
    : false
}

function constructsForeign(project: Project, syntax: Syntax, callee: Expr): boolean {
  const named = callee.k === 'member' && callee.of.k === 'name' ? callee.of : callee
  const binding = named.k === 'name' ? syntax.bindings[named.b] : undefined
  if (binding?.k !== 'import') return false
  const target = findExport(project.program, syntax.file, binding.from, binding.imported)
  const name = callee.k === 'member' ? callee.key : binding.imported
  return target !== undefined && 'external' in target && isForeignClass(target.external, name)
}

function returnsOf(fn: Fn): Expr[] {
  const found: Expr[] = []
  const visit = (body: readonly Stmt[]): void => {
    for (const stmt of body) {
      if (stmt.k === 'return' && stmt.value) found.push(stmt.value)
      for (const one of blocksOf(stmt)) visit(one)
    }
  }
  visit(fn.body)
  return found
}
