import type { Plans } from '../core/finding.ts'
import { plural } from '../core/wording.ts'
import { type Connection, quoted, rolledBack } from './connection.ts'
import type { WorkloadFinding } from './finding.ts'
import { comparison, isGain, isNotWorse } from './gain.ts'
import { createSql, cureOf, type IndexSpec, indexName, type ModelNames, named } from './index-spec.ts'
import { type Measured, measure, unmatched } from './plan.ts'
import type { WorkloadStatement } from './statements.ts'
import type { Table } from './tables.ts'
import { analyzeFor, insertCost, usedIndexes, vacuum } from './trial.ts'

type Costs = ReadonlyMap<WorkloadStatement, Measured>

/** An index beside the others that were chosen. */
interface Proven {
  spec: IndexSpec
  table: Table
  /** Statements that it is worth it for, the others being there. */
  users: WorkloadStatement[]
  /** What they cost when all but this one are there. */
  without: Costs
}

/**
 * Builds the chosen indexes, all at once, and measures what each statement costs then, what it costs when one of them is
 * missing, and what writes cost. One that is not missed is left out.
 */
export async function proveIndexes(
  connection: Connection,
  chosen: readonly IndexSpec[],
  before: Costs,
  tables: readonly Table[],
  models: readonly ModelNames[],
): Promise<{ spec: IndexSpec; finding: WorkloadFinding }[]> {
  if (chosen.length === 0) return []
  const written = tables.filter(({ name }) => chosen.some((spec) => spec.table === name))
  const findings = await rolledBack(connection, async () => {
    let specs = chosen.map((spec) => named(spec, written))
    for (const spec of specs) await create(connection, spec)
    await analyzeFor(connection, specs)
    const after = new Map<WorkloadStatement, Measured>()
    const remeasure = async (statements: Iterable<WorkloadStatement>): Promise<void> => {
      for (const one of statements) after.set(one, await measure(connection, one, { within: true }))
    }
    await remeasure(before.keys())
    const proven: Proven[] = []
    // The last chosen has earned least: it is the first that may turn out not to be missed.
    for (const spec of specs.toReversed()) {
      const one = await missed(connection, spec, before, after, written)
      if (one) proven.unshift(one)
      else {
        await drop(connection, spec)
        specs = specs.filter((other) => other !== spec)
        await remeasure(
          [...after].flatMap(([statement, { raw }]) =>
            usedIndexes(raw).has(indexName(spec)) ? statement : [],
          ),
        )
      }
    }
    addOthers(proven, before, after)
    const more = await writesOf(connection, written)
    for (const spec of specs) await drop(connection, spec)
    const few = await writesOf(connection, written)
    return proven.map((one) => {
      const finding = findingOf(one, before, after, models)
      const beside = specs.filter(({ table }) => table === one.spec.table).length
      finding.notes.push(...writeNote(one.table, few, more, beside))
      return { spec: one.spec, finding }
    })
  })
  await vacuum(connection, written)
  return findings
}

async function create(connection: Connection, spec: IndexSpec): Promise<void> {
  if (spec.extension) await connection.query(`CREATE EXTENSION IF NOT EXISTS ${quoted(spec.extension)}`)
  await connection.query(createSql(spec))
}

async function drop(connection: Connection, spec: IndexSpec): Promise<void> {
  await connection.query(`DROP INDEX ${quoted(spec.schema)}.${quoted(indexName(spec))}`)
}

/** Takes the index away for a moment. Nothing when no statement is worse off for it. */
async function missed(
  connection: Connection,
  spec: IndexSpec,
  before: Costs,
  after: Costs,
  tables: readonly Table[],
): Promise<Proven | undefined> {
  const table = tables.find(({ name, schema }) => name === spec.table && schema === spec.schema)
  const users = [...after].flatMap(([statement, { raw, run }]) => {
    const was = before.get(statement)
    return was && usedIndexes(raw).has(indexName(spec)) && isGain(was.run, run) ? [statement] : []
  })
  if (!table || users.length === 0) return undefined
  await connection.query('SAVEPOINT missed')
  await drop(connection, spec)
  const without = new Map<WorkloadStatement, Measured>()
  for (const one of users) without.set(one, await measure(connection, one, { within: true }))
  await connection.query('ROLLBACK TO SAVEPOINT missed')
  const needing = users.filter((one) => isGained(without.get(one), after.get(one)))
  return needing.length > 0 ? { spec, table, users: needing, without } : undefined
}

/** A statement that two indexes serve alike misses none of them: it is told with the one that it uses. */
function addOthers(proven: readonly Proven[], before: Costs, after: Costs): void {
  for (const [statement, was] of before) {
    const is = after.get(statement)
    if (!is || !isGain(was.run, is.run) || proven.some(({ users }) => users.includes(statement))) continue
    const used = usedIndexes(is.raw)
    proven.find(({ spec }) => used.has(indexName(spec)))?.users.push(statement)
  }
}

