/** Streams rows into a table with COPY. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from 'pg'
import { from } from 'pg-copy-streams'
import { type Column, type ColumnType, quoteName, quoteTable } from '../catalog.ts'

const CHUNK = 1 << 16

/** Copies `rows` as they are made; waits for the server where it is slower. Values as in `SeedRow`. */
export async function copyRows(
  client: Client,
  table: string,
  columns: readonly Column[],
  rows: Iterable<readonly unknown[]>,
): Promise<void> {
  const names = columns.map(({ name }) => quoteName(name)).join(', ')
  const copy = client.query(from(`COPY ${quoteTable(table)} (${names}) FROM STDIN`))
  await pipeline(
    Readable.from(
      chunks(
        columns.map(({ type }) => type),
        rows,
      ),
      { objectMode: false },
    ),
    copy,
  )
}

function* chunks(types: readonly ColumnType[], rows: Iterable<readonly unknown[]>): Generator<string> {
  let text = ''
  for (const row of rows) {
    for (let i = 0; i < types.length; i++) {
      const type = types[i]
      text += (i === 0 ? '' : '\t') + (type ? field(row[i], type) : '\\N')
    }
    text += '\n'
    if (text.length >= CHUNK) {
      yield text
      text = ''
    }
  }
  if (text !== '') yield text
}

function field(value: unknown, type: ColumnType): string {
  if (value === null || value === undefined) return '\\N'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return escaped(textOf(value, type))
}

function textOf(value: unknown, type: ColumnType): string {
  if (type.array && Array.isArray(value)) return arrayText(value, type)
  if (type.base === 'json' || type.base === 'jsonb' || typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

function arrayText(list: readonly unknown[], type: ColumnType): string {
  const element = { ...type, array: false }
  const texts = list.map((one) =>
    one === null ? 'NULL' : `"${textOf(one, element).replaceAll(/["\\]/g, String.raw`\$&`)}"`,
  )
  return `{${texts.join(',')}}`
}

const SPECIAL = /[\\\t\n\r]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function escaped(text: string): string {
  return text.search(SPECIAL) < 0 ? text : text.replace(SPECIAL, (char) => ESCAPES[char] ?? char)
}
