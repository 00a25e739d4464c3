import { z } from 'zod'
import type { PlanRun } from '../core/finding.ts'
import { attributes, nodeOf } from '../database/explain.ts'
import { type Connection, rolledBack } from './connection.ts'

/** A statement of the workload, with parameters that were really sent. */
export interface SampleStatement {
  sql: string
  params: unknown[]
}

const named = attributes.extend({
  Schema: z.string().optional(),
  Alias: z.string().optional(),
})

/** A node as EXPLAIN (VERBOSE) prints it: the conditions are text, with columns named by alias. */
export type RawPlan = z.infer<typeof named> & { Plans?: RawPlan[] | undefined }

const rawPlan: z.ZodType<RawPlan> = named.extend({
  get Plans() {
    return z.array(rawPlan).optional()
  },
})

const explained = z.object({ Plan: rawPlan, 'Execution Time': z.number().default(0) })
const answer = z.tuple([z.object({ 'QUERY PLAN': z.tuple([explained]) })])

export interface Measured {
  raw: RawPlan
  run: PlanRun
}

/** The plan in the rows that EXPLAIN (FORMAT JSON) answers; counters are 0 where it did not run. */
export function readPlan(rows: unknown[]): { plan: RawPlan; ms: number } {
  const [first] = answer.parse(rows)[0]['QUERY PLAN']
  return { plan: first.Plan, ms: first['Execution Time'] }
}

/** How often a statement runs to know its time: three tell an outlier from the rest. */
const RUNS = 3
/** A statement that takes longer runs once: its buffers are exact anyhow, and its time is no matter of the cache alone. */
const SLOW_MS = 300
/** A statement that writes more rows runs once: rows that were rolled back stay in the table as dead ones. */
const MANY_WRITTEN = 1000

/**
 * Runs a statement under EXPLAIN (ANALYZE, BUFFERS, VERBOSE) in a transaction that is rolled back, once to warm the cache
 * and the catalogue and then up to three times. Give `within: true` when a transaction is open already.
 *
 * Buffers are blocks of 8 kB hit or read; times are Postgres's own, in milliseconds.
 */
export async function measure(
  connection: Connection,
  { sql, params }: SampleStatement,
  options: { within?: boolean; runs?: number } = {},
): Promise<Measured> {
  const explain = `EXPLAIN (ANALYZE, BUFFERS, VERBOSE, TIMING OFF, FORMAT JSON) ${sql}`
  const once = async (): Promise<{ plan: RawPlan; ms: number }> => {
    await connection.query('SAVEPOINT measured')
    const { rows } = await connection.query(explain, params)
    await connection.query('ROLLBACK TO SAVEPOINT measured')
    return readPlan(rows)
  }
  const all = async (): Promise<Measured> => {
    const warm = await once()
    if (warm.ms > SLOW_MS || writtenRows(warm.plan) > MANY_WRITTEN) {
      return { raw: warm.plan, run: runOf(warm.plan, [warm.ms]) }
    }
    const runs = options.runs ?? RUNS
    const measured: { plan: RawPlan; ms: number }[] = []
    while (measured.length < runs) measured.push(await once())
    // The first run also reads the catalogue and sets hint bits; the one with fewest blocks is the statement alone.
    const best = measured.reduce((a, b) => (blocks(b.plan) < blocks(a.plan) ? b : a), measured[0] ?? warm)
    return {
      raw: best.plan,
      run: runOf(
        best.plan,
        measured.map(({ ms }) => ms),
      ),
    }
  }
  return options.within ? all() : rolledBack(connection, all)
}

/** Whether it writes so much that an index on its WHERE would be lost in the cost of the writes. */
export const writesMuch = ({ raw }: Measured): boolean => writtenRows(raw) > MANY_WRITTEN

const writtenRows = (raw: RawPlan): number =>
  raw['Node Type'] === 'ModifyTable' ? (raw.Plans?.[0]?.['Actual Rows'] ?? 0) : 0

function runOf(raw: RawPlan, times: number[]): PlanRun {
  const sorted = [...times].sort((a, b) => a - b)
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  const plan = nodeOf(raw)
  return {
    plan,
    buffers: plan.buffers,
    ms: { median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, runs: sorted.length },
  }
}

const blocks = (raw: RawPlan): number => raw['Shared Hit Blocks'] + raw['Shared Read Blocks']

/** The node and all below it, parents first. */
export function* nodesOf(raw: RawPlan): Iterable<RawPlan> {
  yield raw
  for (const child of raw.Plans ?? []) yield* nodesOf(child)
}

/**
 * Tables of which the statement found no row, as it ran. What it cost then says little of other parameters: any index on any
 * of its columns finds nothing as fast.
 */
export function unmatched(raw: RawPlan): Set<string> {
  const rows = new Map<string, number>()
  for (const node of nodesOf(raw)) {
    const name = node['Relation Name']
    if (name === undefined || node['Node Type'] === 'ModifyTable') continue
    rows.set(name, (rows.get(name) ?? 0) + node['Actual Rows'] * node['Actual Loops'])
  }
  return new Set([...rows].flatMap(([name, count]) => (count === 0 ? name : [])))
}
