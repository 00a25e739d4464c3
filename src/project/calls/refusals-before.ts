/** Who was turned away on the way to a place, by what the test is called: for conditions whose parts no run could tell apart. */
import type { Location } from '../../core/finding.ts'
import type { Expr, Stmt, Syntax } from '../../source/syntax.ts'
import { throws, walkExpression } from '../../source/walk.ts'
import { statementsBefore } from '../names.ts'
import type { Project } from '../project.ts'
import { calleeOf } from '../queries/callees.ts'
import { walkFunction } from '../queries/forms.ts'

/**
 * A test before the place leaves the function, and asks something of such a name: a field, or a function of the project that
 * is called so and reads such a field.
 */
export function refusedBefore(project: Project, location: Location, name: RegExp): boolean {
  const syntax = project.program.syntax(location.file)
  if (!syntax) return false
  const at = (syntax.lines[location.line - 1] ?? 0) + location.column - 1
  return statementsBefore(syntax, at).some(
    (stmt) => stmt.k === 'if' && leaves(stmt.yes) && asks(project, syntax, stmt.test, name),
  )
}

const leaves = (body: readonly Stmt[]): boolean => body.at(-1)?.k === 'return' || throws(body)

function asks(project: Project, syntax: Syntax, test: Expr, name: RegExp): boolean {
  let found = false
  walkExpression(test, (expr) => {
    if (isField(expr, name)) found = true
    const callee = expr.k === 'call' ? calleeOf(project, syntax, expr.callee) : undefined
    if (callee) walkFunction(callee.syntax, callee.fn, (inner) => (found ||= isField(inner, name)))
  })
  return found
}

const isField = (expr: Expr, name: RegExp): boolean => expr.k === 'member' && name.test(expr.key)
