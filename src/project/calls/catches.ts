/** What becomes of an error that is thrown at a place that an endpoint reaches. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, walkStatements } from '../../source/walk.ts'
import type { Moment } from '../flow/events.ts'
import { functionNamed } from '../names.ts'
import type { Project, Run } from '../project.ts'

const kept = new WeakMap<Syntax, Set<string>>()

/** On the way from the endpoint to the moment, something catches: a `try` with a `catch`, or `.catch()`. */
export function isCaught(project: Project, { location, via }: Moment): boolean {
  return [location, ...via.map((call) => call.location)].some((place) => isTried(project, place))
}

/** A call stands in a `try` that has a `catch`, or is followed by `.catch()`. */
function isTried(project: Project, { file, line, column }: Location): boolean {
  const syntax = project.program.syntax(file)
  return syntax !== undefined && triedIn(syntax).has(`${line}:${column}`)
}

function triedIn(syntax: Syntax): Set<string> {
  const known = kept.get(syntax)
  if (known) return known
  const found = new Set<string>()
  const add = ({ at }: Expr): void => {
    const { line, column } = placeOf(syntax, at)
    found.add(`${line}:${column}`)
  }
  for (const body of [syntax.body, ...syntax.functions.map((fn) => fn.body)]) {
    inTries(body, add)
    walkStatements(body, (expr) => {
      if (expr.k === 'call' && catches(expr) && expr.callee.k === 'member') calls(expr.callee.of, add)
    })
  }
  kept.set(syntax, found)
  return found
}

const catches = ({ callee, args }: Expr & { k: 'call' }): boolean =>
  callee.k === 'member' && (callee.key === 'catch' || (callee.key === 'then' && args.length > 1))

/** The calls that an expression is made of, without those in functions. */
function calls(expr: Expr, visit: (expr: Expr) => void): void {
  walkStatements([{ k: 'expr', expr, at: expr.at }], (one) => {
    if (one.k === 'call' || one.k === 'template') visit(one)
  })
}

function inTries(body: readonly Stmt[], add: (expr: Expr) => void): void {
  for (const stmt of body) {
    if (stmt.k === 'try' && stmt.caught && !rethrows(stmt.caught))
      walkStatements(stmt.body, (expr) => {
        if (expr.k === 'call' || expr.k === 'template') add(expr)
      })
    for (const block of blocksOf(stmt)) inTries(block, add)
  }
}

/** All that it does in the end is to throw what it caught. */
const rethrows = (caught: readonly Stmt[]): boolean => caught.at(-1)?.k === 'throw' && caught.length === 1

/**
 * The handler of a route or of `pages/api` is written out in its file and given to nothing: what it throws is answered
 * by Next.js, with 500. A wrapper may answer errors in its own way, and is not judged here unless it was followed.
 */
export function answersItself(project: Project, { endpoint }: Run): boolean {
  if (endpoint?.kind !== 'route' && endpoint?.kind !== 'pages-api') return false
  const syntax = project.program.syntax(endpoint.location.file)
  const name = endpoint.kind === 'route' ? (endpoint.method ?? '') : 'default'
  const value = syntax?.exports.find((one) => one.name === name)?.value
  return syntax !== undefined && value !== undefined && functionNamed(syntax, value) !== undefined
}
