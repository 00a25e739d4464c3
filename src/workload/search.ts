import { plural } from '../core/wording.ts'
import { choose, type Tried } from './choose.ts'
import { type Connection, isDatabaseError, rolledBack } from './connection.ts'
import { MIN_SAVED_BLOCKS } from './gain.ts'
import { createSql, type IndexSpec } from './index-spec.ts'
import { type Measured, measure } from './plan.ts'
import type { WorkloadStatement } from './statements.ts'
import { build, tryIndex } from './trial.ts'

interface Found {
  /** Best first. */
  chosen: Tried[]
  tried: Tried[]
  /** Indexes that Postgres refused or that there was no time for, in words. */
  problems: string[]
}

/** An index and the statements that it was thought of for, or that it may serve as well. */
export interface Candidate {
  spec: IndexSpec
  for: Set<WorkloadStatement>
}

interface SearchLimits {
  /** In the time of `performance.now()`. */
  deadline: number
  signal?: AbortSignal
}

/**
 * Tries indexes in rounds: what a second index is worth is known only when the first one is there, as in a join whose other
 * table was the greater part of the cost. Ends when a round yields none, or when the time is over. Give the statements that
 * cost most first.
 */
export async function search(
  connection: Connection,
  candidates: readonly Candidate[],
  costly: ReadonlyMap<WorkloadStatement, Measured>,
  limits: SearchLimits,
): Promise<Found> {
  const found: Found = { chosen: [], tried: [], problems: [] }
  await rolledBack(connection, async () => {
    let current = costly
    let left = [...candidates]
    while (current.size > 0 && left.length > 0) {
      const round = await tryAll(connection, left, current, found, limits)
      if (found.chosen.length === 0) found.tried = round
      const best = choose(current, round)
      if (best.length === 0) return
      await build(
        connection,
        best.map(({ spec }) => spec),
        found.chosen.length,
      )
      found.chosen.push(...best)
      left = left.filter(({ spec }) => round.some((one) => one.spec === spec && !best.includes(one)))
      current = await stillCostly(connection, current)
    }
  })
  return found
}

async function tryAll(
  connection: Connection,
  candidates: readonly Candidate[],
  current: ReadonlyMap<WorkloadStatement, Measured>,
  found: Found,
  { deadline, signal }: SearchLimits,
): Promise<Tried[]> {
  const tried: Tried[] = []
  for (const [at, { spec, for: statements }] of candidates.entries()) {
    signal?.throwIfAborted()
    if (performance.now() > deadline) {
      found.problems.push(
        `There was no time to try ${plural(candidates.length - at, 'more index', 'more indexes')}.`,
      )
      break
    }
    const concerned = [...current.keys()].filter((statement) => statements.has(statement))
    if (concerned.length === 0) continue
    try {
      tried.push({ spec, costs: await tryIndex(connection, spec, concerned, found.chosen.length) })
    } catch (error) {
      if (!isDatabaseError(error)) throw error
      found.problems.push(`\`${createSql(spec)}\` cannot be built: ${error.message}`)
    }
  }
  return tried
}

async function stillCostly(
  connection: Connection,
  statements: ReadonlyMap<WorkloadStatement, Measured>,
): Promise<Map<WorkloadStatement, Measured>> {
  const costs = new Map<WorkloadStatement, Measured>()
  for (const statement of statements.keys()) {
    const cost = await measure(connection, statement, { within: true })
    if (cost.run.buffers >= MIN_SAVED_BLOCKS) costs.set(statement, cost)
  }
  return costs
}
