/** Lists that become one parameter per element: `in`, `notIn`, `Prisma.join`. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { type Database, databaseOf } from '../databases.ts'
import type { Project } from '../project.ts'
import { field, initOf, keyPaths, textOf, walkDeep } from './forms.ts'
import { grows, isOfOneParent } from './growth.ts'
import { type Length, lengthOf } from './lists.ts'
import { functionName, type Place, type Site, sitesOf, visitPlaces } from './sites.ts'

export interface InList {
  location: Location
  within: string
  kind: 'in' | 'notIn' | 'join'
  /** The list as it is written. */
  list: string
  length: Length
  /** Where the statement goes, as far as it is known. */
  database: Database | undefined
  /** A `deleteMany` or `updateMany` is sent the ids of all rows of its own table that were just read. */
  back?: true
}

/** Those whose length nothing in the source limits. */
export function openInLists(project: Project): InList[] {
  const found: InList[] = []
  const add = (
    syntax: Syntax,
    expr: Expr,
    list: Expr,
    kind: InList['kind'],
    within: string,
    database: Database | undefined,
    write?: Site,
  ): void => {
    const length = lengthOf(project, syntax, list)
    if (length.k === 'limited') return
    const isBack =
      length.k === 'rows' &&
      write !== undefined &&
      length.site.model === write.model &&
      length.site.place.fns.at(-1) === write.place.fns.at(-1) &&
      grows(write.model) &&
      !isOfOneParent(
        project,
        write.model,
        // `postId: { in: ids }`: the rows of many posts.
        keyPaths(field(length.site.args, 'where')).filter((path) => !path.endsWith('.in')),
      ) &&
      isStraight(syntax, list)
    const back = isBack ? { back: true as const } : {}
    const location = placeOf(syntax, expr.at)
    found.push({ location, within, kind, list: textOf(list), length, database, ...back })
  }
  const { calls, raw } = sitesOf(project)
  for (const site of calls) {
    const { syntax, expr: call, args, place, operation } = site
    if (!args) continue
    const write = /^(?:delete|update)Many/.test(operation)
      ? ([field(args, 'where'), site] as const)
      : undefined
    walkDeep(syntax, args, (expr) => {
      if (expr.k !== 'object') return
      for (const { key, value } of expr.props)
        if (key === 'in' || key === 'notIn')
          add(
            syntax,
            value,
            value,
            key,
            functionName(syntax, call.at, place),
            databaseOf(project, site.model),
            field(write?.[0], 'id') === expr ? write?.[1] : undefined,
          )
    })
  }
  const files = new Map(raw.map(({ syntax }) => [syntax.file, syntax]))
  for (const syntax of files.values()) {
    for (const { expr, place } of joinsIn(syntax)) {
      const list = expr.args[0]
      if (list) add(syntax, expr, list, 'join', functionName(syntax, expr.at, place), databaseOf(project))
    }
  }
  return found
}

/** All of the rows, as they were read: none was chosen by code. */
function isStraight(syntax: Syntax, expr: Expr, depth = 4): boolean {
  if (depth === 0) return false
  if (expr.k === 'name') {
    const init = initOf(syntax, expr.b)
    return init !== undefined && isStraight(syntax, init, depth - 1)
  }
  if (expr.k !== 'call' || expr.callee.k !== 'member') return false
  if (expr.callee.key === 'map') return isStraight(syntax, expr.callee.of, depth - 1)
  return expr.callee.key === 'findMany'
}

/** `Prisma.join(list)` */
function joinsIn(syntax: Syntax): { expr: Expr & { k: 'call' }; place: Place }[] {
  const found: { expr: Expr & { k: 'call' }; place: Place }[] = []
  visitPlaces(syntax, (expr, place) => {
    if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== 'join') return
    if (expr.callee.of.k === 'name' && expr.callee.of.name === 'Prisma') found.push({ expr, place })
  })
  return found
}
