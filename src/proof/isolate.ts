import { quoteName, quoteTable } from '../database/catalog.ts'
import type { SeedRow, World } from '../database/seed/world.ts'
import type { Client } from '../database/server.ts'

/** Removes the seeded rows that refer to a row, and those that refer to them. */
export async function removeDependents(client: Client, world: World, row: SeedRow): Promise<void> {
  const gone = new Set<SeedRow>([row])
  const links = new Map(world.tables.map((table) => [table.name, table]))
  for (let grew = true; grew; ) {
    grew = false
    for (const one of world.rows) {
      if (gone.has(one)) continue
      const refers = (links.get(one.table)?.links ?? []).some((link) =>
        [...gone].some(
          (target) =>
            target.table === link.references &&
            link.columns.every((column, i) => {
              const other = link.referencedColumns[i]
              return (
                one.values[column] != null &&
                other !== undefined &&
                one.values[column] === target.values[other]
              )
            }),
        ),
      )
      if (!refers) continue
      gone.add(one)
      grew = true
    }
  }
  gone.delete(row)
  // Those that refer come after those that are referred to.
  for (const one of world.rows.toReversed()) {
    if (!gone.has(one)) continue
    const key = links.get(one.table)?.key ?? []
    if (key.length === 0) continue
    const where = key.map((column, i) => `${quoteName(column)}::text = $${i + 1}`).join(' AND ')
    await client.query(
      `DELETE FROM ${quoteTable(one.table)} WHERE ${where}`,
      key.map((column) => String(one.values[column])),
    )
  }
}
