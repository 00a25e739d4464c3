/** Unique keys that no single column keeps: only new combinations of references and of few values do. */
import type { Client } from 'pg'
import { z } from 'zod'
import { quoteName, quoteTable, type Table, type UniqueKey } from '../catalog.ts'
import { type Maker, otherValues } from './values.ts'

export function tightKeys(table: Table, makers: ReadonlyMap<string, Maker>): UniqueKey[] {
  return table.uniques.filter(({ columns }) =>
    columns.every((name) => {
      const column = table.columns.find((one) => one.name === name)
      return column && (!makers.has(name) || otherValues(column).length > 0)
    }),
  )
}

/** The combinations that are in the table. */
export async function takenKeys(
  client: Client,
  table: Table,
  keys: readonly UniqueKey[],
): Promise<Map<UniqueKey, Set<string>>> {
  const taken = new Map<UniqueKey, Set<string>>()
  for (const key of keys) {
    const columns = key.columns.map((column) => `${quoteName(column)}::text`).join(', ')
    const { rows } = await client.query({
      text: `SELECT ${columns} FROM ${quoteTable(table.name)}`,
      rowMode: 'array',
    })
    const texts = z.array(z.array(z.string().nullable())).parse(rows)
    taken.set(key, new Set(texts.map((parts) => parts.map(String).join('\u0000'))))
  }
  return taken
}

const LARGEST: Record<string, string> = { int2: 'int2', int4: 'int4', int8: 'int8', numeric: 'numeric' }

/** The largest number in the columns of unique keys, so that new rows go on after it; 0 without any. */
export async function largestNumber(client: Client, table: Table): Promise<number> {
  const columns = table.columns.filter(
    ({ name, type }) =>
      LARGEST[type.base] !== undefined &&
      !type.array &&
      table.uniques.some((key) => key.columns.includes(name)) &&
      !table.foreignKeys.some((key) => key.columns.includes(name)),
  )
  if (columns.length === 0) return 0
  const list = columns.map(({ name }) => `max(${quoteName(name)})::float8`).join(', ')
  const { rows } = await client.query(`SELECT greatest(0, ${list}) AS largest FROM ${quoteTable(table.name)}`)
  return z.tuple([z.object({ largest: z.number() })]).parse(rows)[0].largest
}
