import type { Plans } from '../core/finding.ts'
import { plural } from '../core/wording.ts'
import { type Connection, quoted, rolledBack } from './connection.ts'
import type { WorkloadFinding } from './finding.ts'
import { comparison, isGain, isNotWorse } from './gain.ts'
import { createSql, cureOf, type IndexSpec, isCovered, type ModelNames } from './index-spec.ts'
import { type Measured, measure, type SampleStatement } from './plan.ts'
import { tablesOf } from './sql.ts'
import type { WorkloadStatement } from './statements.ts'
import { readTables, type Table, type TableForeignKey, type TableIndex } from './tables.ts'
import { insertCost, usedIndexes, vacuum } from './trial.ts'

/**
 * Foreign keys that no index begins with, where a lookup by the key, which Postgres does for each row of the other table
 * that is deleted, costs ten times fewer blocks with an index. The key that is looked up has the median number of rows.
 * `except` are indexes that are advised anyhow. Tables must be analysed.
 */
export async function foreignKeyIndexes(
  connection: Connection,
  models: readonly ModelNames[],
  except: readonly IndexSpec[] = [],
): Promise<WorkloadFinding[]> {
  const findings: WorkloadFinding[] = []
  for (const table of await readTables(connection)) {
    const seen = new Set<string>()
    for (const key of table.foreignKeys) {
      const spec: IndexSpec = {
        schema: table.schema,
        table: table.name,
        columns: key.columns.map((name) => ({ name })),
      }
      const list = key.columns.join()
      if (seen.has(list) || isLed(table, key, except) || isCovered(spec, table)) continue
      seen.add(list)
      const finding = await rolledBack(connection, () => tryForeignKey(connection, table, key, spec, models))
      if (!finding) continue
      findings.push(finding)
      await vacuum(connection, [table])
    }
  }
  return findings
}

/** Whether an index begins with the columns of the key, in any order. */
function isLed(table: Table, { columns }: TableForeignKey, except: readonly IndexSpec[]): boolean {
  const plain = table.indexes.filter(({ method, predicate }) => method === 'btree' && predicate === null)
  const advised = except.filter((one) => one.table === table.name && !one.where && !one.method)
  return [...plain, ...advised].some((index) =>
    index.columns.slice(0, columns.length).every(({ name }) => columns.includes(name)),
  )
}

async function tryForeignKey(
  connection: Connection,
  table: Table,
  key: TableForeignKey,
  spec: IndexSpec,
  models: readonly ModelNames[],
): Promise<WorkloadFinding | undefined> {
  const lookup = await lookupOf(connection, table, key)
  if (!lookup) return undefined
  const before = await measure(connection, lookup, { within: true })
  await connection.query('SAVEPOINT built')
  await connection.query(createSql(spec))
  const after = await measure(connection, lookup, { within: true })
  if (!isGain(before.run, after.run)) return undefined
  const writesAfter = await insertCost(connection, table)
  await connection.query('ROLLBACK TO SAVEPOINT built')
  const writes = await insertCost(connection, table)
  const plans: Plans = {
    kind: 'plan',
    sql: lookup.sql,
    data: `${table.name}: ${plural(Math.round(table.rows), 'row')}`,
    before: before.run,
    after: { ...after.run, change: createSql(spec) },
  }
  return {
    kind: 'missing-foreign-key-index',
    endpoints: [],
    shapes: [],
    saw: `Each row of ${key.table} that is deleted looks for its rows of ${table.name} by ${key.columns.join(', ')}: ${comparison(before.run, after.run)} with an index.`,
    evidence: [plans],
    cure: cureOf(spec, models),
    certainty: 'proven',
    notes: [
      'No statement of the workload needs it: it is for deletes of the other table and for what was not run.',
      ...writeNote(table.name, writes?.buffers, writesAfter?.buffers),
    ],
  }
}

/** What Postgres asks itself on a delete, for a key of the median number of rows. */
async function lookupOf(
  connection: Connection,
  table: Table,
  { columns }: TableForeignKey,
): Promise<SampleStatement | undefined> {
  const name = `${quoted(table.schema)}.${quoted(table.name)}`
  const list = columns.map(quoted).join(', ')
  const present = columns.map((column) => `${quoted(column)} IS NOT NULL`).join(' AND ')
  const keys = `SELECT ${list}, count(*) AS "rows of key" FROM ${name} WHERE ${present} GROUP BY ${list}`
  const median = `SELECT ${list.replaceAll(/("(?:[^"]|"")+")/g, '$1::text')} FROM (${keys}) k ORDER BY "rows of key", ${list}
    OFFSET (SELECT count(*) / 2 FROM (${keys}) c) LIMIT 1`
  const { rows } = await connection.query(median)
  const [row] = rows
  if (typeof row !== 'object' || row === null) return undefined
  const tests = columns.map((column, at) => `${quoted(column)} = $${at + 1}`).join(' AND ')
  return { sql: `SELECT 1 FROM ONLY ${name} x WHERE ${tests} FOR KEY SHARE OF x`, params: Object.values(row) }
}

