/** What is slow in a running application, measured: first at two sizes of its lists, then at the size of production. */
import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Context } from '../core/operation.ts'
import { plural, thousands } from '../core/wording.ts'
import type { TracedStatement } from '../core/workload.ts'
import { type Advice, adviseIndexes } from '../workload/advise-indexes.ts'
import type { WorkloadFinding } from '../workload/finding.ts'
import { MIN_SAVED_BLOCKS } from '../workload/gain.ts'
import { foreignKeyIndexes, redundantIndexes } from '../workload/index-checks.ts'
import { repeatedByRow } from '../workload/n-plus-one.ts'
import { repeatedQueries } from '../workload/repeated-query.ts'
import { tablesOf } from '../workload/sql.ts'
import { statementsOf, type WorkloadStatement } from '../workload/statements.ts'
import { unboundedReads } from '../workload/unbounded.ts'
import { unreadColumns } from '../workload/unread-columns.ts'
import { type Drive, type Driven, drive, type Recorded, recorded } from './drive.ts'
import { type SchemaChange, type SchemaPlace, schemaChange } from './index-change.ts'
import type { LiveBench } from './live-bench.ts'
import { replay, tryChanges } from './replay.ts'
import { forgetScale, growToScale, parentsFirst } from './scale.ts'
import { schemaSource } from './schema-source.ts'

export interface SpeedOptions {
  /** Rows of each table that the requests read. */
  rows: number
  /** Only endpoints whose id holds one of these; all when empty. */
  only: readonly string[]
  /** Milliseconds for trying indexes. */
  budget: number
}

/** A cure and what became of it. */
export interface TriedCure {
  finding: WorkloadFinding
  /** Absent where it is for a person to make. */
  change?: SchemaChange
  holds: boolean
  why: string
}

/** Measured on parameters that match no row: what it saves for others is not known. */
export const isBlind = ({ kind, certainty }: WorkloadFinding): boolean =>
  kind !== 'redundant-index' && certainty === 'likely'

export interface Speed {
  drive: Drive
  /** Of the two sizes: what grows with the rows, is asked twice, or is read and not sent. */
  grown: WorkloadFinding[]
  /** Of the size of production: indexes. */
  indexes: WorkloadFinding[]
  cures: TriedCure[]
  /** Distinct statements that were measured. */
  statements: number
  /** Statements that read much, and that no index made cheaper. */
  uncured: { statement: WorkloadStatement; buffers: number; rows: number }[]
  rejected: Advice['rejected']
  /** Rows of the largest table. */
  scale: number
  problems: string[]
}

/** Rows that each list gets in the large run: more than a row or two, less than most pages hold. */
const MORE = 40
/** Tables that are grown to full size; of more, those that most statements touch. */
const MAX_TABLES = 16

export async function measureSpeed(
  bench: LiveBench,
  options: SpeedOptions,
  context: Context,
): Promise<Speed> {
  const progress = context.progress ? { progress: context.progress } : {}
  const signal = context.signal ? { signal: context.signal } : {}
  const phase = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    context.progress?.(name)
    const began = performance.now()
    try {
      return await work()
    } finally {
      bench.phases.push({ name, ms: Math.round(performance.now() - began) })
    }
  }
  const driven = await phase('calling every endpoint', () =>
    drive(bench, { only: options.only, ...progress, ...signal }),
  )
  const grown = await phase('calling them with longer lists', () => withLongerLists(bench, driven.driven))

  const reads = driven.driven.filter((one) => one.reads)
  const touched = byUse(driven.driven)
  const problems =
    touched.length > MAX_TABLES
      ? [`Not grown, as few statements touch them: ${touched.slice(MAX_TABLES).join(', ')}.`]
      : []
  const scaled = await phase(`growing tables to ${thousands(options.rows)} rows`, () =>
    growToScale(bench, { tables: touched.slice(0, MAX_TABLES), rows: options.rows, ...progress, ...signal }),
  )
  problems.push(...scaled.problems)
  try {
    const large = await phase('calling them at full size', () => replay(bench, reads))
    const broken = large.filter(({ seen }) => !seen.ok)
    problems.push(
      ...broken.map(({ endpoint, seen }) => `${endpoint.id} answered ${seen.response.status} at full size.`),
    )
    const working = reads.filter((_, at) => large[at]?.seen.ok)
    // What was sent once rows were removed finds those rows again at full size, and cannot be repeated.
    const { workload } = recorded([...large, ...driven.driven.filter((one) => !one.isolated)])
    const statements = statementsOf({ ...workload, statements: workload.statements.filter(isWhole) })
    const { client } = bench.parts
    const models = bench.dataModel.models
    const advice = await phase('trying indexes', () =>
      adviseIndexes(client, statements, { models, budget: options.budget, ...signal }),
    )
    problems.push(...advice.problems)
    const checks = await phase('checking the indexes that are there', async () => [
      ...(await foreignKeyIndexes(client, models, advice.indexes)),
      ...(await redundantIndexes(client, statements, models)),
    ])
    const indexes = [...advice.findings, ...checks]
    const cures = await phase('trying the changes', () => tryCures(bench, working, indexes))
    return {
      drive: driven,
      grown,
      indexes,
      cures,
      statements: advice.measured.length,
      uncured: uncured(advice),
      rejected: advice.rejected,
      scale: Math.max(0, ...Object.values(scaled.rows)),
      problems,
    }
  } finally {
    await bench.reset()
    forgetScale(bench)
  }
}

