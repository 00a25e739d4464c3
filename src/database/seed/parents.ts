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
export function parentsWanted({ layout, hints, table, rows, size }: Proportion, parent: string): number {
  const tenant = hints.tenant !== undefined && layout.tables.has(hints.tenant) ? hints.tenant : undefined
  const groups = size(tenant ?? hints.user ?? '')
  if (parent === tenant) return Math.max(10, Math.ceil(rows / 500))
  const usual =
    parent === hints.user ? Math.max(20, Math.ceil(rows / 100)) : Math.max(groups, Math.ceil(rows / 20))
  const needed = table.uniques.map((key) => neededBy(key.columns))
  return Math.max(usual, ...needed)

  /** A key of references alone takes as many rows as there are combinations within a group. */
  function neededBy(columns: readonly string[]): number {
    const links = (layout.links.get(table.name) ?? []).filter((link) =>
      link.columns.some((column) => columns.includes(column)),
    )
    const covered = columns.every((column) => links.some((link) => link.columns.includes(column)))
    const factors = new Set(links.map(({ references }) => references).filter((name) => name !== tenant))
    if (!covered || !factors.has(parent)) return 0
    if (factors.size === 1) return rows + size(parent)
    return Math.ceil(groups * (2 * (rows / Math.max(1, groups))) ** (1 / factors.size))
  }
}
