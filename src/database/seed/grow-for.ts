/** Adds some rows to a world that is in the database, for one party: a list of it becomes longer. */
import type { Client } from 'pg'
import type { Catalog } from '../catalog.ts'
import { advanceSequences, growingOf, makerFor } from './grow.ts'
import { insertRows } from './insert.ts'
import { inTransaction, withoutReferences } from './references.ts'
import { RowMaker } from './row-maker.ts'
import type { PartyName, SeedHints, SeedRow, World, WorldLink } from './world.ts'

export interface GrowForOptions {
  party: PartyName
  table: string
  rows: number
  /** The new rows refer to it, or to rows that do. Without it, to the first rows of the party. */
  parent?: SeedRow
}

/**
 * Adds rows that belong to one party and, where unique keys allow it, to one parent: its list becomes longer. They hold
 * canaries like those of the world, which itself stays as it is: `resetWorld` removes them.
 */
export async function growFor(
  client: Client,
  catalog: Catalog,
  hints: SeedHints,
  world: World,
  options: GrowForOptions,
): Promise<{ rows: SeedRow[]; problems: string[] }> {
  const growing = growingOf(client, catalog, hints, world)
  const table = growing.layout.tables.get(options.table)
  if (!table) return { rows: [], problems: [`There is no table ${options.table}.`] }
  const prepared = await makerFor(growing, table, false)
  if (typeof prepared === 'string') return { rows: [], problems: [`${table.name}: ${prepared}.`] }
  const { party, parent } = options
  const maker = new RowMaker({
    ...prepared,
    per: {},
    born: (i) => world.now - 3_600_000 - i * 60_000,
    only: {
      group: party === 'a' ? 0 : 1,
      party,
      fits: (link, row) => parent === undefined || leadsTo(world, link.references, row.values, parent),
    },
  })
  const rows: SeedRow[] = []
  while (rows.length < options.rows) {
    const made = maker.next()
    if (!made) break
    rows.push({ table: table.name, party, values: made.values, canaries: made.canaries })
  }
  await inTransaction(client, async () => {
    await withoutReferences(client, async () => void (await insertRows(client, rows)))
    await advanceSequences(client, table)
    return { commit: undefined }
  })
  const missing = options.rows - rows.length
  return { rows, problems: missing > 0 ? [`${table.name}: ${missing} rows do not fit its unique keys.`] : [] }
}

/** Whether a row is the target, or refers to it over at most three others. */
function leadsTo(
  world: World,
  table: string,
  values: Record<string, unknown>,
  target: SeedRow,
  depth = 0,
): boolean {
  if (values === target.values) return true
  if (depth > 3) return false
  const links = world.tables.find(({ name }) => name === table)?.links ?? []
  return links.some((link) => {
    const parent = rowAt(world, link, values, target)
    return parent !== undefined && leadsTo(world, parent.table, parent.values, target, depth + 1)
  })
}

function rowAt(
  world: World,
  link: WorldLink,
  values: Record<string, unknown>,
  target: SeedRow,
): SeedRow | undefined {
  const matches = (row: SeedRow): boolean =>
    row.table === link.references &&
    link.columns.every((column, at) => {
      const value = values[column]
      return value !== null && value !== undefined && row.values[link.referencedColumns[at] ?? ''] === value
    })
  return matches(target) ? target : world.rows.find(matches)
}
