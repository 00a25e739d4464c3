import { randomBytes, randomUUID } from 'node:crypto'
import { type Column, quoteName, quoteTable, readCatalog } from '../../../database/catalog.ts'
import { NotApplicable, type Person } from './person.ts'
import type { AuthTarget } from './target.ts'

/** A row for somebody who could not register: like one that is there, where the database has no default. */
export async function addUser({ contract, database, hash }: AuthTarget, person: Person): Promise<void> {
  if (!hash) throw new NotApplicable('Nobody can register, and the copy does not lend its hash.')
  const { user } = contract.tables
  const { tables } = await readCatalog(database)
  const table = tables.find(({ name }) => name === user.table)
  if (!table) throw new NotApplicable(`There is no table ${user.table}.`)
  const like = await database.query<{ row: Record<string, unknown> }>(
    `SELECT to_jsonb(t) AS row FROM ${quoteTable(user.table)} t LIMIT 1`,
  )
  const unique = new Set(table.uniques.flatMap(({ columns }) => columns))
  const row: Record<string, unknown> = {}
  for (const column of table.columns) {
    if (column.name === user.identifier) row[column.name] = person.identifier
    else if (column.name === user.hash) row[column.name] = await hash(person.password)
    else if (column.name === user.verified?.column) row[column.name] = user.verified.value
    else if (column.default === undefined && !column.identity && !column.generated && !column.nullable)
      row[column.name] = unique.has(column.name)
        ? fresh(column)
        : (like.rows[0]?.row[column.name] ?? fresh(column))
  }
  const names = Object.keys(row).map(quoteName).join(', ')
  const name = quoteTable(user.table)
  await database.query(
    `INSERT INTO ${name} (${names}) SELECT ${names} FROM jsonb_populate_record(NULL::${name}, $1)`,
    [JSON.stringify(row)],
  )
}

/** A value that no other row has, or any where there are few. */
function fresh({ type }: Column): unknown {
  if (type.array) return []
  if (type.values) return type.values[0]
  if (type.base === 'uuid') return randomUUID()
  if (type.base === 'bool') return false
  if (/^(int|float|numeric)/.test(type.base)) return randomBytes(3).readUIntBE(0, 3)
  if (/^(timestamp|date)/.test(type.base)) return new Date().toISOString()
  return /json/.test(type.base) ? {} : randomUUID()
}