const isGained = (before: Measured | undefined, after: Measured | undefined): boolean =>
  before !== undefined && after !== undefined && isGain(before.run, after.run)

/** Blocks of 100 written rows. */
async function writesOf(connection: Connection, tables: readonly Table[]): Promise<Map<Table, number>> {
  const costs = new Map<Table, number>()
  for (const table of tables) {
    const run = await insertCost(connection, table)
    if (run) costs.set(table, run.buffers)
  }
  return costs
}

function writeNote(
  table: Table,
  few: ReadonlyMap<Table, number>,
  more: ReadonlyMap<Table, number>,
  indexes: number,
): string[] {
  const [before, after] = [few.get(table), more.get(table)]
  if (before === undefined || after === undefined) return []
  const what = indexes === 1 ? 'it' : `the ${indexes} new indexes`
  return [`Writing 100 rows to ${table.name} takes ${before} blocks without and ${after} with ${what}.`]
}

function findingOf(
  { spec, table, users, without }: Proven,
  before: Costs,
  after: Costs,
  models: readonly ModelNames[],
): WorkloadFinding {
  const change = createSql(spec)
  const data = `${table.name}: ${plural(Math.round(table.rows), 'row')}`
  const evidence = users.flatMap((statement): Plans[] => {
    const [was, is] = [before.get(statement), after.get(statement)]
    return was && is
      ? [{ kind: 'plan', sql: statement.sql, data, before: was.run, after: { ...is.run, change } }]
      : []
  })
  const [site] = users.flatMap(({ sites }) => sites)
  const blind = users.every((one) => isBlind(before.get(one), table))
  const figures = evidence.map((plan) => (plan.after ? comparison(plan.before, plan.after) : ''))
  return {
    kind: isForeignKey(spec, table) ? 'missing-foreign-key-index' : 'missing-index',
    ...(site ? { at: site } : {}),
    endpoints: [...new Set(users.flatMap(({ endpoints }) => endpoints))].sort(),
    shapes: users.map(({ shape }) => shape),
    saw: `With ${change}, ${plural(users.length, 'statement')} on ${table.name} cost less: ${figures.join('; ')}.`,
    evidence,
    cure: cureOf(spec, models),
    certainty: blind ? 'likely' : 'proven',
    notes: [
      ...(blind
        ? [
            `No row of ${table.name} matched the parameters: the figures are those of a search that finds nothing.`,
          ]
        : []),
      ...superseded(spec, table).map((name) => `It makes the index ${name} redundant.`),
      ...users.flatMap((statement) =>
        besides(before.get(statement), without.get(statement), after.get(statement)),
      ),
      ...worseWith(spec, before, after),
      ...(spec.extension ? [`It needs the extension ${spec.extension}.`] : []),
    ],
  }
}

/** What the index adds to the others, where they help the statement as well. */
function besides(before?: Measured, without?: Measured, after?: Measured): string[] {
  if (!before || !without || !after || without.run.buffers >= before.run.buffers / 2) return []
  return [
    `The other new indexes alone help one of the statements too; beside them it makes ${comparison(without.run, after.run)}.`,
  ]
}

function worseWith(spec: IndexSpec, before: Costs, after: Costs): string[] {
  return [...before].flatMap(([statement, was]) => {
    const is = after.get(statement)
    if (!is || !usedIndexes(is.raw).has(indexName(spec)) || isNotWorse(was.run, is.run)) return []
    return [`It makes this statement slower, ${comparison(was.run, is.run)}: ${statement.shape}`]
  })
}

const isBlind = (cost: Measured | undefined, table: Table): boolean =>
  cost !== undefined && unmatched(cost.raw).has(table.name)

const isForeignKey = (spec: IndexSpec, table: Table): boolean =>
  table.foreignKeys.some(
    ({ columns }) =>
      columns.length === spec.columns.length && spec.columns.every(({ name }) => columns.includes(name)),
  )

/** Plain indexes whose columns are the first ones of the new index. */
function superseded(spec: IndexSpec, table: Table): string[] {
  if (spec.where !== undefined || spec.method !== undefined) return []
  const plain = table.indexes.filter(
    (index) =>
      !index.unique &&
      !index.bound &&
      index.method === 'btree' &&
      index.predicate === null &&
      index.include.length === 0 &&
      index.columns.length < spec.columns.length,
  )
  const first = plain.filter(({ columns }) =>
    columns.every((column, at) => {
      const its = spec.columns[at]
      return (
        its?.name === column.name &&
        !column.expression &&
        column.descending === (its.descending ?? false) &&
        (column.ops ?? undefined) === its.ops
      )
    }),
  )
  return first.map(({ name }) => name)
}
