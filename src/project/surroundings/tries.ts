/** Calls that must be let through, in a `try` whose `catch` keeps what they throw. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, walkStatements } from '../../source/walk.ts'
import type { Project } from '../project.ts'

export interface Kept {
  /** Of the `try`. */
  location: Location
  call: Location
  name: string
  /** The function that holds it. */
  within: string
  /** The `catch` ends in the same call, with the same literal. */
  again: boolean
}

/** Calls of Next.js that work by throwing, in a `try` that keeps what they throw. */
export const redirectsCaught = (project: Project): Kept[] =>
  triesAround(
    project,
    /^(?:redirect|permanentRedirect|notFound|forbidden|unauthorized)$/,
    'next/navigation',
  ).filter(({ again }) => !again)

/** Calls of functions by that name, imported from a package that begins so. */
export function triesAround(project: Project, name: RegExp, from: string): Kept[] {
  return project.code.flatMap((file) => {
    const text = project.sourceText(file) ?? ''
    const syntax = text.includes(from) && /\bcatch\b/.test(text) ? project.program.syntax(file) : undefined
    if (!syntax) return []
    return [{ name: 'module', body: syntax.body }, ...syntax.functions].flatMap((fn) =>
      keptIn(syntax, fn.body, name, from, fn.name || 'a function'),
    )
  })
}

function keptIn(syntax: Syntax, body: readonly Stmt[], name: RegExp, from: string, within: string): Kept[] {
  return body.flatMap((stmt) => {
    const inner = blocksOf(stmt).flatMap((block) => keptIn(syntax, block, name, from, within))
    if (stmt.k !== 'try' || !stmt.caught || letsThrough(syntax, stmt.caught)) return inner
    const found: Kept[] = []
    const caught = stmt.caught
    walkStatements(stmt.body, (expr) => {
      if (expr.k !== 'call' || expr.callee.k !== 'name' || !name.test(expr.callee.name)) return
      const binding = syntax.bindings[expr.callee.b]
      if (binding?.k !== 'import' || !binding.from.startsWith(from)) return
      found.push({
        location: placeOf(syntax, stmt.at),
        call: placeOf(syntax, expr.at),
        name: expr.callee.name,
        within,
        again: repeats(caught, expr.callee.name, expr.args[0]),
      })
    })
    return [...found, ...inner]
  })
}

function repeats(caught: readonly Stmt[], name: string, target: Expr | undefined): boolean {
  let found = false
  walkStatements(caught, (expr) => {
    if (expr.k !== 'call' || expr.callee.k !== 'name' || expr.callee.name !== name) return
    const other = expr.args[0]
    if (!target && !other) found = true
    if (target?.k === 'literal' && other?.k === 'literal' && target.value === other.value) found = true
  })
  return found
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
      /rethrow|isRedirect|isHTTPAccess|isNextRouterError|isNotFoundError/.test(expr.callee.name)
    )
      through = true
    // Told apart by its digest, as before Next.js had a function for that.
    if (expr.k === 'literal' && typeof expr.value === 'string' && expr.value.startsWith('NEXT_'))
      through = true
  })
  return through
}
