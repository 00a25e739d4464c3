import type { Plans } from '../core/finding.ts'
import { plural } from '../core/wording.ts'
import { candidatesOf } from './candidates.ts'
import { served, type Tried } from './choose.ts'
import { type Connection, isDatabaseError, quoted, rolledBack } from './connection.ts'
import type { WorkloadFinding } from './finding.ts'
import { comparison, isNotWorse, MIN_SAVED_BLOCKS } from './gain.ts'
import { createSql, cureOf, type IndexSpec, indexName, type ModelNames, specKey } from './index-spec.ts'
import { type Measured, measure, type RawPlan, writesMuch } from './plan.ts'
import { search } from './search.ts'
import { tablesOf, verbOf } from './sql.ts'
import type { WorkloadStatement } from './statements.ts'
import { readTables, type Table } from './tables.ts'
import { build, insertCost, planOf, usedIndexes, vacuum } from './trial.ts'

export interface Advice {
  findings: WorkloadFinding[]
  /** Every statement with what it costs now. */
  measured: { statement: WorkloadStatement; before: Measured }[]
  /** Indexes that were built and did not pay. */
  rejected: { sql: string; why: string }[]
  /** Statements that could not be explained, in words. */
  problems: string[]
}

export interface AdviceOptions {
  models: readonly ModelNames[]
  signal?: AbortSignal
}

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
  const tables = await prepare(connection, statements)
  const problems: string[] = []
  const before = new Map<WorkloadStatement, Measured>()
  const wanted = new Map<string, IndexSpec>()
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
    [...before].filter(([, cost]) => cost.run.buffers >= MIN_SAVED_BLOCKS && !writesMuch(cost)),
  )
  await vacuum(connection, writtenBy(before, tables))
  for (const [statement, { raw }] of costly) {
    const bare = await rolledBack(connection, () => planOf(connection, statement, { bare: true }))
    for (const spec of candidatesOf([raw, bare], tables)) wanted.set(specKey(spec), spec)
  }

  const { chosen, tried, unbuilt } = await search(connection, [...wanted.values()], costly, options.signal)
  const findings = await proveTogether(connection, chosen, before, tables, options.models)
  return {
    findings,
    measured: [...before].map(([statement, cost]) => ({ statement, before: cost })),
    rejected: tried
      .filter(({ spec }) => !chosen.some((one) => one.spec === spec))
      .map((one) => rejection(one, costly)),
    problems: [...problems, ...unbuilt],
  }
}

