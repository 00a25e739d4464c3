/** What Prisma's schema engine calls to reach a database. Every answer is a value or an error as a value. */
import { type Client, types } from 'pg'

type Answer<T> = { ok: true; value: T } | { ok: false; error: EngineError }

interface EngineError {
  kind: 'postgres'
  code: string
  severity: string
  message: string
}

interface EngineQuery {
  sql: string
  args: unknown[]
}

interface EngineRows {
  columnNames: string[]
  columnTypes: number[]
  rows: unknown[][]
}

export interface EngineAdapter {
  provider: 'postgres'
  adapterName: string
  connect(): Promise<Answer<unknown>>
  connectToShadowDb(): Promise<Answer<unknown>>
  errorRegistry: { consumeError(id: number): undefined }
}

/** `ColumnTypeEnum` of Prisma's driver adapters, as far as catalogs of Postgres need it. */
const INT32 = 0
const INT64 = 1
const DOUBLE = 3
const BOOLEAN = 5
const CHARACTER = 6
const TEXT = 7
const ARRAY = 64

/** By OID: bool, "char", name, int8, int2, int4, text, oid, float4, float8, and arrays of some. */
const columnTypes = new Map<number, number>([
  [16, BOOLEAN],
  [18, CHARACTER],
  [19, TEXT],
  [20, INT64],
  [21, INT32],
  [23, INT32],
  [25, TEXT],
  [26, INT64],
  [700, DOUBLE],
  [701, DOUBLE],
  [1000, ARRAY + BOOLEAN],
  [1002, ARRAY + TEXT],
  [1003, ARRAY + TEXT],
  [1005, ARRAY + INT32],
  [1007, ARRAY + INT32],
  [1009, ARRAY + TEXT],
  [1015, ARRAY + TEXT],
  [1016, ARRAY + INT64],
])

const TEXT_ARRAY = 1009
const nameArrays = new Set([1002, 1003])
const registry = { consumeError: () => undefined }
const ok = <T>(value: T): Answer<T> => ({ ok: true, value })

/** Answers the one question that the engine has at its start, so that schemas can be compared without a database. */
export const noDatabase: EngineAdapter = adapterOf(async () =>
  ok({
    columnNames: ['exists', 'version', 'numeric_version'],
    columnTypes: [BOOLEAN, TEXT, INT32],
    rows: [[true, 'PostgreSQL 18.4', 180_004]],
  }),
)

/** Lets the engine read the catalog through a client of ours. It changes nothing: what is not a question is refused. */
export function readingAdapter(client: Client): EngineAdapter {
  return adapterOf(async ({ sql, args }) => {
    try {
      const result = await client.query<unknown[]>({
        text: sql,
        values: args,
        rowMode: 'array',
        types: {
          getTypeParser: (oid: number, format?: 'text' | 'binary') =>
            types.getTypeParser(nameArrays.has(oid) ? TEXT_ARRAY : oid, format ?? 'text'),
        },
      })
      return ok({
        columnNames: result.fields.map(({ name }) => name),
        columnTypes: result.fields.map(({ dataTypeID }) => columnTypes.get(dataTypeID) ?? TEXT),
        rows: result.rows,
      })
    } catch (error) {
      return { ok: false, error: errorOf(error) }
    }
  })
}

function errorOf(error: unknown): EngineError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'XX000'
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'postgres', code, severity: 'ERROR', message }
}

function adapterOf(ask: (query: EngineQuery) => Promise<Answer<EngineRows>>): EngineAdapter {
  const refuse = async (): Promise<Answer<never>> => ({
    ok: false,
    error: errorOf(new Error('The schema engine may only read.')),
  })
  const identity = { provider: 'postgres' as const, adapterName: 'backend-engineer', errorRegistry: registry }
  const connection = {
    ...identity,
    queryRaw: ask,
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    getConnectionInfo: () => ok({ schemaName: 'public', supportsRelationJoins: true }),
    dispose: async () => ok(undefined),
  }
  return { ...identity, connect: async () => ok(connection), connectToShadowDb: refuse }
}
