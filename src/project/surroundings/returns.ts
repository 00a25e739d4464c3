/** Whether a function can come to its end without a `return`. */
import type { Location } from '../../core/finding.ts'
import { placeOf, type Stmt } from '../../source/syntax.ts'
import type { Project } from '../project.ts'

/** True for a function at a place that leaves in every branch, and where none was found. */
export function returnsEverywhere(project: Project, { file, line }: Location): boolean {
  const syntax = project.program.syntax(file)
  const fn = syntax?.functions
    .filter((one) => placeOf(syntax, one.at).line <= line && line <= placeOf(syntax, one.end).line)
    .sort((a, b) => a.at - b.at)[0]
  return fn === undefined || leaves(fn.body)
}

/** Nothing comes after these statements. */
function leaves(body: readonly Stmt[]): boolean {
  return body.some((stmt) => {
    switch (stmt.k) {
      case 'return':
      case 'throw':
        return true
      case 'if':
        return leaves(stmt.yes) && leaves(stmt.no)
      case 'block':
        return leaves(stmt.body)
      case 'try':
        return leaves(stmt.finally) || (leaves(stmt.body) && (stmt.caught === null || leaves(stmt.caught)))
      case 'switch':
        return stmt.cases.some(({ test }) => test === null) && leaves(stmt.cases.at(-1)?.body ?? [])
      case 'loop':
        return stmt.test === null && stmt.over === null
      default:
        return false
    }
  })
}
