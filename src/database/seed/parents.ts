/** How many rows the tables have that a large one refers to. */
import type { Table } from '../catalog.ts'
import type { Layout } from './links.ts'
import type { SeedHints } from './world.ts'

export interface Proportion {
  layout: Layout
  hints: SeedHints
  table: Table
  /** Rows that the table shall get. */
  rows: number
  /** Rows that a table has. */
  size: (table: string) => number
}

/** One tenant for 500 rows, one user for 100, one row of another table for 20; more where a unique key asks for it. */
export function parentsWanted(proportion: Proportion, parent: string): number {
  const { layout, hints, table, rows } = proportion
  const needed = table.uniques.map(({ columns }) => neededBy(proportion, columns, parent))
  const least = Math.max(0, ...needed)
  // What all share, such as countries, stays few.
  if (!layout.owned.has(parent)) return least
  if (parent === tenantOf(proportion)) return Math.max(10, Math.ceil(rows / 500), least)
  if (parent === hints.user) return Math.max(20, Math.ceil(rows / 100), least)
  return Math.max(groupsOf(proportion), Math.ceil(rows / 20), least)
}

const tenantOf = ({ layout, hints }: Proportion): string | undefined =>
  hints.tenant !== undefined && layout.tables.has(hints.tenant) ? hints.tenant : undefined

const groupsOf = (of: Proportion): number => Math.max(1, of.size(tenantOf(of) ?? of.hints.user ?? ''))

/** A key of required references alone takes as many rows as there are combinations within a group. */
function neededBy(of: Proportion, columns: readonly string[], parent: string): number {
  const { layout, table, rows, size } = of
  const links = (layout.links.get(table.name) ?? []).filter((link) =>
    link.columns.some((column) => columns.includes(column)),
  )
  const covered = columns.every((column) => links.some((link) => link.columns.includes(column)))
  if (!covered || links.some((link) => !link.required || link.self)) return 0
  const tables = [...new Set(links.map(({ references }) => references))]
  if (!tables.includes(parent)) return 0
  if (tables.length === 1) return rows + size(parent)
  const tenant = tenantOf(of)
  const own = tables.filter((name) => name !== tenant && layout.owned.has(name))
  const shared = tables
    .filter((name) => !layout.owned.has(name))
    .reduce((product, name) => product * size(name), 1)
  if (own.length === 0)
    return parent === tenant ? Math.ceil((1.5 * rows) / Math.max(1, shared)) + size(parent) : 0
  if (!own.includes(parent)) return 0
  if (own.length === 1 && shared === 1) return rows + size(parent)
  const groups = groupsOf(of)
  return Math.ceil(groups * ((2 * rows) / groups / Math.max(1, shared)) ** (1 / own.length))
}
