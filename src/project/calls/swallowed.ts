/** Writes whose failure nobody hears of. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, walkStatements } from '../../source/walk.ts'
import { isWrite } from '../flow/prisma.ts'
import type { Project } from '../project.ts'
import { type PrismaCall, prismaCalls } from './prisma-calls.ts'

export interface Swallowed {
  write: PrismaCall
  /** Of the `catch`, or of what takes its place. */
  location: Location
  /** The `catch` is empty, and not even a comment says why. */
  silent: boolean
}

/** Awaited writes in a `try` whose `catch` is empty or only logs, or that are followed by `.catch(() => {})`. */
export function swallowedWrites(project: Project): Swallowed[] {
  const bySyntax = new Map<Syntax, Map<Expr, PrismaCall>>()
  for (const call of prismaCalls(project)) {
    if (!isWrite(call.operation)) continue
    const writes = bySyntax.get(call.syntax) ?? new Map<Expr, PrismaCall>()
    writes.set(call.expr, call)
    bySyntax.set(call.syntax, writes)
  }
  return [...bySyntax].flatMap(([syntax, writes]) => {
    const text = project.sourceText(syntax.file) ?? ''
    return [syntax.body, ...syntax.functions.map((fn) => fn.body)].flatMap((body) => [
      ...inTries(syntax, body, writes, text),
      ...inChains(syntax, body, writes),
    ])
  })
}

function inTries(
  syntax: Syntax,
  body: readonly Stmt[],
  writes: ReadonlyMap<Expr, PrismaCall>,
  text: string,
): Swallowed[] {
  return body.flatMap((stmt) => {
    const inner = blocksOf(stmt).flatMap((block) => inTries(syntax, block, writes, text))
    if (stmt.k !== 'try' || !stmt.caught?.every(onlyLogs)) return inner
    const found: PrismaCall[] = []
    let last = stmt.at
    walkStatements(stmt.body, (expr) => {
      last = Math.max(last, expr.at)
      const write = writes.get(expr)
      if (write) found.push(write)
    })
    const at = text.indexOf('catch', last)
    const silent = stmt.caught.length === 0 && /^catch\s*(?:\([^)]*\)\s*)?\{\s*\}/.test(text.slice(at))
    return [
      ...inner,
      ...found.map((write) => ({ write, location: placeOf(syntax, Math.max(at, 0)), silent })),
    ]
  })
}

function inChains(syntax: Syntax, body: readonly Stmt[], writes: ReadonlyMap<Expr, PrismaCall>): Swallowed[] {
  const found: Swallowed[] = []
  walkStatements(body, (expr) => {
    if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== 'catch') return
    const write = writes.get(expr.callee.of)
    const handler = expr.args[0]
    const fn = handler?.k === 'fn' ? syntax.functions[handler.fn] : undefined
    if (!write || !fn || fn.body.length > 0) return
    // Written on purpose, as people write it for work that may fail.
    found.push({ write, location: placeOf(syntax, fn.at), silent: false })
  })
  return found
}

/** `console.error(…)`, `logger.warn(…)` */
function onlyLogs(stmt: Stmt): boolean {
  if (stmt.k !== 'expr') return false
  const expr = stmt.expr.k === 'await' ? stmt.expr.of : stmt.expr
  return (
    expr.k === 'call' &&
    expr.callee.k === 'member' &&
    /^(?:log|warn|error|info|debug|captureException)$/.test(expr.callee.key)
  )
}
