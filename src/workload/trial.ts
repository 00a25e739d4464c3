import type { PlanRun } from '../core/finding.ts'
import { type Connection, isDatabaseError, quoted } from './connection.ts'
import { createSql, type IndexSpec } from './index-spec.ts'
import { type Measured, measure, nodesOf, type RawPlan, readPlan, type SampleStatement } from './plan.ts'
import type { Table } from './tables.ts'

/** The name of an index that is tried; two are never tried under one name. */
const nameOf = (at: number): string => `backend_engineer_trial_${at}`

/** Builds the indexes in the open transaction. Returns their names, in order; they are numbered from `first`. */
export async function build(
  connection: Connection,
  specs: readonly IndexSpec[],
  first = 0,
): Promise<string[]> {
  for (const [at, spec] of specs.entries()) {
    if (spec.extension) await connection.query(`CREATE EXTENSION IF NOT EXISTS ${quoted(spec.extension)}`)
    await connection.query(createSql(spec, { name: nameOf(first + at) }))
  }
  await analyzeFor(connection, specs)
  return specs.map((_, at) => nameOf(first + at))
}

/** An expression and the rows of a partial index have statistics of their own. */
export async function analyzeFor(connection: Connection, specs: readonly IndexSpec[]): Promise<void> {
  const special = specs.filter((one) => one.where ?? one.columns.some(({ expression }) => expression))
  const names = special.map(({ schema, table }) => `${quoted(schema)}.${quoted(table)}`)
  for (const name of new Set(names)) await connection.query(`ANALYZE ${name}`)
}

/**
 * Clears dead rows and the marks that trials left. Rows that were written and rolled back take from their page the mark that
 * all its rows are visible, without which an index alone does not answer. Outside of a transaction only.
 */
export async function vacuum(connection: Connection, tables: Iterable<Table>): Promise<void> {
  for (const { schema, name } of tables) await connection.query(`VACUUM ${quoted(schema)}.${quoted(name)}`)
}

/** The plan without running it. `bare` pretends that there are no indexes, so that conditions and sorts are all printed. */
export async function planOf(
  connection: Connection,
  { sql, params }: SampleStatement,
  options: { bare?: boolean } = {},
): Promise<RawPlan> {
  const settings = ['enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan', 'enable_mergejoin']
  await connection.query('SAVEPOINT planned')
  if (options.bare) for (const name of settings) await connection.query(`SET LOCAL ${name} = off`)
  const { rows } = await connection.query(`EXPLAIN (VERBOSE, FORMAT JSON) ${sql}`, params)
  await connection.query('ROLLBACK TO SAVEPOINT planned')
  return readPlan(rows).plan
}

export const usedIndexes = (raw: RawPlan): Set<string> =>
  new Set([...nodesOf(raw)].flatMap((node) => node['Index Name'] ?? []))

/**
 * What each statement costs with an index, in the open transaction; nothing for one whose plan does not use it. `before`
 * tells how many trial indexes are there already.
 */
export async function tryIndex<Statement extends SampleStatement>(
  connection: Connection,
  spec: IndexSpec,
  statements: readonly Statement[],
  before: number,
): Promise<Map<Statement, Measured>> {
  await connection.query('SAVEPOINT tried')
  try {
    const [name = ''] = await build(connection, [spec], before)
    const costs = new Map<Statement, Measured>()
    for (const statement of statements) {
      const plan = await planOf(connection, statement)
      if (usedIndexes(plan).has(name)) {
        costs.set(statement, await measure(connection, statement, { within: true, runs: 1 }))
      }
    }
    return costs
  } finally {
    await connection.query('ROLLBACK TO SAVEPOINT tried')
  }
}

/** Rows that are written to know the cost of a write. */
const WRITTEN_ROWS = 100
const INSUFFICIENT_PRIVILEGE = '42501'

/**
 * What 100 inserted rows cost: rows of the table itself are taken out and put in again, so that any constraint holds, with
 * triggers and foreign keys off. Nothing where the role may not turn them off. The transaction must be open and be rolled
 * back; measure nothing else on the table afterwards before it is vacuumed.
 */
export async function insertCost(connection: Connection, table: Table): Promise<PlanRun | undefined> {
  const name = `${quoted(table.schema)}.${quoted(table.name)}`
  const columns = table.columns.filter(({ generated }) => !generated).map((column) => quoted(column.name))
  const list = columns.join(', ')
  // From all over the table, the same ones each time; some more than needed, as chance yields fewer at times.
  const share = Math.min(100, (130 * WRITTEN_ROWS) / Math.max(1, table.rows))
  await connection.query('SAVEPOINT written')
  try {
    await connection.query('SET LOCAL session_replication_role = replica')
    await connection.query(
      `CREATE TEMP TABLE backend_engineer_rows AS SELECT ctid AS place, ${list} FROM ${name}
       TABLESAMPLE BERNOULLI (${share}) REPEATABLE (1) LIMIT ${WRITTEN_ROWS}`,
    )
    await connection.query(`DELETE FROM ${name} WHERE ctid IN (SELECT place FROM backend_engineer_rows)`)
    const sql = `INSERT INTO ${name} (${list}) OVERRIDING SYSTEM VALUE SELECT ${list} FROM backend_engineer_rows`
    return (await measure(connection, { sql, params: [] }, { within: true, runs: 1 })).run
  } catch (error) {
    if (isDatabaseError(error, INSUFFICIENT_PRIVILEGE)) return undefined
    throw error
  } finally {
    await connection.query('ROLLBACK TO SAVEPOINT written')
  }
}
