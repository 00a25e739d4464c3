/** Puts a world into a database, and puts it back after an application has changed it. */
import type { Client } from 'pg'
import { z } from 'zod'
import { type Catalog, quoteName, quoteTable } from '../catalog.ts'
import { inTransaction, withoutReferences } from './references.ts'
import { removeRows } from './remove.ts'
import type { SeedRow, World } from './world.ts'

/**
 * Inserts the rows of `world` into empty tables, in one transaction. Rows that the database rejects are taken out of
 * the world, with those that cannot be without them, and reported in `world.problems`.
 */
export async function insertWorld(client: Client, world: World): Promise<void> {
  for (;;) {
    const rejected = await inTransaction(client, async () => {
      const found = await insertAll(client, world, tryRows)
      return found.size > 0 ? { rollback: found } : { commit: found }
    })
    if (rejected.size === 0) return
    removeRows(world, rejected)
  }
}

/** Above this, emptying a table anew is faster than deleting its rows. Bytes. */
const SMALL = 1_000_000
const sizes = z.array(z.object({ name: z.string(), large: z.boolean() }))

/**
 * Empties every table of the catalog and inserts the world again, grown rows excepted. Takes about 10 ms for twelve
 * tables, and more when large ones must be emptied.
 */
export async function resetWorld(client: Client, catalog: Catalog, world: World): Promise<void> {
  delete world.grown
  await inTransaction(client, async () => {
    await insertAll(client, world, insertRows, () => empty(client, catalog))
    return { commit: undefined }
  })
}

async function empty(client: Client, catalog: Catalog): Promise<void> {
  const tables = catalog.tables.map(({ name }) => ({ name, quoted: quoteTable(name) }))
  if (tables.length === 0) return
  const { rows } = await client.query(
    `SELECT name, pg_relation_size(quoted::regclass) > $2 AS large
     FROM json_to_recordset($1) AS t(name text, quoted text)`,
    [JSON.stringify(tables), SMALL],
  )
  const known = sizes.parse(rows)
  const large = known.filter((one) => one.large).map(({ name }) => quoteTable(name))
  const statements = known.filter((one) => !one.large).map(({ name }) => `DELETE FROM ${quoteTable(name)}`)
  if (large.length > 0) statements.push(`TRUNCATE ${large.join(', ')} CASCADE`)
  await client.query(statements.join(';'))
}

type InsertRows = (client: Client, rows: readonly SeedRow[]) => Promise<Map<SeedRow, string>>

async function insertAll(
  client: Client,
  world: World,
  insert: InsertRows,
  before?: () => Promise<void>,
): Promise<Map<SeedRow, string>> {
  const tables = new Map<string, SeedRow[]>()
  for (const row of world.rows) tables.set(row.table, [...(tables.get(row.table) ?? []), row])
  const rejected = new Map<SeedRow, string>()
  await withoutReferences(client, async () => {
    await before?.()
    for (const rows of tables.values())
      for (const [row, why] of await insert(client, rows)) rejected.set(row, why)
    await setSequences(client, world)
  })
  return rejected
}

/** Rows as they were read, of several tables in any order. */
export async function insertJson(
  client: Client,
  rows: readonly { table: string; values: Record<string, unknown> }[],
): Promise<void> {
  await inTransaction(client, async () => {
    await withoutReferences(client, async () => {
      for (const { table, values } of rows) {
        const name = quoteTable(table)
        await client.query(`INSERT INTO ${name} SELECT * FROM jsonb_populate_record(NULL::${name}, $1)`, [
          JSON.stringify(values),
        ])
      }
    })
    return { commit: undefined }
  })
}

/** One statement for rows of one table; the database converts from JSON to the types of the columns. */
export async function insertRows(client: Client, rows: readonly SeedRow[]): Promise<Map<SeedRow, string>> {
  const [first] = rows
  if (!first) return new Map()
  const columns = Object.keys(first.values).map(quoteName).join(', ')
  const table = quoteTable(first.table)
  const sql =
    columns === ''
      ? `INSERT INTO ${table} DEFAULT VALUES`
      : `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE
         SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`
  await client.query(sql, columns === '' ? [] : [JSON.stringify(rows.map(({ values }) => values))])
  return new Map()
}

/** All at once; if that fails, one by one, to find those that the database rejects and why. */
async function tryRows(client: Client, rows: readonly SeedRow[]): Promise<Map<SeedRow, string>> {
  const rejected = new Map<SeedRow, string>()
  if ((await attempt(client, () => insertRows(client, rows))) === undefined) return rejected
  for (const row of rows) {
    const why = await attempt(client, () => insertRows(client, [row]))
    if (why !== undefined) rejected.set(row, why)
  }
  return rejected
}

async function attempt(client: Client, action: () => Promise<unknown>): Promise<string | undefined> {
  await client.query('SAVEPOINT seeding')
  try {
    await action()
    await client.query('RELEASE SAVEPOINT seeding')
    return undefined
  } catch (error) {
    await client.query('ROLLBACK TO SAVEPOINT seeding')
    return error instanceof Error ? error.message : String(error)
  }
}

async function setSequences(client: Client, { sequences }: World): Promise<void> {
  if (sequences.length === 0) return
  await client.query(
    'SELECT setval(name::regclass, value) FROM json_to_recordset($1) AS s(name text, value int8)',
    [JSON.stringify(sequences)],
  )
}
