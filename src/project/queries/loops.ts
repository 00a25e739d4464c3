/** Queries that are sent once per element of a list, there or in a function that is called for each. */
import type { Location } from '../../core/finding.ts'
import { placeOf, type Syntax } from '../../source/syntax.ts'
import { isWrite } from '../flow/prisma.ts'
import { nameOf, rootOf } from '../names.ts'
import type { Project } from '../project.ts'
import { calleeOf } from './callees.ts'
import { field, hasKey, namesUsed, textOf } from './forms.ts'
import { type Length, lengthOf } from './lists.ts'
import { asksOutside } from './outside-work.ts'
import { reachOfFunction } from './reach.ts'
import { type Each, functionName, isInUse, type Place, type Site, sitesOf, visitPlaces } from './sites.ts'

export interface Repeated {
  location: Location
  within: string
  /** `invoice.update`, or the function that sends it: `saveInvoice()`. */
  call: string
  /** The list as it is written. */
  list: string
  length: Length
  writes: boolean
  /** All of them are sent by one `$transaction([…])`. */
  together: boolean
  /** For each element another system is asked as well: a request, mail, a model. */
  outside: boolean
  /** The query, where it stands in the loop itself. */
  site?: Site
  place: Place
}

const kept = new WeakMap<Project, Repeated[]>()

/** All of them, for lists that nothing in the source limits; read once. */
export function repeatedQueries(project: Project): Repeated[] {
  const known = kept.get(project)
  if (known) return known
  const found = [...direct(project), ...throughCalls(project)]
  kept.set(project, found)
  return found
}

function direct(project: Project): Repeated[] {
  return sitesOf(project).calls.flatMap((site) => {
    const { syntax, expr, place, location, operation, model } = site
    const open = openList(project, syntax, place.each)
    if (!open || isBatch(site, place.each)) return []
    if (
      open.length.k === 'open' &&
      isOfParameter(syntax, place.each) &&
      isShortWhereCalled(project, location)
    )
      return []
    const call = `${model.delegate}.${operation}`
    return [
      {
        location,
        within: functionName(syntax, expr.at, place),
        call,
        ...open,
        writes: isWrite(operation),
        together: isTogether(place),
        outside: asksOutside(project, syntax, place.each),
        site,
        place,
      },
    ]
  })
}

function throughCalls(project: Project): Repeated[] {
  const files = new Set(project.map.queries.map(({ location }) => location.file))
  return [...files].flatMap((file) => {
    const syntax = isInUse(file) ? project.program.syntax(file) : undefined
    const found: Repeated[] = []
    if (!syntax || syntax.directive === 'client') return found
    visitPlaces(syntax, (expr, place) => {
      if (expr.k !== 'call' || !place.each || expr === place.each.call) return
      const callee = calleeOf(project, syntax, expr.callee)
      if (!callee || expr.callee.k === 'call') return
      const reach = reachOfFunction(project, callee)
      const open = reach.writes || reach.reads ? openList(project, syntax, place.each) : undefined
      if (!open) return
      const location = placeOf(syntax, expr.at)
      const call = `${nameOf(expr.callee)}()`
      found.push({
        location,
        within: functionName(syntax, expr.at, place),
        call,
        ...open,
        writes: reach.writes,
        together: isTogether(place),
        outside: asksOutside(project, syntax, place.each),
        place,
      })
    })
    return found
  })
}

/** `for (const limit of config.limits)`: how many there are, whoever calls it decides. */
function isOfParameter(syntax: Syntax, each: Each | undefined): boolean {
  const root = each?.over && rootOf(each.over)
  return root !== undefined && syntax.bindings[root.b]?.k === 'param'
}

const followed = new WeakMap<Project, Map<string, boolean>>()

/** Endpoints reach the place, and each time with a list that is written down. */
function isShortWhereCalled(project: Project, { file, line, column }: Location): boolean {
  let known = followed.get(project)
  if (!known) {
    known = new Map()
    for (const run of project.runs)
      for (const { k, location, loop } of run.events) {
        const key = `${location.file}:${location.line}:${location.column}`
        if (k === 'access') known.set(key, (known.get(key) ?? true) && loop === undefined)
      }
    followed.set(project, known)
  }
  return known.get(`${file}:${line}:${column}`) === true
}

function openList(
  project: Project,
  syntax: Syntax,
  each: Each | undefined,
): { list: string; length: Length } | undefined {
  if (!each?.over) return undefined
  const length = lengthOf(project, syntax, each.over)
  return length.k === 'limited' ? undefined : { list: textOf(each.over), length }
}

/** The transaction is around the loop, not in it. */
const isTogether = ({ transaction, each }: Place): boolean =>
  transaction?.kind === 'batch' && each !== undefined && transaction.at <= each.at

/** `deleteMany({ where: { id: { in: chunk } } })`: the loop is what keeps one statement small. */
function isBatch({ operation, args, syntax }: Site, each: Each | undefined): boolean {
  if (operation === 'createMany' || operation === 'createManyAndReturn') return true
  if (!/Many/.test(operation)) return false
  const where = field(args, 'where')
  if (!where || (args && args.k !== 'object')) return true
  const used = namesUsed(syntax, where)
  return each?.item === undefined || !used.has(each.item) || hasKey(where, 'in')
}
