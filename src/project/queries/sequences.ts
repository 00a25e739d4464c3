/** Queries that are awaited one after the other although none needs the other. */
import type { Location } from '../../core/finding.ts'
import { type Expr, type Fn, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, expressionsOf } from '../../source/walk.ts'
import { bound, functionsAround, nameOf, rootOf } from '../names.ts'
import type { Project } from '../project.ts'
import { namesUsed, takesClient, textOf, walkDeep } from './forms.ts'
import { interactiveTransactions, isPointless } from './held-transactions.ts'
import { reachOf } from './reach.ts'
import { functionName, isInUse, visitPlaces } from './sites.ts'

export interface Waiting {
  location: Location
  /** `getSurvey()` */
  call: string
}

export interface Sequence {
  within: string
  waits: readonly [Waiting, Waiting, ...Waiting[]]
}

/** Calls whose refusal keeps what follows from being done, by what they are called. */
const GUARD =
  /auth|session|guard|require|ensure|assert|check|verify|validate|permission|access|allow|limit|^can[A-Z]|^is[A-Z]|token|current/i

/** Scripts that somebody runs: nobody is kept waiting by what they do first. */
const BY_HAND = /(?:^|\/)scripts?\//

/** Sequences in the files that hold queries or answer requests. */
export function sequencesOf(project: Project): Sequence[] {
  const files = new Set([
    ...project.map.queries.map(({ location }) => location.file),
    ...project.map.endpoints.map(({ location }) => location.file),
  ])
  return [...files].flatMap((file) => {
    const syntax = isInUse(file) && !BY_HAND.test(file) ? project.program.syntax(file) : undefined
    if (!syntax || syntax.directive === 'client') return []
    const inside = functionsInTransactions(project, syntax)
    return syntax.functions.flatMap((fn) =>
      fn.isAsync && !inside.has(fn) && (!takesClient(fn) || isOfTransaction(project, syntax, fn))
        ? inBlock(project, syntax, fn.body).map((waits) => ({
            within: functionName(syntax, fn.at, { fns: functionsAround(syntax, fn.at) }),
            waits,
          }))
        : [],
    )
  })
}

/** One connection runs one query at a time: in a transaction nothing is won, except where it is one for nothing. */
function functionsInTransactions(project: Project, syntax: Syntax): Set<Fn> {
  const inside = new Set<Fn>()
  if (!syntax.functions.length) return inside
  const pointless = new Set(
    interactiveTransactions(project).flatMap((one) =>
      one.syntax === syntax && isPointless(project, one) ? [one.expr.at] : [],
    ),
  )
  visitPlaces(syntax, (_expr, { transaction, fns }) => {
    const own = fns.at(-1)
    if (transaction && own && own.at >= transaction.at && !pointless.has(transaction.at)) inside.add(own)
  })
  return inside
}

/** The function that a transaction runs is given its client; of those that are left, there need be none. */
const isOfTransaction = (project: Project, syntax: Syntax, fn: Fn): boolean =>
  interactiveTransactions(project).some((one) => {
    const [first] = one.expr.args
    return one.syntax === syntax && first?.k === 'fn' && syntax.functions[first.fn] === fn
  })

type Waits = Sequence['waits']

function inBlock(project: Project, syntax: Syntax, body: readonly Stmt[]): Waits[] {
  const found: Waits[] = []
  let group: Waiting[] = []
  let given = new Set<number>()
  const close = (): void => {
    const [first, second, ...rest] = group
    if (first && second) found.push([first, second, ...rest])
    group = []
    given = new Set()
  }
  for (const stmt of body) {
    for (const block of blocksOf(stmt)) found.push(...inBlock(project, syntax, block))
    const wait = waitOf(project, syntax, stmt)
    if (!wait) {
      if (stmt.k === 'let' && stmt.init && isQuiet(syntax, stmt.init)) {
        // A value that is computed between two queries hands on what it was computed from.
        if (uses(syntax, stmt.init, given)) for (const { b } of bound(stmt.to)) given.add(b)
        continue
      }
      const touched = stmt.k === 'let' ? undefined : touchedIn(syntax, [stmt])
      if (touched) {
        // Code in between makes something of what the queries gave.
        for (const b of touched) given.add(b)
        continue
      }
      close()
      continue
    }
    if (uses(syntax, wait.expr, given)) close()
    group.push({ location: placeOf(syntax, wait.expr.at), call: wait.call })
    for (const b of wait.gives) given.add(b)
  }
  close()
  return found
}

interface Wait {
  expr: Expr
  call: string
  gives: number[]
}

/** `const x = await query()` that only reads. */
function waitOf(project: Project, syntax: Syntax, stmt: Stmt): Wait | undefined {
  if (stmt.k !== 'let' || stmt.init?.k !== 'await') return undefined
  const expr = stmt.init.of
  if (expr.k !== 'call' || GUARD.test(lastName(expr.callee))) return undefined
  const reach = reachOf(project, syntax, expr)
  if (!reach.reads || reach.writes || /\$transaction|Promise/.test(nameOf(expr.callee))) return undefined
  return { expr, call: textOf(expr), gives: bound(stmt.to).map(({ b }) => b) }
}

const lastName = (callee: Expr): string =>
  callee.k === 'member' ? callee.key : callee.k === 'name' ? callee.name : ''

/** Nothing is waited for and nothing is called but what computes. */
function isQuiet(syntax: Syntax, expr: Expr): boolean {
  let quiet = true
  walkDeep(syntax, expr, (one) => {
    if (one.k === 'await' || one.k === 'assign') quiet = false
  })
  return quiet
}

/**
 * What statements change, when they do nothing but compute: no waiting, no leaving, and no call of a function that may refuse
 * to go on. Otherwise nothing.
 */
function touchedIn(syntax: Syntax, body: readonly Stmt[]): number[] | undefined {
  const found: number[] = []
  for (const stmt of body) {
    if (!/^(?:expr|let|if|loop|block)$/.test(stmt.k)) return undefined
    for (const expr of expressionsOf(stmt)) {
      const touched = expr && touchedBy(syntax, expr)
      if (expr && !touched) return undefined
      found.push(...(touched ?? []))
    }
    if (stmt.k === 'let') found.push(...bound(stmt.to).map(({ b }) => b))
    for (const block of blocksOf(stmt)) {
      const inner = touchedIn(syntax, block)
      if (!inner) return undefined
      found.push(...inner)
    }
  }
  return found
}

function touchedBy(syntax: Syntax, expr: Expr): number[] | undefined {
  let quiet = true
  const found: number[] = []
  walkDeep(syntax, expr, (one) => {
    if (one.k === 'await') quiet = false
    if (one.k === 'assign') {
      const { target } = one
      const root = target.k === 'place' ? rootOf(target.expr) : undefined
      found.push(...bound(target).map(({ b }) => b), ...(root ? [root.b] : []))
    }
    if (one.k !== 'call') return
    // A method of a local value: `roles.push(…)`.
    const root = one.callee.k === 'member' ? rootOf(one.callee) : undefined
    if (!root || syntax.bindings[root.b]?.k === 'import') quiet = false
    else found.push(root.b)
  })
  return quiet ? found : undefined
}

function uses(syntax: Syntax, expr: Expr, names: ReadonlySet<number>): boolean {
  for (const b of namesUsed(syntax, expr)) if (names.has(b)) return true
  return false
}
