/** The models that the recipe adds, named as the project names its own. */
import type { Habits } from '../../project/habits/habits.ts'
import { snake } from './naming.ts'

export const fields = [
  'id',
  'userId',
  'chainHash',
  'linkHash',
  'network',
  'createdAt',
  'idleExpiresAt',
  'expiresAt',
  'revokedAt',
  'user',
  'key',
  'count',
] as const

export type Field = (typeof fields)[number]

export interface Tables {
  session: { model: string; delegate: string; table: string }
  limit: { model: string; delegate: string; table: string }
  /** Name of a field in the schema. */
  field: Record<Field, string>
  /** Name of its column. */
  column: (field: Field) => string
  /** Of the session. */
  id: { type: 'String' | 'Int' | 'BigInt'; attribute: string }
}

export function tablesOf({ schema }: Habits): Tables {
  const inSnake = schema?.fieldNames.value === 'snake_case'
  const named = (name: Field): string => {
    if (name === 'createdAt' && schema?.createdAt) return schema.createdAt
    return inSnake ? snake(name) : name
  }
  const field = Object.fromEntries(fields.map((one) => [one, named(one)])) as Record<Field, string>
  const columns = schema?.columns.value
  const table = (model: string, plural: string): string => {
    if (schema?.tables.value === 'snake_case') return snake(model)
    return schema?.tables.value === 'snake_case plural' ? plural : model
  }
  return {
    session: {
      model: 'LoginSession',
      delegate: 'loginSession',
      table: table('LoginSession', 'login_sessions'),
    },
    limit: { model: 'RateLimit', delegate: 'rateLimit', table: table('RateLimit', 'rate_limits') },
    field,
    column: (one) => (columns === 'snake_case' ? snake(field[one]) : field[one]),
    id: idOf(schema),
  }
}

function idOf(schema: Habits['schema']): Tables['id'] {
  if (!schema) return { type: 'String', attribute: '@id @default(cuid())' }
  const { type, native } = schema.id.value
  const attribute = withDefault(type, schema.id.value.attribute)
  return { type, attribute: native && !attribute.includes(native) ? `${attribute} ${native}` : attribute }
}

/** Where the project makes its ids in code, the database makes these: our code needs none then. */
function withDefault(type: Tables['id']['type'], attribute: string): string {
  if (attribute.includes('@default')) return attribute
  return attribute.replace(/@id(\(\))?/, `@id @default(${type === 'String' ? 'uuid()' : 'autoincrement()'})`)
}
