/** The same requests before and after changes of the schema, on the same rows. */
import { plural, thousands } from '../core/wording.ts'
import { type ComparedRequest, compareRuns, type Run } from '../workload/compare-runs.ts'
import { type Connection, isDatabaseError } from '../workload/connection.ts'
import { isNotMore } from '../workload/gain.ts'
import { measure } from '../workload/plan.ts'
import { tablesOf } from '../workload/sql.ts'
import { type Driven, labelOf, recorded, requestId } from './drive.ts'
import type { SchemaChange } from './index-change.ts'
import type { LiveBench } from './live-bench.ts'

/** Sends them all, one after the other. */
export async function replay(bench: LiveBench, reads: readonly Driven[]): Promise<Driven[]> {
  const sent: Driven[] = []
  for (const one of reads) sent.push({ ...one, seen: await bench.ask(one.seen.call, one.seen.actor) })
  return sent
}

/** Tells the request in every run. */
const keyOf = (one: Driven): string => `${labelOf(one)} as ${one.seen.actor.name}`

/** All requests, sent once, and the blocks that their statements read then. */
interface Sent {
  sent: Driven[]
  buffers: Map<string, number>
}

function runOf({ sent, buffers }: Sent): Run {
  const { workload } = recorded(sent)
  const answers = sent.map((one, at) => {
    const { response, ms } = one.seen
    const blocks = buffers.get(keyOf(one))
    return {
      key: keyOf(one),
      id: requestId(at),
      status: response.status,
      body: comparable(response.body, response.headers['content-type'] ?? ''),
      ms,
      ...(blocks === undefined ? {} : { buffers: blocks }),
    }
  })
  return { answers, workload }
}

/** Of a page, the texts that a reader sees: scripts carry what Next.js makes anew for each answer. */
function comparable(body: string, type: string): string {
  if (!type.includes('text/html')) return body
  const seen = body.replace(/<(script|style|template)\b[\s\S]*?<\/\1>|<!--[\s\S]*?-->/g, '')
  return JSON.stringify(seen.split(/<[^>]*>/).filter((text) => text.trim() !== ''))
}

/** Blocks that the statements of each request read now. */
async function buffersOf(client: Connection, sent: readonly Driven[]): Promise<Map<string, number>> {
  const known = new Map<string, number>()
  const cost = async (sql: string, params: unknown[]): Promise<number> => {
    const key = JSON.stringify([sql, params])
    const before = known.get(key)
    if (before !== undefined) return before
    const { run } = await measure(client, { sql, params }, { runs: 1 })
    known.set(key, run.buffers)
    return run.buffers
  }
  const sums = new Map<string, number>()
  for (const one of sent) {
    let sum = 0
    try {
      for (const { sql, params } of one.seen.statements)
        if (tablesOf(sql).length > 0) sum += await cost(sql, params)
      sums.set(keyOf(one), sum)
    } catch (error) {
      // A statement that cannot be explained leaves the request without its blocks.
      if (!isDatabaseError(error)) throw error
    }
  }
  return sums
}

/** What became of one change when all were made at once. */
export interface Tried {
  holds: boolean
  /** In one sentence. */
  why: string
}

const ROUNDS = 3

/**
 * Makes all changes in the database and takes them back, several times, and sends the requests in between: answers must be
 * equal, and no request of a changed table may read more. The changes are not there afterwards.
 */
export async function tryChanges(
  bench: LiveBench,
  reads: readonly Driven[],
  changes: readonly (SchemaChange & { endpoints: readonly string[] })[],
): Promise<Tried[]> {
  const { client } = bench.parts
  const before: Sent[] = []
  const after: Sent[] = []
  const round = async (): Promise<Sent> => {
    const sent = await replay(bench, reads)
    return { sent, buffers: await buffersOf(client, sent) }
  }
  while (after.length < ROUNDS) {
    before.push(await round())
    for (const { sql } of changes) await client.query(sql)
    after.push(await round())
    for (const { undo } of changes.toReversed()) await client.query(undo)
  }
  const compared = compareRuns(before.map(runOf), after.map(runOf))
  const first = before[0]?.sent ?? []
  return changes.map(({ table, endpoints }) => {
    const gains = new Set(first.filter((one) => endpoints.includes(labelOf(one))).map(keyOf))
    const concerned = new Set(
      first.filter(({ seen }) => seen.statements.some(({ sql }) => tablesOf(sql).includes(table))).map(keyOf),
    )
    return verdict(
      table,
      compared.requests.filter(({ key }) => concerned.has(key)),
      gains,
    )
  })
}

function verdict(table: string, requests: readonly ComparedRequest[], gains: ReadonlySet<string>): Tried {
  const different = requests.find(({ verdict: one }) => one === 'different' || one === 'unknown')
  if (different)
    return { holds: false, why: `${different.key} is not known to answer the same: ${different.why ?? ''}` }
  const worse = requests.find(
    ({ before, after }) =>
      before.buffers && after.buffers && !isNotMore(before.buffers.median, after.buffers.median),
  )
  if (worse)
    return {
      holds: false,
      why: `${worse.key} reads more with it: ${thousands(worse.before.buffers?.median ?? 0)} → ${thousands(worse.after.buffers?.median ?? 0)} blocks.`,
    }
  if (requests.length === 0) return { holds: true, why: `No request that was sent reads ${table}.` }
  const many =
    requests.length === 1 ? 'The request that reads' : `All ${plural(requests.length, 'request')} that read`
  const answers = requests.length === 1 ? 'answers' : 'answer'
  return {
    holds: true,
    why: `${many} ${table} ${answers} the same with it, and none reads more.${best(requests.filter(({ key }) => gains.has(key)))}`,
  }
}

/** The request that gained most, in figures. */
function best(requests: readonly ComparedRequest[]): string {
  const saved = ({ before, after }: ComparedRequest): number =>
    (before.buffers?.median ?? 0) - (after.buffers?.median ?? 0)
  const [most] = [...requests].sort((a, b) => saved(b) - saved(a))
  if (!most?.before.buffers || !most.after.buffers || saved(most) < 100) return ''
  const { before, after } = most
  const time = ({ ms }: ComparedRequest['before']): string =>
    `${ms.median.toFixed(0)} ms (${ms.min.toFixed(0)} to ${ms.max.toFixed(0)})`
  return ` ${most.key}: ${thousands(most.before.buffers.median)} → ${thousands(most.after.buffers.median)} blocks, whole request ${time(before)} → ${time(after)}, ${ROUNDS} runs of each in turn.`
}
