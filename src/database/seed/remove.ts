/** Takes rows out of a world, and what cannot be without them. */
import type { SeedRow, World } from './world.ts'

/** `rejected`: row → what the database said. Adds one problem for each table and reason. */
export function removeRows(world: World, rejected: ReadonlyMap<SeedRow, string>): void {
  const gone = new Set(rejected.keys())
  const links = new Map(world.tables.map((table) => [table.name, table.links]))
  const reasons = new Map<string, Set<string>>()
  const note = (table: string, why: string): void => {
    reasons.set(table, (reasons.get(table) ?? new Set()).add(why))
  }
  for (const [row, why] of rejected) note(row.table, why)
  const queue = [...gone]
  for (const lost of queue)
    for (const row of world.rows) {
      if (gone.has(row)) continue
      for (const link of links.get(row.table) ?? []) {
        const refers =
          link.references === lost.table &&
          link.columns.every((column, at) => {
            const value = row.values[column]
            return (
              value !== null && value !== undefined && value === lost.values[link.referencedColumns[at] ?? '']
            )
          })
        if (!refers) continue
        if (link.required) {
          gone.add(row)
          queue.push(row)
          note(row.table, `it needs ${lost.table}, which could not be filled`)
          break
        }
        const kept = (links.get(row.table) ?? []).filter((other) => other !== link && other.required)
        for (const column of link.columns)
          if (!kept.some((other) => other.columns.includes(column))) row.values[column] = null
      }
    }
  world.rows = world.rows.filter((row) => !gone.has(row))
  world.users = world.users.filter(({ row }) => !gone.has(row))
  for (const user of world.users) {
    if (user.membership && gone.has(user.membership)) delete user.membership
    if (user.tenant && gone.has(user.tenant)) delete user.tenant
  }
  for (const party of ['a', 'b'] as const) {
    const tenant = world.tenants[party]
    if (tenant && gone.has(tenant)) delete world.tenants[party]
  }
  for (const [table, whys] of reasons) {
    const left = world.rows.filter((row) => row.table === table).length
    world.problems.push(
      `${table}: ${[...whys].join('; ')}${left > 0 ? ` (${left} other rows are there)` : ''}.`,
    )
  }
}
