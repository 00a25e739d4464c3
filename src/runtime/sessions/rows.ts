/** Rows that are sessions: put into the application's own table. */
import { randomBytes, randomUUID } from 'node:crypto'
import { quoteName, quoteTable } from '../../database/catalog.ts'
import type { Entity, EntityField } from '../../project/data-model.ts'
import type { Project } from '../../project/project.ts'
import { Filler } from './claims.ts'
import type { Person, Running } from './minter.ts'

/** A model of the project by its name, without regard to case. */
export const modelNamed = (project: Project, name: string): Entity | undefined =>
  project.dataModels.flatMap((one) => one.models).find((one) => one.name.toLowerCase() === name.toLowerCase())

export const randomToken = (): string => randomBytes(24).toString('hex')

/**
 * Inserts a row for a user. `given`: values by field name. The other fields that must have a value get one that fits the
 * user (`userId`, `orgId`), an expiry in an hour for what sounds like one, or a plain filler. Gives the values by field name.
 */
export async function insertRow(
  project: Project,
  sql: NonNullable<Running['sql']>,
  model: Entity,
  user: Person,
  given: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const filler = new Filler(project, user)
  const values = new Map<string, unknown>()
  const fields: Record<string, unknown> = {}
  for (const field of model.fields) {
    if (field.relation) continue
    const value = field.name in given ? given[field.name] : made(filler, model, field)
    if (value === undefined) continue
    values.set(field.column, value)
    fields[field.name] = value
  }
  const columns = [...values.keys()]
  // Where the user's table is in a schema of its own, the session's is most likely beside it.
  const schema = user.row.table.includes('.') ? `${user.row.table.split('.')[0]}.` : ''
  await sql(
    `INSERT INTO ${quoteTable(schema + model.table)} (${columns.map(quoteName).join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
    [...values.values()],
  )
  return fields
}

/** ISO in UTC: what Prisma writes into columns without a time zone. */
export const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString()

function made(filler: Filler, model: Entity, field: EntityField): unknown {
  const key = model.relations.find((one) => one.keys.length === 1 && one.keys[0] === field.name)
  if (key && !key.list) {
    const known = filler.keyFor(key.model)
    if (known !== undefined || field.optional) return known
  }
  if (/^active.*id$/i.test(field.name) && field.type === 'String') return filler.known(field.name)
  if (field.type === 'DateTime') {
    if (/expire|until/i.test(field.name)) return inAnHour()
    return field.optional ? undefined : new Date().toISOString()
  }
  // A default of Prisma's (`cuid()`) is not one of the table; of a number or a flag it is.
  if (field.id && field.type === 'String') return randomUUID()
  if (field.optional || field.list || field.hasDefault) return undefined
  return FILLERS[field.type]
}

const FILLERS: Record<string, unknown> = {
  String: 'backend-engineer',
  Int: 0,
  BigInt: 0,
  Float: 0,
  Decimal: 0,
  Boolean: false,
  Json: '{}',
}