/**
 * Indexes whose columns are the first ones of another index of the same kind: dropping one leaves every statement of the
 * workload as it was and makes writes cheaper, both measured. Unique and primary ones, and those that a constraint or
 * CLUSTER needs, are more than a way to rows and are left alone.
 */
export async function redundantIndexes(
  connection: Connection,
  statements: readonly WorkloadStatement[],
  models: readonly ModelNames[],
): Promise<WorkloadFinding[]> {
  const findings: WorkloadFinding[] = []
  for (const table of await readTables(connection)) {
    const gone = new Set<TableIndex>()
    for (const index of table.indexes) {
      const other = table.indexes.find((one) => !gone.has(one) && contains(one, index))
      if (!other) continue
      const finding = await rolledBack(connection, () =>
        tryDrop(connection, table, index, other, statements, models),
      )
      await vacuum(connection, [table])
      if (finding) {
        gone.add(index)
        findings.push(finding)
      }
    }
  }
  return findings
}

/** Whether `index` finds nothing that `other` does not find as well. Of two equal ones, the later by name goes. */
export function contains(other: TableIndex, index: TableIndex): boolean {
  if (other === index || index.unique || index.bound || index.include.length > 0) return false
  if (other.method !== 'btree' || index.method !== 'btree' || other.predicate !== index.predicate)
    return false
  if (other.columns.length < index.columns.length) return false
  const prefix = index.columns.every((column, at) => {
    const its = other.columns[at]
    return its !== undefined && JSON.stringify(its) === JSON.stringify(column)
  })
  const equal = other.columns.length === index.columns.length && !other.unique && other.include.length === 0
  return prefix && (!equal || other.bound || other.name < index.name)
}

async function tryDrop(
  connection: Connection,
  table: Table,
  index: TableIndex,
  other: TableIndex,
  statements: readonly WorkloadStatement[],
  models: readonly ModelNames[],
): Promise<WorkloadFinding | undefined> {
  const concerned = statements.filter(({ sql }) => tablesOf(sql).includes(table.name))
  const costs = async (): Promise<Measured[]> => {
    const list: Measured[] = []
    for (const statement of concerned) list.push(await measure(connection, statement, { within: true }))
    return list
  }
  const drop = `DROP INDEX ${quoted(table.schema)}.${quoted(index.name)}`
  const before = await costs()
  await connection.query('SAVEPOINT dropped')
  await connection.query(drop)
  const after = await costs()
  if (before.some(({ run }, at) => !isNotWorse(run, after[at]?.run ?? run))) return undefined
  const writesAfter = await insertCost(connection, table)
  await connection.query('ROLLBACK TO SAVEPOINT dropped')
  const writes = await insertCost(connection, table)
  if (writes && writesAfter && writesAfter.buffers >= writes.buffers) return undefined
  const users = concerned.flatMap((statement, at): Plans[] => {
    const [was, is] = [before[at], after[at]]
    if (!was || !is || !usedIndexes(was.raw).has(index.name)) return []
    const data = `${table.name}: ${plural(Math.round(table.rows), 'row')}`
    return [{ kind: 'plan', sql: statement.sql, data, before: was.run, after: { ...is.run, change: drop } }]
  })
  const model = models.find((one) => one.table === table.name)
  const fields = index.columns.map(({ name }) => model?.fields.find(({ column }) => column === name)?.name)
  const named = fields.filter((name) => name !== undefined)
  return {
    kind: 'redundant-index',
    endpoints: [],
    shapes: [],
    saw: `Without ${index.name}, ${other.name} serves the same statements${users.length > 0 ? ` (${users.map((plan) => comparison(plan.before, plan.after ?? plan.before)).join('; ')})` : ''}.`,
    evidence: users,
    cure: {
      kind: 'drop-index',
      table: table.name,
      index: index.name,
      ...(model && named.length === fields.length ? { prisma: { model: model.name, fields: named } } : {}),
      sql: `${drop};`,
      concurrently: `${drop.replace('DROP INDEX', 'DROP INDEX CONCURRENTLY')};`,
    },
    certainty: writes && writesAfter ? 'proven' : 'likely',
    notes: [
      `${plural(concerned.length, 'statement')} of the workload on ${table.name} measured without it; ${index.name} holds ${plural(index.blocks, 'block')}.`,
      ...writeNote(table.name, writes?.buffers, writesAfter?.buffers),
    ],
  }
}

function writeNote(table: string, before: number | undefined, after: number | undefined): string[] {
  if (before === undefined || after === undefined) return []
  return [`Writing 100 rows to ${table} takes ${before} blocks before and ${after} after.`]
}
