/** Forms of reads that get slow as a table grows, by how they are written. */
import type { Expr } from '../../source/syntax.ts'
import { walkExpression } from '../../source/walk.ts'
import type { Entity } from '../data-model.ts'
import type { Project } from '../project.ts'
import { field, keysOf } from './forms.ts'
import { grows } from './growth.ts'
import { type Site, sitesOf } from './sites.ts'

const lists = (project: Project): Site[] =>
  sitesOf(project).calls.filter(({ operation, model }) => operation === 'findMany' && grows(model))

/** `distinct`, which Prisma applies to the rows in memory; `fields` as they are written. */
export function distinctReads(project: Project): { site: Site; fields: string[] }[] {
  return lists(project).flatMap((site) => {
    const given = field(site.args, 'distinct')
    if (!given) return []
    const items = given.k === 'array' ? given.items : [given]
    return [{ site, fields: items.flatMap((one) => (one.k === 'literal' ? [String(one.value)] : [])) }]
  })
}

/** `_count` of a relation to a table that grows, for each row of a list. */
export function relationCounts(project: Project): { site: Site; relation: string; child: Entity }[] {
  return sitesOf(project).calls.flatMap((site) => {
    if (site.operation !== 'findMany') return []
    const kinds = [field(site.args, 'include'), field(site.args, 'select')]
    return kinds.flatMap((kind) => {
      const select = field(field(kind, '_count'), 'select')
      return (keysOf(select) ?? []).flatMap((relation) => {
        const target = site.model.relations.find((one) => one.field === relation)
        const child = target && project.entity(target.model)
        return child && grows(child) ? [{ site, relation, child }] : []
      })
    })
  })
}

/** `skip` that is not written in the source: a page number of somebody. */
export const offsetReads = (project: Project): Site[] =>
  lists(project).filter(({ args }) => {
    const skip = field(args, 'skip')
    return skip !== undefined && skip.k !== 'literal' && !field(args, 'cursor')
  })

/** `contains` without regard to case, on a field without an index for it. */
export function searches(project: Project): { site: Site; fields: string[] }[] {
  return lists(project).flatMap((site) => {
    const fields = new Set<string>()
    const where = field(site.args, 'where')
    if (where)
      walkExpression(where, (expr) => {
        if (expr.k !== 'object') return
        for (const { key, value } of expr.props)
          if (
            key !== undefined &&
            field(value, 'contains') &&
            field(value, 'mode') &&
            !isSearchable(site.model, key)
          )
            fields.add(key)
      })
    return fields.size > 0 ? [{ site, fields: [...fields] }] : []
  })
}

/** An index that finds parts of words: `@@index([name(ops: raw("gin_trgm_ops"))], type: Gin)`. */
const isSearchable = (entity: Entity, key: string): boolean =>
  !entity.fields.some(({ name }) => name === key) ||
  entity.indexes.some(
    ({ kind, type, fields }) =>
      (kind === 'fulltext' || type === 'Gin' || type === 'Gist') && fields.some(({ name }) => name === key),
  )

export interface OrderedRead {
  site: Site
  /** Fields that are compared with one value each. */
  equal: string[]
  /** The field that the rows are sorted by. */
  order: string
}

/** Reads by equal fields, sorted by another, of which no index serves both. */
export function unservedReads(project: Project): OrderedRead[] {
  return lists(project).flatMap((site) => {
    const equal = equalFields(site)
    const order = orderField(field(site.args, 'orderBy'))
    if (!equal || equal.length === 0 || order === undefined || equal.includes(order)) return []
    if (!field(site.args, 'take') || !isColumn(site.model, order) || isServed(site.model, equal, order))
      return []
    return [{ site, equal, order }]
  })
}

function equalFields(site: Site): string[] | undefined {
  const where = field(site.args, 'where')
  if (where?.k !== 'object' || where.props.some(({ spread, key }) => spread || key === undefined))
    return undefined
  const equal = where.props.flatMap(({ key, value }) =>
    key !== undefined && value.k !== 'object' && isColumn(site.model, key) ? [key] : [],
  )
  return equal.some((key) => site.model.uniques.some((set) => set.length === 1 && set[0] === key))
    ? undefined
    : equal
}

function orderField(orderBy: Expr | undefined): string | undefined {
  const first = orderBy?.k === 'array' ? orderBy.items[0] : orderBy
  const [key, ...rest] = keysOf(first) ?? []
  const value = key === undefined ? undefined : field(first, key)
  return rest.length === 0 && value?.k !== 'object' ? key : undefined
}

const isColumn = (entity: Entity, key: string): boolean =>
  entity.fields.some(({ name, relation }) => name === key && !relation)

/** An index begins with some of the equal fields, and goes on with the order. */
const isServed = (entity: Entity, equal: readonly string[], order: string): boolean =>
  entity.indexes.some(({ fields }) => {
    const at = fields.findIndex(({ name }) => name === order)
    return at > 0 && fields.slice(0, at).every(({ name }) => equal.includes(name))
  })
