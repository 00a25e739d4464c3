/** How many rows a table gets for each party. */
import type { Table } from '../catalog.ts'
import { sameSet } from './links.ts'
import type { Planning } from './plan.ts'
import type { PartyName } from './world.ts'

/** Rows that a party gets in one table, at most, unless more were asked for. */
const MOST = 8

export function countOf(planning: Planning, table: Table, party: PartyName | undefined): number {
  const { layout, hints, people, rowsPerTable, drafts } = planning
  if (party === undefined) return rowsPerTable
  const users = people.roles.length
  if (table.name === hints.user) return users
  if (table.name === hints.tenant) return 1
  if (table.name === hints.membership) return users
  let count = rowsPerTable
  for (const link of layout.links.get(table.name) ?? []) {
    const main = link.references === hints.user || link.references === hints.tenant
    if (link.self || main || !layout.owned.has(link.references)) continue
    const parents = (drafts.get(link.references) ?? []).filter((one) => one.party === party).length
    count = Math.max(count, Math.min(MOST, 2 * parents))
  }
  // Each user gets as many as the next.
  if (users > 0 && layout.personal.has(table.name)) count = Math.ceil(count / users) * users
  for (const link of layout.links.get(table.name) ?? []) {
    const single = table.uniques.some(
      ({ columns, where }) => where === undefined && sameSet(columns, link.columns),
    )
    const parents = drafts.get(link.references)?.filter((one) => one.party === party).length
    if (single && !link.self && link.required && parents !== undefined) count = Math.min(count, parents)
  }
  return count
}
