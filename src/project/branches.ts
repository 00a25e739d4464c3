/** What stands in a branch of the code, and what runs from there. */
import { placeOf, type Stmt, type Syntax } from '../source/syntax.ts'
import { blocksOf, walkStatements } from '../source/walk.ts'
import type { Moment } from './flow/events.ts'
import type { Program } from './flow/program.ts'

/** Whether something happens in the branch that is taken when a test holds; the test is named by where it begins. */
export function happensWhere(program: Program, test: Moment['location'], event: Moment): boolean {
  const syntax = program.syntax(test.file)
  const branch = syntax && branchAt(syntax, test)
  if (!branch) return false
  const inside = new Set<string>()
  walkStatements(branch, (expr) => inside.add(keyOf(placeOf(syntax, expr.at))))
  return [event.location, ...event.via.map(({ location }) => location)].some((at) => inside.has(keyOf(at)))
}

const keyOf = ({ file, line, column }: Moment['location']): string => `${file}:${line}:${column}`

function branchAt(syntax: Syntax, at: Moment['location']): Stmt[] | undefined {
  let found: Stmt[] | undefined
  const search = (body: readonly Stmt[]): void => {
    for (const stmt of body) {
      if (stmt.k === 'if' && keyOf(placeOf(syntax, stmt.test.at)) === keyOf(at)) found = stmt.yes
      for (const block of blocksOf(stmt)) search(block)
    }
  }
  search(syntax.body)
  for (const fn of syntax.functions) search(fn.body)
  return found
}