async function withLongerLists(bench: LiveBench, driven: readonly Driven[]): Promise<WorkloadFinding[]> {
  const { world, dataModel } = bench
  const tables = parentsFirst(
    bench,
    byUse(driven).filter((table) =>
      dataModel.models.some((one) => one.table === table && one.role !== 'tenant'),
    ),
  )
  const own = (table: string): number =>
    world.rows.filter((row) => row.table === table && row.party === 'a').length
  const few = Math.max(1, ...tables.map(own))
  const grow = async (): Promise<void> => {
    await bench.reset()
    await bench.grow(tables, 'a', MORE)
  }
  try {
    await grow()
    const [reads, writes] = [
      driven.filter((one) => one.reads),
      driven.filter((one) => !one.reads && !one.isolated),
    ]
    const again = await replay(bench, reads)
    const large: Recorded = recorded(again)
    const unread = await unreadColumns(bench.parts.client, large.workload, large.bodies, dataModel.models)
    for (const one of writes) {
      again.push({ ...one, seen: await bench.ask(one.seen.call, one.seen.actor) })
      await grow()
    }
    const before = { ...recorded([...reads, ...writes]), rows: few }
    const after = { ...recorded(again), rows: few + MORE }
    return [
      ...repeatedByRow(before, after),
      ...unboundedReads(before, after),
      // Behind an action its page is rendered, in the same request: that asks for the same rows, for good reason.
      ...repeatedQueries(recorded(again.filter(({ endpoint }) => endpoint.kind !== 'action')).workload),
      ...unread,
    ]
  } finally {
    await bench.reset()
  }
}

/** The capture keeps the first hundred parameters: without the others, a statement cannot be repeated. */
function isWhole({ sql, params }: TracedStatement): boolean {
  const last = Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
  return params.length >= last
}

/** Tables of the statements, those of most requests first. */
function byUse(driven: readonly Driven[]): string[] {
  const uses = new Map<string, number>()
  for (const { seen } of driven)
    for (const table of new Set(seen.statements.flatMap(({ sql }) => tablesOf(sql))))
      uses.set(table, (uses.get(table) ?? 0) + 1)
  return [...uses].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([table]) => table)
}

/** What reads many more blocks than it returns rows, and that no chosen index serves. */
function uncured({ measured, findings }: Advice): Speed['uncured'] {
  const cured = new Set(findings.flatMap(({ shapes }) => shapes))
  return measured
    .flatMap(({ statement, before }) => {
      const { buffers, plan } = before.run
      const slow = buffers >= MIN_SAVED_BLOCKS && buffers > 10 * plan.rows && !cured.has(statement.shape)
      return slow ? [{ statement, buffers, rows: plan.rows }] : []
    })
    .sort((a, b) => b.buffers - a.buffers)
}

async function tryCures(
  bench: LiveBench,
  reads: readonly Driven[],
  findings: readonly WorkloadFinding[],
): Promise<TriedCure[]> {
  const place = await placeOf(bench)
  const cures: TriedCure[] = []
  const made: { finding: WorkloadFinding; change: SchemaChange }[] = []
  for (const finding of findings) {
    if (!finding.cure) continue
    const change = await schemaChange(place, finding.cure, made.length)
    if ('needs' in change) cures.push({ finding, holds: false, why: `Not tried: ${change.needs}.` })
    else made.push({ finding, change })
  }
  if (made.length === 0) return cures
  const tried = await tryChanges(
    bench,
    reads,
    made.map(({ change, finding }) => ({ ...change, endpoints: finding.endpoints })),
  )
  for (const [at, one] of made.entries()) {
    const { holds, why } = tried[at] ?? { holds: false, why: 'It was not tried.' }
    cures.push({ ...one, holds, why })
  }
  return cures
}

async function placeOf({ project, dataModel }: LiveBench): Promise<SchemaPlace> {
  const source = await schemaSource(project, dataModel)
  const folders = dataModel.files.flatMap((file) => [dirname(file), dirname(dirname(file))])
  const folder = folders.map((one) => join(project.root, one, 'migrations')).find((one) => existsSync(one))
  const kept = folder !== undefined && source.migrations !== undefined
  return {
    dataModel,
    source,
    ...(kept ? { migrations: relative(project.root, folder).split(sep).join('/') } : {}),
  }
}

/** `GET /api/x, GET /api/y and 3 more`. */
export function listed(names: readonly string[], most: number): string {
  const rest = names.length - most
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${plural(rest, 'other')}` : names.join(', ')
}
