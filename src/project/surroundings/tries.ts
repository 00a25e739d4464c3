/** Calls that must be let through, in a `try` whose `catch` keeps what they throw. */
import type { Location } from '../../core/finding.ts'
import { placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, walkStatements } from '../../source/walk.ts'
import type { Project } from '../project.ts'

export interface Kept {
  /** Of the `try`. */
  location: Location
  call: Location
  name: string
}

/** Calls of functions by that name, imported from a package that begins so. */
export function triesAround(project: Project, name: RegExp, from: string): Kept[] {
  return project.code.flatMap((file) => {
    const text = project.sourceText(file) ?? ''
    const syntax = text.includes(from) && /\bcatch\b/.test(text) ? project.program.syntax(file) : undefined
    if (!syntax) return []
    return [syntax.body, ...syntax.functions.map(({ body }) => body)].flatMap((body) =>
      keptIn(syntax, body, name, from),
    )
  })
}

function keptIn(syntax: Syntax, body: readonly Stmt[], name: RegExp, from: string): Kept[] {
  return body.flatMap((stmt) => {
    const inner = blocksOf(stmt).flatMap((block) => keptIn(syntax, block, name, from))
    if (stmt.k !== 'try' || !stmt.caught || letsThrough(syntax, stmt.caught)) return inner
    const found: Kept[] = []
    walkStatements(stmt.body, (expr) => {
      if (expr.k !== 'call' || expr.callee.k !== 'name' || !name.test(expr.callee.name)) return
      const binding = syntax.bindings[expr.callee.b]
      if (binding?.k !== 'import' || !binding.from.startsWith(from)) return
      found.push({
        location: placeOf(syntax, stmt.at),
        call: placeOf(syntax, expr.at),
        name: expr.callee.name,
      })
    })
    return [...found, ...inner]
  })
}

/** It throws again, or leaves that to Next.js (`unstable_rethrow`, `isRedirectError`). */
function letsThrough(syntax: Syntax, body: readonly Stmt[]): boolean {
  let through = body.some(
    (stmt) => stmt.k === 'throw' || blocksOf(stmt).some((block) => letsThrough(syntax, block)),
  )
  walkStatements(body, (expr) => {
    if (
      expr.k === 'call' &&
      expr.callee.k === 'name' &&
      /rethrow|isRedirectError|isHTTPAccess/.test(expr.callee.name)
    )
      through = true
  })
  return through
}
