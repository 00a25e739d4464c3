/** The queries of one function in the order of the text, and what it tests in between. */
import type { Location } from '../../core/finding.ts'
import { type Expr, type Fn, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, walkExpression } from '../../source/walk.ts'
import { rootOf } from '../names.ts'
import type { Project } from '../project.ts'
import { type Site, sitesOf } from './sites.ts'

/** A test in the function: `if (count >= limit) throw …`. */
export interface Test {
  at: number
  location: Location
  expr: Expr
  /** One of its branches leaves the function. */
  leaves: boolean
}

export interface Scope {
  fn: Fn
  syntax: Syntax
  sites: readonly Site[]
  tests: readonly Test[]
  /** What is kept in a name: the site by the binding of that name. */
  named: ReadonlyMap<number, Site>
  /** It locks rows itself (`FOR UPDATE`, an advisory lock), or asks for a stricter isolation. */
  locks: boolean
}

const kept = new WeakMap<Project, Scope[]>()

/** One for each function with two queries or more of its own; read once. */
export function scopesOf(project: Project): Scope[] {
  const known = kept.get(project)
  if (known) return known
  const byFn = new Map<Fn, Site[]>()
  for (const site of sitesOf(project).calls) {
    const fn = site.place.fns.at(-1)
    if (fn) byFn.set(fn, [...(byFn.get(fn) ?? []), site])
  }
  const scopes = [...byFn].flatMap(([fn, sites]) => {
    const syntax = sites[0]?.syntax
    return syntax && sites.length > 1 ? [scopeOf(project, fn, syntax, sites)] : []
  })
  kept.set(project, scopes)
  return scopes
}

function scopeOf(project: Project, fn: Fn, syntax: Syntax, sites: Site[]): Scope {
  const tests: Test[] = []
  collectTests(syntax, fn.body, tests)
  const named = new Map<number, Site>()
  for (const [b, binding] of syntax.bindings.entries()) {
    if (binding.k !== 'const' || binding.to.k !== 'bind' || binding.init?.k !== 'await') continue
    const { of } = binding.init
    const site = sites.find((one) => one.expr === of)
    if (site) named.set(b, site)
  }
  return { fn, syntax, sites, tests, named, locks: hasLock(project, syntax, fn, sites) }
}

function collectTests(syntax: Syntax, body: readonly Stmt[], found: Test[]): void {
  for (const stmt of body) {
    if (stmt.k === 'if')
      found.push({
        at: stmt.at,
        location: placeOf(syntax, stmt.at),
        expr: stmt.test,
        leaves: leaves(stmt.yes) || leaves(stmt.no),
      })
    for (const block of blocksOf(stmt)) collectTests(syntax, block, found)
  }
}

const leaves = (body: readonly Stmt[]): boolean =>
  body.some((stmt) => stmt.k === 'throw' || stmt.k === 'return' || stmt.k === 'jump')

/** Words of the text around the function that say that somebody thought of two requests at once. */
function hasLock(project: Project, syntax: Syntax, fn: Fn, sites: readonly Site[]): boolean {
  const start = Math.min(fn.at, ...sites.map(({ place }) => place.transaction?.at ?? fn.at))
  const from = placeOf(syntax, start).line - 1
  const to = placeOf(syntax, fn.end).line + 4
  const text = (project.sourceText(syntax.file) ?? '').split('\n').slice(from, to).join('\n')
  return /FOR UPDATE|advisory|Serializable|RepeatableRead|redlock|acquireLock|withLock|mutex/i.test(text)
}

/** The names in an expression that stand for a query's result, with the field that is read: `row.balance`. */
export function resultsIn(scope: Scope, expr: Expr): { site: Site; key?: string }[] {
  const found: { site: Site; key?: string }[] = []
  const members = new Set<Expr>()
  walkExpression(expr, (one) => {
    if (one.k === 'member' && one.of.k === 'name') {
      const site = scope.named.get(one.of.b)
      if (site) {
        found.push({ site, key: one.key })
        members.add(one.of)
      }
    }
    if (one.k === 'name' && !members.has(one)) {
      const site = scope.named.get(one.b)
      if (site) found.push({ site })
    }
  })
  return found
}

/** The client is handed to the function: its caller may have begun a transaction. */
export function clientIsGiven({ syntax, client }: Site): boolean {
  const root = rootOf(client)
  const binding = root && syntax.bindings[root.b]
  return binding?.k === 'param' || (root !== undefined && root.b < 0 && root.name !== 'globalThis')
}
