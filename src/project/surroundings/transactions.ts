/** Interactive transactions: what happens while one is open. */
import type { Location } from '../../core/finding.ts'
import { type Expr, type Fn, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, walk, walkStatements } from '../../source/walk.ts'
import { OPERATIONS, RAW } from '../flow/prisma.ts'
import { nameOf, rootOf } from '../names.ts'
import type { Project } from '../project.ts'

export interface InnerCall {
  location: Location
  /** `prisma.user.findUnique`, `fetch` */
  name: string
}

export interface Transaction {
  location: Location
  /** Line of its end. */
  end: number
  /** The parameter that is the client of the transaction. */
  tx: string
  /** Calls of another client than that one. */
  foreign: InnerCall[]
  /** Calls that wait for somebody else: `fetch`, mail, payments. */
  outside: InnerCall[]
  /** Its own calls that nobody waits for. */
  unawaited: InnerCall[]
  /** Loops with its own calls in them. */
  loops: InnerCall[]
  /** Its own calls that change rows, in order. */
  writes: InnerCall[]
  /** Tries whose error goes no further, with calls of its own in them. */
  swallowed: InnerCall[]
  isolation?: string
  /** `timeout` was given. */
  timeout?: number
}

const kept = new WeakMap<Project, Transaction[]>()

/** Every `$transaction` that is given a function. */
export function transactionsOf(project: Project): Transaction[] {
  const known = kept.get(project)
  if (known) return known
  const found = project.code.flatMap((file) => {
    const syntax = (project.sourceText(file) ?? '').includes('$transaction')
      ? project.program.syntax(file)
      : undefined
    return syntax ? transactionsIn(syntax) : []
  })
  kept.set(project, found)
  return found
}

function transactionsIn(syntax: Syntax): Transaction[] {
  const found: Transaction[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== '$transaction') return
    const work = expr.args[0]
    const fn = work?.k === 'fn' ? syntax.functions[work.fn] : undefined
    const param = fn?.params[0]
    if (!fn || param?.k !== 'bind') return
    found.push({
      location: placeOf(syntax, expr.at),
      end: placeOf(syntax, fn.end).line,
      tx: param.name,
      ...contentOf(syntax, fn, param.name),
      ...optionsOf(expr.args[1]),
    })
  })
  return found
}

function optionsOf(options: Expr | undefined): Pick<Transaction, 'isolation' | 'timeout'> {
  if (options?.k !== 'object') return {}
  const of = (key: string): Expr | undefined => options.props.find((prop) => prop.key === key)?.value
  const isolation = of('isolationLevel')
  const timeout = of('timeout')
  const level =
    isolation?.k === 'literal'
      ? String(isolation.value)
      : isolation?.k === 'member'
        ? isolation.key
        : undefined
  return {
    ...(level === undefined ? {} : { isolation: level }),
    ...(timeout?.k === 'literal' && typeof timeout.value === 'number' ? { timeout: timeout.value } : {}),
  }
}

type Content = Pick<Transaction, 'foreign' | 'outside' | 'unawaited' | 'loops' | 'writes' | 'swallowed'>

function contentOf(syntax: Syntax, fn: Fn, tx: string): Content {
  const content: Content = { foreign: [], outside: [], unawaited: [], loops: [], writes: [], swallowed: [] }
  const inside = ({ at }: Expr): boolean => at >= fn.at && at < fn.end
  const place = (expr: Expr, name: string): InnerCall => ({ location: placeOf(syntax, expr.at), name })
  const awaited = new Set<Expr>()
  walk(syntax, (expr) => {
    if (!inside(expr)) return
    if (expr.k === 'await') awaited.add(expr.of)
    if (expr.k !== 'call') return
    const name = nameOf(expr.callee)
    const key = expr.callee.k === 'member' ? expr.callee.key : ''
    const root = rootOf(expr.callee)?.name
    if (isQuery(expr)) {
      if (root !== undefined && root !== tx && /prisma|^db$|client/i.test(root))
        content.foreign.push(place(expr, name))
      else if (root === tx && /^(?:create|update|upsert|delete)/.test(key))
        content.writes.push(place(expr, name))
    }
    if (/^fetch$|^(?:axios|got|ky)\b|\.(?:sendMail|send|charges|paymentIntents)\b/.test(name) && root !== tx)
      content.outside.push(place(expr, name))
  })
  const own = (expr: Expr): Expr[] => queriesIn(expr).filter((one) => clientOf(one) === tx)
  const statements = (body: readonly Stmt[]): void => {
    for (const stmt of body) {
      if (stmt.k === 'expr' && stmt.expr.k !== 'await') {
        for (const one of own(stmt.expr))
          if (!awaited.has(one))
            content.unawaited.push(place(one, one.k === 'call' ? nameOf(one.callee) : ''))
      }
      const inner = blocksOf(stmt)
      if (stmt.k === 'loop' && callsOf(stmt.body, tx))
        content.loops.push({ location: placeOf(syntax, stmt.at), name: 'loop' })
      if (stmt.k === 'try' && stmt.caught && callsOf(stmt.body, tx) && !stops(stmt.caught))
        content.swallowed.push({ location: placeOf(syntax, stmt.at), name: 'try' })
      for (const one of inner) statements(one)
    }
  }
  statements(fn.body)
  return content
}

const clientOf = (expr: Expr): string | undefined =>
  expr.k === 'call' ? rootOf(expr.callee)?.name : undefined

const isQuery = (expr: Expr): boolean =>
  expr.k === 'call' &&
  expr.callee.k === 'member' &&
  ((OPERATIONS.has(expr.callee.key) && expr.callee.of.k === 'member') || RAW.has(expr.callee.key))

/** Queries in an expression, with those that something is chained to. */
function queriesIn(expr: Expr): Expr[] {
  if (isQuery(expr)) return [expr]
  if (expr.k === 'call') return expr.callee.k === 'member' ? queriesIn(expr.callee.of) : []
  return expr.k === 'unary' ? queriesIn(expr.of) : []
}

/** A statement list sends a query of the transaction. */
function callsOf(body: readonly Stmt[], tx: string): boolean {
  let found = false
  walkStatements(body, (expr) => {
    if (isQuery(expr) && clientOf(expr) === tx) found = true
  })
  return found
}

/** The error goes on: it is thrown again, or the function is left. */
const stops = (body: readonly Stmt[]): boolean =>
  body.some((stmt) => stmt.k === 'throw' || stmt.k === 'return' || blocksOf(stmt).some(stops))
