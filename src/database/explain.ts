/** Runs a statement and measures it: the plan that Postgres took, on the rows that are there. */
import type { Client, QueryConfig } from 'pg'
import { z } from 'zod'
import type { PlanNode, PlanRun } from '../core/finding.ts'

export interface ExplainOptions {
  /** Measured runs, after one that warms the caches; 5 when not given. */
  runs?: number
  /** Milliseconds for one run, 30,000 when not given. */
  timeout?: number
}

/**
 * Measures a statement with `EXPLAIN (ANALYZE, BUFFERS)`. The parameters go over the wire as the driver of the app sends
 * them, and Postgres infers their types from the statement. Each run is rolled back: a statement that writes leaves
 * nothing behind but used numbers of sequences.
 *
 * @returns the plan and the buffers of the run whose time is the median; times as Postgres counts them
 * @throws what Postgres says of the statement, or that it took longer than `timeout`
 */
export async function explain(
  client: Client,
  sql: string,
  params: readonly unknown[],
  { runs = 5, timeout = 30_000 }: ExplainOptions = {},
): Promise<PlanRun> {
  await once(client, sql, params, timeout)
  const measured: { ms: number; root: RawNode }[] = []
  for (let run = 0; run < Math.max(1, runs); run++) measured.push(await once(client, sql, params, timeout))
  measured.sort((a, b) => a.ms - b.ms)
  const median = measured[Math.floor((measured.length - 1) / 2)]
  const [first, last] = [measured[0], measured.at(-1)]
  if (!median || !first || !last) throw new Error('A measurement without runs.')
  const plan = nodeOf(median.root)
  return {
    plan,
    buffers: plan.buffers,
    ms: { median: median.ms, min: first.ms, max: last.ms, runs: measured.length },
  }
}

const count = z.number().default(0)

/** As `FORMAT JSON` names them. Rows are averages over the loops. */
export const attributes = z.object({
  'Node Type': z.string(),
  'Parallel Aware': z.boolean().optional(),
  'Join Type': z.string().optional(),
  Strategy: z.string().optional(),
  Operation: z.string().optional(),
  'Scan Direction': z.string().optional(),
  'Subplan Name': z.string().optional(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'CTE Name': z.string().optional(),
  'Function Name': z.string().optional(),
  'Actual Rows': count,
  'Actual Loops': count,
  'Rows Removed by Filter': z.number().optional(),
  'Rows Removed by Join Filter': z.number().optional(),
  'Rows Removed by Index Recheck': z.number().optional(),
  'Shared Hit Blocks': count,
  'Shared Read Blocks': count,
  'Index Cond': z.string().optional(),
  'Recheck Cond': z.string().optional(),
  'Hash Cond': z.string().optional(),
  'Merge Cond': z.string().optional(),
  'Join Filter': z.string().optional(),
  Filter: z.string().optional(),
  'Sort Key': z.array(z.string()).optional(),
  'Group Key': z.array(z.string()).optional(),
})

export type RawNode = z.infer<typeof attributes> & { Plans?: RawNode[] | undefined }

const rawNode: z.ZodType<RawNode> = attributes.extend({
  get Plans() {
    return z.array(rawNode).optional()
  },
})

const answer = z.tuple([
  z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: rawNode, 'Execution Time': z.number() })]) }),
])

async function once(
  client: Client,
  sql: string,
  params: readonly unknown[],
  timeout: number,
): Promise<{ ms: number; root: RawNode }> {
  await client.query('BEGIN')
  try {
    await client.query(`SET LOCAL statement_timeout = ${Math.round(timeout)}`)
    // The clock of each node would be a large part of what a fast statement takes.
    const text = `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY ON, FORMAT JSON) ${sql}`
    // The extended protocol takes one statement only, so that the second of two cannot end the transaction.
    const query: QueryConfig & { queryMode: 'extended' } = {
      text,
      values: [...params],
      queryMode: 'extended',
    }
    const { rows } = await client.query(query)
    const [
      {
        'QUERY PLAN': [{ Plan, 'Execution Time': ms }],
      },
    ] = answer.parse(rows)
    return { ms, root: Plan }
  } finally {
    await client.query('ROLLBACK')
  }
}

/** As the report shows it. */
export function nodeOf(raw: RawNode): PlanNode {
  const removed =
    (raw['Rows Removed by Filter'] ?? 0) +
    (raw['Rows Removed by Join Filter'] ?? 0) +
    (raw['Rows Removed by Index Recheck'] ?? 0)
  const relation = raw['Relation Name'] ?? raw['CTE Name'] ?? raw['Function Name']
  const condition = conditionOf(raw)
  return {
    node: nameOf(raw),
    ...(relation === undefined ? {} : { relation }),
    ...(raw['Index Name'] === undefined ? {} : { index: raw['Index Name'] }),
    ...(condition === '' ? {} : { condition }),
    rows: raw['Actual Rows'],
    ...(removed === 0 ? {} : { removed }),
    loops: raw['Actual Loops'],
    buffers: raw['Shared Hit Blocks'] + raw['Shared Read Blocks'],
    children: (raw.Plans ?? []).map(nodeOf),
  }
}

/** As EXPLAIN writes it for people: `Parallel Seq Scan`, `Hash Left Join`, `Index Scan Backward`. */
function nameOf(raw: RawNode): string {
  const type = raw['Node Type']
  const join = raw['Join Type']
  const parallel = raw['Parallel Aware'] ? 'Parallel ' : ''
  const backward = raw['Scan Direction'] === 'Backward' ? ' Backward' : ''
  const subplan = raw['Subplan Name'] === undefined ? '' : ` (${raw['Subplan Name']})`
  if (type === 'ModifyTable') return `${raw.Operation ?? type}${subplan}`
  if (type === 'Aggregate' && raw.Strategy === 'Hashed') return `${parallel}HashAggregate${subplan}`
  if (type === 'Aggregate' && raw.Strategy === 'Sorted') return `${parallel}GroupAggregate${subplan}`
  if (join === undefined || join === 'Inner') return `${parallel}${type}${backward}${subplan}`
  const joined = type.endsWith(' Join') ? `${type.slice(0, -5)} ${join} Join` : `${type} ${join} Join`
  return `${parallel}${joined}${subplan}`
}

function conditionOf(raw: RawNode): string {
  const plain = ['Index Cond', 'Recheck Cond', 'Hash Cond', 'Merge Cond', 'Join Filter', 'Filter'] as const
  const parts = plain.flatMap((key) => (raw[key] === undefined ? [] : [`${key}: ${raw[key]}`]))
  for (const key of ['Sort Key', 'Group Key'] as const) {
    const keys = raw[key]
    if (keys) parts.push(`${key}: ${keys.join(', ')}`)
  }
  return parts.join('; ')
}
