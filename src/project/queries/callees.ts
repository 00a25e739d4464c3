/** Which function a call means, through imports and wrappers such as `cache(async () => …)`. */
import type { Expr, Fn, Syntax } from '../../source/syntax.ts'
import { findExport } from '../flow/program.ts'
import type { Project } from '../project.ts'

export interface Callee {
  fn: Fn
  syntax: Syntax
}

/** The function of the project that an expression denotes; of a wrapper's result, the function that was wrapped. */
export function calleeOf(project: Project, syntax: Syntax, expr: Expr, depth = 5): Callee | undefined {
  if (depth === 0) return undefined
  if (expr.k === 'fn') {
    const fn = syntax.functions[expr.fn]
    return fn && { fn, syntax }
  }
  if (expr.k === 'call') {
    const wrapped = expr.args.find((arg) => arg.k === 'fn')
    return wrapped && calleeOf(project, syntax, wrapped, depth - 1)
  }
  if (expr.k === 'member' && expr.of.k === 'name') {
    const module = syntax.bindings[expr.of.b]
    if (module?.k === 'import' && module.imported === '*')
      return exported(project, syntax.file, module.from, expr.key, depth)
    const object = module?.k === 'const' && module.init?.k === 'object' ? module.init : undefined
    const value = object?.props.find((prop) => prop.key === expr.key)?.value
    return value && calleeOf(project, syntax, value, depth - 1)
  }
  const binding = expr.k === 'name' ? syntax.bindings[expr.b] : undefined
  if (binding?.k === 'fn') {
    const fn = syntax.functions[binding.fn]
    return fn && { fn, syntax }
  }
  if (binding?.k === 'const' && binding.init && binding.to.k === 'bind')
    return calleeOf(project, syntax, binding.init, depth - 1)
  if (binding?.k === 'import') return exported(project, syntax.file, binding.from, binding.imported, depth)
  return undefined
}

function exported(
  project: Project,
  file: string,
  from: string,
  name: string,
  depth: number,
): Callee | undefined {
  const target = findExport(project.program, file, from, name)
  if (!target || !('entry' in target) || !target.entry.value) return undefined
  return calleeOf(project, target.syntax, target.entry.value, depth - 1)
}
