import { createHash } from 'node:crypto'
import type { Entity } from '../project/data-model.ts'
import { quoted } from './connection.ts'
import type { IndexCure } from './cure.ts'
import type { Table } from './tables.ts'

/** Models and fields by the names that the database knows them by. */
export type ModelNames = Pick<Entity, 'name' | 'table' | 'fields'>

export interface SpecColumn {
  /** A column, or the text of an expression. */
  name: string
  expression?: boolean
  descending?: boolean
  /** Only when it is not what follows from the direction. */
  nulls?: 'FIRST' | 'LAST'
  ops?: string
}

/** An index that does not exist yet. */
export interface IndexSpec {
  schema: string
  table: string
  columns: SpecColumn[]
  method?: 'gin'
  /** SQL of the condition of a partial index. */
  where?: string
  extension?: string
  /** In the database, when it is not the one that Prisma gives. */
  name?: string
}

/** Equal for equal indexes. */
export const specKey = (spec: IndexSpec): string =>
  JSON.stringify([spec.schema, spec.table, definition(spec)])

function columnSql({ name, expression, descending, nulls, ops }: SpecColumn): string {
  const parts = [expression ? `(${name})` : quoted(name)]
  if (ops) parts.push(ops)
  if (descending) parts.push('DESC')
  if (nulls) parts.push(`NULLS ${nulls}`)
  return parts.join(' ')
}

function definition({ method, columns, where }: IndexSpec): string {
  const list = columns.map(columnSql).join(', ')
  return `${method ? `USING ${method} ` : ''}(${list})${where ? ` WHERE ${where}` : ''}`
}

/** The name that Prisma gives an index: `Invoice_orgId_createdAt_idx`, cut to the 63 bytes that Postgres keeps. */
export function indexName({ name, table, columns, where, method }: IndexSpec): string {
  if (name !== undefined) return name
  const names = columns.map((one) => (one.expression ? one.name.replaceAll(/\W+/g, '_') : one.name))
  const plain = `${table}_${names.join('_')}`
  const bare = where === undefined && method === undefined ? plain : `${plain}_${hash(where ?? method ?? '')}`
  return `${bare.slice(0, 59)}_idx`
}

/** With a name of its own when an index of the table already has Prisma's. */
export function named(spec: IndexSpec, tables: readonly Table[]): IndexSpec {
  const name = indexName(spec)
  const taken = tables.some(({ indexes }) => indexes.some((index) => index.name === name))
  return taken ? { ...spec, name: `${name.slice(0, 56)}_${hash(specKey(spec))}` } : spec
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 6)

/** `CREATE INDEX …`, of a name of choice. */
export function createSql(spec: IndexSpec, options: { name?: string; concurrently?: boolean } = {}): string {
  const how = options.concurrently ? 'CREATE INDEX CONCURRENTLY' : 'CREATE INDEX'
  const on = `${quoted(spec.schema)}.${quoted(spec.table)}`
  return `${how} ${quoted(options.name ?? indexName(spec))} ON ${on} ${definition(spec)}`
}

/** The edit of the schema where Prisma can say it, and the SQL of it in any case. */
export function cureOf(spec: IndexSpec, models: readonly ModelNames[]): IndexCure {
  const cure: IndexCure = {
    kind: 'add-index',
    table: spec.table,
    sql: `${createSql(spec)};`,
    concurrently: `${createSql(spec, { concurrently: true })};`,
  }
  const line = prismaLine(spec, models)
  if (line) cure.prisma = line
  if (spec.extension) cure.extension = spec.extension
  return cure
}

function prismaLine(spec: IndexSpec, models: readonly ModelNames[]): IndexCure['prisma'] | undefined {
  const model = models.find(({ table }) => table === spec.table)
  // Partial indexes are a preview feature; expressions, order of nulls and extensions it cannot say.
  if (!model || spec.where || spec.extension || spec.method) return undefined
  const fields = spec.columns.map((column) => {
    const field =
      column.expression || column.nulls ? undefined : model.fields.find((f) => f.column === column.name)
    if (!field || field.relation) return undefined
    const args = [
      ...(column.descending ? ['sort: Desc'] : []),
      ...(column.ops ? [`ops: raw("${column.ops}")`] : []),
    ]
    return args.length > 0 ? `${field.name}(${args.join(', ')})` : field.name
  })
  if (fields.some((field) => field === undefined)) return undefined
  return {
    model: model.name,
    line: `@@index([${fields.join(', ')}]${spec.name === undefined ? '' : `, map: "${spec.name}"`})`,
  }
}

/** Whether an index of the table already begins with these columns, so that another one would add nothing. */
export function isCovered(spec: IndexSpec, table: Table): boolean {
  if (spec.method !== undefined || spec.where !== undefined) return false
  return table.indexes.some(
    (index) =>
      index.method === 'btree' &&
      index.predicate === null &&
      index.columns.length >= spec.columns.length &&
      spec.columns.every((column, at) => {
        const its = index.columns[at]
        return (
          its !== undefined &&
          its.name === column.name &&
          its.expression === (column.expression ?? false) &&
          (its.ops ?? undefined) === column.ops &&
          // The first column may be read backwards, so its direction alone does not matter.
          (spec.columns.length === 1 || its.descending === (column.descending ?? false))
        )
      }),
  )
}
