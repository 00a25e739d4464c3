import { candidatesOf } from './candidates.ts'
import { served, type Tried } from './choose.ts'
import { type Connection, isDatabaseError, quoted, rolledBack } from './connection.ts'
import type { WorkloadFinding } from './finding.ts'
import { comparison, MIN_SAVED_BLOCKS } from './gain.ts'
import { createSql, type IndexSpec, type ModelNames, specKey } from './index-spec.ts'
import { type Measured, measure, unmatched, writesMuch } from './plan.ts'
import { proveIndexes } from './prove-indexes.ts'
import { type Candidate, search } from './search.ts'
import { tablesOf, verbOf } from './sql.ts'
import type { WorkloadStatement } from './statements.ts'
import { readTables, type Table } from './tables.ts'
import { planOf, vacuum } from './trial.ts'

export interface Advice {
  findings: WorkloadFinding[]
  /** The indexes of the findings. */
  indexes: IndexSpec[]
  /** Every statement with what it costs now. */
  measured: { statement: WorkloadStatement; before: Measured }[]
  /** Indexes that were built and did not pay. */
  rejected: { sql: string; why: string }[]
  /** Statements that could not be explained, in words. */
  problems: string[]
}

export interface AdviceOptions {
  models: readonly ModelNames[]
  /** Milliseconds for trying candidates; two minutes when not given. What was not tried is told among the problems. */
  budget?: number
  signal?: AbortSignal
}

/** A statement that takes longer is not measured. */
const TIMEOUT_MS = 60_000
const BUDGET_MS = 120_000

/**
 * Indexes for a workload, on a scratch database that holds as many rows as production will: candidates are read from the
 * plans, each is really built in a transaction that is rolled back, and kept when a statement reads ten times fewer blocks
 * (or three times fewer in a third of the time). One that serves several statements is preferred.
 *
 * Vacuums and analyses the tables of the statements first, so that plans do not depend on how the rows got there.
 */
export async function adviseIndexes(
  connection: Connection,
  statements: readonly WorkloadStatement[],
  options: AdviceOptions,
): Promise<Advice> {
  await connection.query(`SET statement_timeout = ${TIMEOUT_MS}`)
  try {
    return await advise(connection, statements, options)
  } finally {
    await connection.query('RESET statement_timeout')
  }
}

async function advise(
  connection: Connection,
  statements: readonly WorkloadStatement[],
  options: AdviceOptions,
): Promise<Advice> {
  const tables = await prepare(connection, statements)
  const problems: string[] = []
  const before = new Map<WorkloadStatement, Measured>()
  for (const statement of statements) {
    options.signal?.throwIfAborted()
    try {
      before.set(statement, await measure(connection, statement))
    } catch (error) {
      if (!isDatabaseError(error)) throw error
      problems.push(`Postgres does not explain \`${statement.shape}\`: ${error.message}`)
    }
  }
  const costly = new Map(
    [...before]
      .filter(([, cost]) => cost.run.buffers >= MIN_SAVED_BLOCKS && !writesMuch(cost))
      .sort(([a, costOfA], [b, costOfB]) => b.calls * costOfB.run.buffers - a.calls * costOfA.run.buffers),
  )
  await vacuum(connection, writtenBy(before, tables))
  const candidates = await candidatesFor(connection, costly, tables)
  const {
    chosen,
    tried,
    problems: others,
  } = await search(connection, candidates, costly, {
    deadline: performance.now() + (options.budget ?? BUDGET_MS),
    ...(options.signal ? { signal: options.signal } : {}),
  })
  const proven = await proveIndexes(
    connection,
    chosen.map(({ spec }) => spec),
    before,
    tables,
    options.models,
  )
  return {
    findings: proven.map(({ finding }) => finding),
    indexes: proven.map(({ spec }) => spec),
    measured: [...before].map(([statement, cost]) => ({ statement, before: cost })),
    rejected: tried
      .filter(({ spec }) => !chosen.some((one) => one.spec === spec))
      .map((one) => rejection(one, costly)),
    problems: [...problems, ...others],
  }
}

/** The candidates of each statement, each once; another statement on the table may use it too, if it found rows there. */
async function candidatesFor(
  connection: Connection,
  costly: ReadonlyMap<WorkloadStatement, Measured>,
  tables: readonly Table[],
): Promise<Candidate[]> {
  const candidates = new Map<string, Candidate>()
  for (const [statement, { raw }] of costly) {
    const bare = await rolledBack(connection, () => planOf(connection, statement, { bare: true }))
    for (const spec of candidatesOf(raw, bare, tables)) {
      const known = candidates.get(specKey(spec)) ?? { spec, for: new Set() }
      known.for.add(statement)
      candidates.set(specKey(spec), known)
    }
  }
  for (const { spec, for: statements } of candidates.values()) {
    for (const [statement, { raw }] of costly) {
      if (tablesOf(statement.sql).includes(spec.table) && !unmatched(raw).has(spec.table))
        statements.add(statement)
    }
  }
  return [...candidates.values()]
}

async function prepare(connection: Connection, statements: readonly WorkloadStatement[]): Promise<Table[]> {
  const named = new Set(statements.flatMap(({ sql }) => tablesOf(sql)))
  const tables = (await readTables(connection)).filter((table) => named.has(table.name))
  for (const { schema, name } of tables) {
    await connection.query(`VACUUM (ANALYZE) ${quoted(schema)}.${quoted(name)}`)
  }
  return (await readTables(connection)).filter((table) => named.has(table.name))
}

/** Tables that a measured statement has written to, though it was rolled back. */
function writtenBy(before: ReadonlyMap<WorkloadStatement, Measured>, tables: readonly Table[]): Table[] {
  const names = new Set(
    [...before.keys()].filter(({ sql }) => verbOf(sql) !== 'select').flatMap(({ sql }) => tablesOf(sql)),
  )
  return tables.filter(({ name }) => names.has(name))
}

function rejection(
  { spec, costs }: Tried,
  costly: ReadonlyMap<WorkloadStatement, Measured>,
): { sql: string; why: string } {
  const sql = createSql(spec)
  if (costs.size === 0) return { sql, why: 'No plan uses it.' }
  const gains = served({ spec, costs }, costly)
  if (gains.length > 0) return { sql, why: 'Another index serves the same statements at least as well.' }
  const figures = [...costs].map(([statement, after]) => {
    const before = costly.get(statement)
    return before ? comparison(before.run, after.run) : ''
  })
  return { sql, why: `It saves too little: ${figures.join('; ')}.` }
}