async function prepare(connection: Connection, statements: readonly WorkloadStatement[]): Promise<Table[]> {
  const named = new Set(statements.flatMap(({ sql }) => tablesOf(sql)))
  const tables = (await readTables(connection)).filter((table) => named.has(table.name))
  await vacuum(connection, tables)
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

/** All chosen indexes at once: what each statement costs then, and what a write does. */
async function proveTogether(
  connection: Connection,
  chosen: readonly Tried[],
  before: ReadonlyMap<WorkloadStatement, Measured>,
  tables: readonly Table[],
  models: readonly ModelNames[],
): Promise<WorkloadFinding[]> {
  if (chosen.length === 0) return []
  const written = tables.filter(({ name }) => chosen.some(({ spec }) => spec.table === name))
  const findings = await rolledBack(connection, async () => {
    const names = await build(
      connection,
      chosen.map(({ spec }) => spec),
    )
    const after = new Map<WorkloadStatement, Measured>()
    for (const statement of before.keys()) {
      after.set(statement, await measure(connection, statement, { within: true }))
    }
    const more = await writesOf(connection, written)
    for (const [at, { spec }] of chosen.entries()) {
      await connection.query(`DROP INDEX ${quoted(spec.schema)}.${quoted(names[at] ?? '')}`)
    }
    const few = await writesOf(connection, written)
    return chosen.flatMap(({ spec }, at) => {
      const table = written.find(({ name }) => name === spec.table)
      const users = [...before].filter(([statement]) => uses(after.get(statement)?.raw, names[at]))
      if (!table || users.length === 0) return []
      const finding = findingOf(spec, table, users, after, models)
      const [without, with_] = [few.get(table), more.get(table)]
      if (without !== undefined && with_ !== undefined) {
        const all = chosen.filter((one) => one.spec.table === spec.table).length
        finding.notes.push(
          `Writing 100 rows to ${spec.table} takes ${without} blocks without and ${with_} with ${all === 1 ? 'it' : `the ${all} new indexes`}.`,
        )
      }
      return [finding]
    })
  })
  await vacuum(connection, written)
  return findings
}

/** Blocks of 100 written rows. */
async function writesOf(connection: Connection, tables: readonly Table[]): Promise<Map<Table, number>> {
  const costs = new Map<Table, number>()
  for (const table of tables) {
    const run = await insertCost(connection, table)
    if (run) costs.set(table, run.buffers)
  }
  return costs
}

const uses = (raw: RawPlan | undefined, name: string | undefined): boolean =>
  raw !== undefined && name !== undefined && usedIndexes(raw).has(name)

function findingOf(
  spec: IndexSpec,
  table: Table,
  users: readonly [WorkloadStatement, Measured][],
  after: ReadonlyMap<WorkloadStatement, Measured>,
  models: readonly ModelNames[],
): WorkloadFinding {
  const change = createSql(spec)
  const evidence = users.flatMap(([statement, before]): Plans[] => {
    const now = after.get(statement)
    if (!now) return []
    return [
      {
        kind: 'plan',
        sql: statement.sql,
        data: `${table.name}: ${plural(Math.round(table.rows), 'row')}`,
        before: before.run,
        after: { ...now.run, change },
      },
    ]
  })
  const worse = users.filter(([statement, { run }]) => {
    const now = after.get(statement)
    return now !== undefined && !isNotWorse(run, now.run)
  })
  const keys = table.foreignKeys.some(
    ({ columns }) =>
      columns.length === spec.columns.length && spec.columns.every(({ name }) => columns.includes(name)),
  )
  const [site] = users.flatMap(([statement]) => statement.sites)
  const figures = evidence.map((plan) => (plan.after ? comparison(plan.before, plan.after) : ''))
  return {
    kind: keys ? 'missing-foreign-key-index' : 'missing-index',
    ...(site ? { at: site } : {}),
    endpoints: [...new Set(users.flatMap(([statement]) => statement.endpoints))].sort(),
    shapes: users.map(([statement]) => statement.shape),
    saw: `With ${change}, ${plural(users.length, 'statement')} on ${table.name} cost less: ${figures.join('; ')}.`,
    evidence,
    cure: cureOf(spec, models),
    certainty: 'proven',
    notes: [
      ...superseded(spec, table).map((name) => `It makes the index ${name} redundant.`),
      ...worse.map(([statement]) => `It makes this statement slower: ${statement.shape}`),
      ...(spec.extension ? [`It needs the extension ${spec.extension}.`] : []),
    ],
  }
}

/** Plain indexes whose columns are the first ones of the new index. */
function superseded(spec: IndexSpec, table: Table): string[] {
  if (spec.where !== undefined || spec.method !== undefined) return []
  return table.indexes
    .filter(
      (index) =>
        !index.unique &&
        !index.bound &&
        index.method === 'btree' &&
        index.predicate === null &&
        index.include.length === 0 &&
        index.columns.length < spec.columns.length &&
        index.columns.every((column, at) => {
          const its = spec.columns[at]
          return (
            its?.name === column.name &&
            !column.expression &&
            column.descending === (its.descending ?? false) &&
            (column.ops ?? undefined) === its.ops
          )
        }),
    )
    .map(({ name }) => name)
    .filter((name) => name !== indexName(spec))
}
