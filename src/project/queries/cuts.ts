/** Pages that are cut out of all rows, and pages that begin somewhere and never end. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import type { Project } from '../project.ts'
import { awaited, field, initOf, keyPaths, settledList, textOf } from './forms.ts'
import { grows, isOfOneParent } from './growth.ts'
import { type Place, type Site, sitesOf, visitPlaces } from './sites.ts'
import { readsAll } from './uses.ts'

/** `skip` that no `take` goes with: from there on, all rows. */
export const endlessPages = (project: Project): Site[] =>
  sitesOf(project).calls.filter(
    ({ operation, args }) =>
      operation === 'findMany' &&
      args?.k === 'object' &&
      args.props.every((prop) => prop.key !== undefined) &&
      field(args, 'skip') !== undefined &&
      !field(args, 'take') &&
      !field(args, 'cursor'),
  )

/** Rows of which `slice` keeps a few. */
export interface Cut {
  site: Site
  location: Location
  /** `rows.slice(…)` */
  text: string
  /** The rows are chosen by code before they are cut. */
  chosen: boolean
}

/** Methods after which the same rows are there, in another order or another form. */
const KEEPS = /^(?:map|sort|toSorted|reverse|toReversed|concat|flat)$/

export function cutInMemory(project: Project): Cut[] {
  const files = new Set(sitesOf(project).calls.map(({ location }) => location.file))
  return [...files].flatMap((file) => {
    const syntax = (project.sourceText(file) ?? '').includes('.slice(')
      ? project.program.syntax(file)
      : undefined
    return syntax ? inFile(project, syntax) : []
  })
}

function inFile(project: Project, syntax: Syntax): Cut[] {
  const found: Cut[] = []
  visitPlaces(syntax, (expr, place) => {
    if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== 'slice') return
    const [start, end] = expr.args
    if (!start || !end) return
    const { sites, chosen } = rowsOf(project, syntax, expr.callee.of)
    for (const site of sites) {
      // The first few are a top list; what begins anywhere else is a page, of however many rows.
      const page = start.k !== 'literal'
      if (!grows(site.model) || isInLoop(place, site)) continue
      if (!page && isOfOneParent(project, site.model, keyPaths(field(site.args, 'where')))) continue
      found.push({
        site,
        location: placeOf(syntax, expr.at),
        text: `${textOf(expr.callee)}(…)`,
        chosen,
      })
    }
  })
  return found
}

/** `for (…) rows.slice(i, i + 100)`: all of them are used, part by part. */
const isInLoop = ({ each }: Place, site: Site): boolean => each !== undefined && each !== site.place.each

interface Rows {
  sites: Site[]
  chosen: boolean
}

/** The queries whose rows an expression holds, all of them or those that code has chosen. */
function rowsOf(project: Project, syntax: Syntax, given: Expr, depth = 8): Rows {
  const none: Rows = { sites: [], chosen: false }
  if (depth === 0) return none
  const again = (expr: Expr): Rows => rowsOf(project, syntax, expr, depth - 1)
  const expr = awaited(given)
  switch (expr.k) {
    case 'name': {
      const init = initOf(syntax, expr.b)
      return init ? again(init) : none
    }
    case 'array':
      return joined(expr.items.map((item) => (item.k === 'spread' ? again(item.of) : none)))
    case 'logic':
      return joined([again(expr.left), again(expr.right)])
    case 'call': {
      const site = sitesOf(project)
        .inFile(syntax.file)
        .find((one) => one.expr === expr)
      if (site) return readsAll(site) ? { sites: [site], chosen: false } : none
      if (expr.callee.k !== 'member' || settledList(expr)) return none
      const { key, of } = expr.callee
      if (key === 'filter') return { ...again(of), chosen: true }
      return KEEPS.test(key) ? joined([again(of), ...(key === 'concat' ? expr.args.map(again) : [])]) : none
    }
    default:
      return none
  }
}

const joined = (all: readonly Rows[]): Rows => ({
  sites: all.flatMap(({ sites }) => sites),
  chosen: all.some(({ chosen }) => chosen),
})
