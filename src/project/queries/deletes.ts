/** `deleteMany` by a parent: as many rows as there are, in one statement. */
import type { Entity } from '../data-model.ts'
import type { Project } from '../project.ts'
import { field, hasKey, keysOf } from './forms.ts'
import { cascadesFrom, grows } from './growth.ts'
import { functionName, type Site, sitesOf } from './sites.ts'

export interface UnbatchedDelete {
  site: Site
  within: string
  /** The fields that pick the rows. */
  keys: string[]
  /** Models whose rows are deleted with them. */
  cascades: Entity[]
  /** Rows of many parents are removed one parent after the other: a clean-up, not the removal of one thing. */
  certain: boolean
}

export function unbatchedDeletes(project: Project): UnbatchedDelete[] {
  return sitesOf(project).calls.flatMap((site) => {
    if (site.operation !== 'deleteMany' || !grows(site.model) || field(site.args, 'limit')) return []
    const where = field(site.args, 'where')
    const keys = keysOf(where)
    if (!keys || !isByParent(site.model, keys) || keys.includes('id') || hasKey(where, 'in')) return []
    const cascades = cascadesFrom(project, site.model)
    const certain = cascades.length > 0 && site.place.each !== undefined && !site.place.transaction
    return [{ site, within: functionName(site.syntax, site.expr.at, site.place), keys, cascades, certain }]
  })
}

/** Foreign keys and dates: conditions that many rows meet. None of a set that is unique. */
function isByParent(entity: Entity, keys: readonly string[]): boolean {
  if (keys.length === 0 || entity.uniques.some((set) => set.every((name) => keys.includes(name))))
    return false
  const foreign = new Set(entity.relations.flatMap((relation) => relation.keys))
  return keys.some(
    (key) => foreign.has(key) || entity.fields.some((one) => one.name === key && one.type === 'DateTime'),
  )
}
