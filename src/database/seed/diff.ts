/** What an application did to the rows of a world. */
import type { Client } from 'pg'
import { z } from 'zod'
import { quoteName, quoteTable } from '../catalog.ts'
import type { PartyName, SeedRow, World, WorldTable } from './world.ts'

export interface ChangedColumn {
  column: string
  /** As JSON; absent for a new row. */
  before?: unknown
  /** Absent for a row that vanished. */
  after?: unknown
}

export interface RowChange {
  table: string
  kind: 'changed' | 'vanished' | 'new'
  /** Whose row it is; of a new row, whose rows it refers to. Absent for rows of nobody. */
  party?: PartyName
  /** The seeded row, as planned. */
  row?: SeedRow
  /** Of a changed row those that differ, otherwise all. */
  columns: ChangedColumn[]
}

/** Changes that are listed of one table, at most: a table of grown rows is full of new ones. */
const MOST = 1000

const found = z.array(
  z.object({
    at: z.number().nullable(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
  }),
)

/**
 * Rows of the database that are not as `world` planned them: changed, vanished, and those that it does not know, with
 * at most 1,000 of each table. Values that only the database gives (defaults that are not literals) are not compared.
 */
export async function worldDiff(client: Client, world: World): Promise<RowChange[]> {
  const changes: RowChange[] = []
  for (const table of world.tables) {
    const rows = world.rows.filter((row) => row.table === table.name)
    const given = new Set(rows.flatMap(({ values }) => Object.keys(values)))
    const columns = rows.length > 0 ? [...given] : undefined
    const answer = await client.query(statement(table, columns), [
      JSON.stringify(rows.map(({ values }) => values)),
    ])
    for (const { at, before, after } of found.parse(answer.rows))
      changes.push(changeOf(world, table, at === null ? undefined : rows[at - 1], before, after))
  }
  return changes
}

/** Postgres reads the planned rows with the types of the table, so that both sides are written alike. */
function statement(table: WorldTable, columns: string[] | undefined): string {
  const name = quoteTable(table.name)
  const all = (of: string): string =>
    columns === undefined
      ? `to_jsonb(${of})`
      : `(SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(${of})) WHERE key = ANY (ARRAY[${columns.map(literal).join(', ')}]::text[]))`
  const match =
    table.key.length > 0
      ? table.key.map((column) => `p.${quoteName(column)} = t.${quoteName(column)}`).join(' AND ')
      : 'p."seed:shown" = t."seed:shown"'
  return `
    SELECT p."seed:at"::int4 AS at, p."seed:shown" AS before, t."seed:shown" AS after
    FROM (SELECT x.*, ${all('x')} AS "seed:shown", n.at AS "seed:at"
          FROM json_array_elements($1::json) WITH ORDINALITY n(one, at), json_populate_record(NULL::${name}, n.one) x) p
    FULL JOIN (SELECT y.*, ${all('y')} AS "seed:shown" FROM ${name} y) t ON ${match}
    WHERE p."seed:shown" IS DISTINCT FROM t."seed:shown" ORDER BY p."seed:at" LIMIT ${MOST}`
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

function changeOf(
  world: World,
  table: WorldTable,
  row: SeedRow | undefined,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): RowChange {
  const party = row?.party ?? (after && partyOf(world, table, after))
  const columns = Object.keys({ ...before, ...after }).flatMap((column): ChangedColumn[] => {
    const one: ChangedColumn = { column }
    if (before) one.before = before[column]
    if (after) one.after = after[column]
    return JSON.stringify(one.before) === JSON.stringify(one.after) ? [] : [one]
  })
  return {
    table: table.name,
    kind: before === null ? 'new' : after === null ? 'vanished' : 'changed',
    ...(party ? { party } : {}),
    ...(row ? { row } : {}),
    columns,
  }
}

/** Of the rows that a new one refers to, the first that belongs to someone. */
function partyOf(world: World, table: WorldTable, values: Record<string, unknown>): PartyName | undefined {
  for (const link of table.links) {
    const target = world.rows.find(
      (row) =>
        row.table === link.references &&
        link.columns.every((column, at) => {
          const value = values[column]
          return (
            value !== null && value !== undefined && row.values[link.referencedColumns[at] ?? ''] === value
          )
        }),
    )
    if (target?.party !== undefined) return target.party
  }
  return undefined
}
