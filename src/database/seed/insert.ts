/** Puts a world into a database, and puts it back after an application has changed it. */
import type { Client } from 'pg'
import { z } from 'zod'
import { type Catalog, quoteName, quoteTable } from '../catalog.ts'
import type { SeedRow, World } from './world.ts'

/**
 * Inserts the rows of `world` into empty tables, in one transaction. Rows that the database rejects are taken out of
 * the world, with those that refer to them, and reported in `world.problems`.
 */
export async function insertWorld(client: Client, world: World): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query('SET LOCAL session_replication_role = replica')
    for (const { name } of world.tables) await insertTable(client, world, name)
    await setSequences(client, world)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

async function insertTable(client: Client, world: World, table: string): Promise<void> {
  const rows = world.rows.filter((row) => row.table === table)
  if (rows.length === 0) return
  await insertRows(client, rows)
}

/** One statement; the database converts from JSON to the types of the columns. */
async function insertRows(client: Client, rows: readonly SeedRow[]): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = Object.keys(first.values).map(quoteName).join(', ')
  const table = quoteTable(first.table)
  await client.query(
    `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE
     SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
    [JSON.stringify(rows.map(({ values }) => values))],
  )
}

async function setSequences(client: Client, { sequences }: World): Promise<void> {
  if (sequences.length === 0) return
  await client.query(
    'SELECT setval(name::regclass, value) FROM json_to_recordset($1) AS s(name text, value int8)',
    [JSON.stringify(sequences)],
  )
}

/** Above this, emptying a table anew is faster than deleting its rows. Bytes. */
const SMALL = 1_000_000
const sizes = z.array(z.object({ name: z.string(), large: z.boolean() }))

/** Empties every table of the catalog and inserts the world again. Milliseconds for a world that was not grown. */
export async function resetWorld(client: Client, catalog: Catalog, world: World): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query('SET LOCAL session_replication_role = replica')
    const names = catalog.tables.map(({ name }) => name)
    const { rows } = await client.query(
      'SELECT name, pg_relation_size(quoted::regclass) > $2 AS large FROM json_to_recordset($1) AS t(name text, quoted text)',
      [JSON.stringify(names.map((name) => ({ name, quoted: quoteTable(name) }))), SMALL],
    )
    const known = sizes.parse(rows)
    const large = known.filter((one) => one.large).map(({ name }) => quoteTable(name))
    const small = known.filter((one) => !one.large).map(({ name }) => `DELETE FROM ${quoteTable(name)}`)
    if (large.length > 0) small.push(`TRUNCATE ${large.join(', ')} CASCADE`)
    if (small.length > 0) await client.query(small.join(';'))
    for (const { name } of world.tables) await insertTable(client, world, name)
    await setSequences(client, world)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}
