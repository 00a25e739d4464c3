/** Interactive transactions that stay open for what needs none. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { isWrite } from '../flow/prisma.ts'
import type { Project } from '../project.ts'
import { calleeOf } from './callees.ts'
import { field, keyPaths, keysOf, namesUsed, textOf, walkFunction } from './forms.ts'
import { grows, isOfOneParent } from './growth.ts'
import { type Repeated, repeatedQueries } from './loops.ts'
import { reachOfFunction } from './reach.ts'
import { functionName, type Place, type Site, sitesOf, visitPlaces } from './sites.ts'
import { readsAll } from './uses.ts'

export interface Held {
  location: Location
  within: string
  opened: Location
  by: /** It only reads, and each statement sees what is committed anyway: nothing is won. */
    | { k: 'reads'; sites: readonly Site[] }
    /** All rows of a list are read, and nothing is written after it. */
    | { k: 'list'; site: Site }
    /** One round trip per element of lists, for which its time was raised. */
    | { k: 'loops'; loops: readonly Repeated[] }
}

export interface Transaction {
  syntax: Syntax
  expr: Expr & { k: 'call' }
  place: Place
  /** Binding of the client that its function is given. */
  tx: number
  /** In the order of the text. */
  sites: readonly Site[]
  /** Queries of its functions, SQL and functions of the project that are given the client. */
  writes: boolean
  /** Something of it could not be followed. */
  open: boolean
}

const kept = new WeakMap<Project, Transaction[]>()

/** All interactive transactions whose function is written where they begin; read once. */
export function interactiveTransactions(project: Project): Transaction[] {
  const known = kept.get(project)
  if (known) return known
  const files = new Set(
    sitesOf(project).calls.flatMap(({ location, place }) => (place.transaction ? [location.file] : [])),
  )
  const found = [...files].flatMap((file) => {
    const syntax = project.program.syntax(file)
    return syntax ? inFile(project, syntax) : []
  })
  kept.set(project, found)
  return found
}

function inFile(project: Project, syntax: Syntax): Transaction[] {
  const found: Transaction[] = []
  visitPlaces(syntax, (expr, place) => {
    if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== '$transaction') return
    const [first] = expr.args
    const fn = first?.k === 'fn' ? syntax.functions[first.fn] : undefined
    const param = fn?.params[0]
    if (!fn || param?.k !== 'bind') return
    const sites = sitesOf(project)
      .inFile(syntax.file)
      .filter((one) => one.place.transaction?.at === expr.at)
    let writes = sites.some(({ operation }) => isWrite(operation))
    let open = false
    walkFunction(syntax, fn, (one) => {
      // SQL may lock what it reads.
      if (one.k === 'member' && /^\$(?:query|execute)Raw/.test(one.key)) writes = true
      const waited = one.k === 'await' ? one.of : undefined
      if (waited?.k === 'call' && !isFollowed(project, syntax, waited, sites)) open = true
      if (one.k !== 'call' || sites.some((site) => site.expr === one)) return
      const given = one.args.some((arg) => namesUsed(syntax, arg).has(param.b))
      const callee = one.callee.k === 'fn' ? undefined : calleeOf(project, syntax, one.callee)
      if (callee) writes ||= reachOfFunction(project, callee).writes
      else if (given && !/^Promise\./.test(textOf(one.callee))) open = true
    })
    found.push({ syntax, expr, place, tx: param.b, sites, writes, open })
  })
  return found
}

/** A query, several at once, or a function of the project. */
const isFollowed = (
  project: Project,
  syntax: Syntax,
  call: Expr & { k: 'call' },
  sites: readonly Site[],
): boolean =>
  sites.some((site) => site.expr === call) ||
  /^Promise\./.test(textOf(call.callee)) ||
  (call.callee.k !== 'fn' && calleeOf(project, syntax, call.callee) !== undefined)

/**
 * Nothing is written and nothing is locked. In Postgres, whose default is READ COMMITTED, each statement then sees what is
 * committed when it begins: the same as without the transaction. Other databases, and a stricter level, keep one snapshot.
 */
export const isPointless = (project: Project, { expr, sites, writes, open }: Transaction): boolean =>
  !writes &&
  !open &&
  sites.length > 1 &&
  (expr.args[1] === undefined || (keysOf(expr.args[1])?.every((key) => key !== 'isolationLevel') ?? false)) &&
  project.dataModels.every(({ provider }) => provider === undefined || provider === 'postgresql')

/** Prisma's own limit is 5000 ms. */
const RAISED_MS = 10_000

export function heldTransactions(project: Project): Held[] {
  return interactiveTransactions(project).flatMap((one): Held[] => {
    const { syntax, expr, place, sites } = one
    const opened = placeOf(syntax, expr.at)
    const within = functionName(syntax, expr.at, place)
    if (isPointless(project, one)) return [{ location: opened, within, opened, by: { k: 'reads', sites } }]
    const loops = repeatedQueries(project).filter(
      (repeated) =>
        repeated.location.file === syntax.file && repeated.place.transaction?.at === expr.at && repeated.site,
    )
    const timeout = field(expr.args[1], 'timeout')
    const raised = timeout?.k === 'literal' && typeof timeout.value === 'number' && timeout.value >= RAISED_MS
    const last = sites.findLast(({ operation }) => isWrite(operation))
    const lists = sites.filter(
      (site) =>
        readsAll(site) &&
        !site.place.each &&
        (last === undefined || site.expr.at > last.expr.at) &&
        grows(site.model) &&
        !isOfOneParent(project, site.model, keyPaths(field(site.args, 'where'))),
    )
    return [
      ...(raised && loops.length > 0
        ? [{ location: opened, within, opened, by: { k: 'loops' as const, loops } }]
        : []),
      // Where something of it could not be followed, that may write.
      ...(one.open || writesElsewhere(one)
        ? []
        : lists.map((site) => ({
            location: site.location,
            within,
            opened,
            by: { k: 'list' as const, site },
          }))),
    ]
  })
}

/** A function that is given the client writes, wherever that is. */
const writesElsewhere = ({ sites, writes }: Transaction): boolean =>
  writes && !sites.some(({ operation }) => isWrite(operation))
