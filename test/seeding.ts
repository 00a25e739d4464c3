/** For tests of seeding: a server, databases with the tables of a schema, and what must hold of every world. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { type Catalog, quoteName, quoteTable, readCatalog } from '../src/database/catalog.ts'
import { hintsFor } from '../src/database/seed/hints.ts'
import type { SeedHints, SeedRow, World } from '../src/database/seed/world.ts'
import { openServer } from '../src/database/server.ts'
import { createTables } from '../src/database/tables.ts'
import { buildDataModel } from '../src/project/data-model.ts'
import { openWorkplace } from '../src/sandbox/workplace.ts'
import { readPrismaSchema } from '../src/source/prisma-schema.ts'

export interface Bed {
  client: Client
  catalog: Catalog
  hints: SeedHints
}

export interface SeedingServer {
  /** A new database with the tables of `sql`, or else of the Prisma schema `text`. */
  bed(text: string, sql?: string): Promise<Bed>
  /** The same of a file, relative to the root of the repository. */
  bedOf(file: string): Promise<Bed>
  close(): Promise<void>
}

export async function openSeedingServer(): Promise<SeedingServer> {
  const base = await mkdtemp(join(tmpdir(), 'be-seeding-'))
  const workplace = await openWorkplace(base)
  const server = await openServer(workplace, { cacheFolder: join(base, 'cache') })
  const clients: Client[] = []
  const bed = async (text: string, sql = ''): Promise<Bed> => {
    const name = `app${clients.length}`
    await server.createDatabase(name)
    const client = await server.connect(name)
    clients.push(client)
    if (sql === '') await createTables(client, { files: [{ path: 'schema.prisma', content: text }] })
    if (sql !== '') await client.query(sql)
    const hints = hintsFor(buildDataModel(readPrismaSchema([{ file: 'schema.prisma', text }])))
    return { client, catalog: await readCatalog(client), hints }
  }
  return {
    bed,
    bedOf: async (file) => bed(await readFile(join(import.meta.dirname, '..', file), 'utf8')),
    async close() {
      for (const client of clients) await client.end()
      await workplace.close()
      await rm(base, { recursive: true, force: true })
    },
  }
}

/** Makes Postgres check every foreign key against the rows that are there. Throws at the first that does not hold. */
export async function validateForeignKeys(client: Client, catalog: Catalog): Promise<number> {
  let checked = 0
  for (const table of catalog.tables)
    for (const { name } of table.foreignKeys) {
      const { rows } = await client.query<{ definition: string }>(
        'SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = $1 AND conrelid = $2::regclass',
        [name, quoteTable(table.name)],
      )
      const quoted = quoteName(name)
      await client.query(
        `ALTER TABLE ${quoteTable(table.name)} DROP CONSTRAINT ${quoted}, ADD CONSTRAINT ${quoted} ${rows[0]?.definition}`,
      )
      checked++
    }
  return checked
}

/** References from a row of one party to a row of the other; empty when all is well. */
export function crossings(world: World): string[] {
  const links = new Map(world.tables.map((table) => [table.name, table.links]))
  return world.rows.flatMap((row) =>
    (links.get(row.table) ?? []).flatMap((link) => {
      const values = link.columns.map((column) => row.values[column])
      if (values.includes(null) || values.includes(undefined)) return []
      const target = world.rows.find(
        (one) =>
          one.table === link.references &&
          link.referencedColumns.every((column, at) => one.values[column] === values[at]),
      )
      if (target && (target.party === undefined || target.party === row.party)) return []
      return [`${row.table} (${row.party}) → ${link.references} (${target ? target.party : 'nothing'})`]
    }),
  )
}

/** Canaries that occur in no other cell of the world, and whether they really occur in their own. */
export function wrongCanaries(world: World): string[] {
  const cells = world.rows.flatMap((row) =>
    Object.entries(row.values).map(([column, value]) => ({ row, column, text: JSON.stringify(value) })),
  )
  const all = cells.map(({ text }) => text).join('\n')
  const wrong = (row: SeedRow): string[] =>
    Object.entries(row.canaries).flatMap(([column, canary]) => {
      const own = JSON.stringify(row.values[column])?.includes(canary) ?? false
      return own && all.split(canary).length === 2 ? [] : [`${row.table}.${column}: ${canary}`]
    })
  return world.rows.flatMap(wrong)
}
