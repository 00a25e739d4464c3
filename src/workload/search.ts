import { choose, type Tried } from './choose.ts'
import { type Connection, isDatabaseError, rolledBack } from './connection.ts'
import { MIN_SAVED_BLOCKS } from './gain.ts'
import { createSql, type IndexSpec } from './index-spec.ts'
import { type Measured, measure } from './plan.ts'
import { tablesOf } from './sql.ts'
import type { WorkloadStatement } from './statements.ts'
import { build, tryIndex } from './trial.ts'

interface Found {
  /** Best first. */
  chosen: Tried[]
  tried: Tried[]
  /** Indexes that Postgres refused, in words. */
  unbuilt: string[]
}

/**
 * Tries indexes in rounds: what a second index is worth is known only when the first one is there, as in a join whose other
 * table was the greater part of the cost. Ends when a round yields none.
 */
export async function search(
  connection: Connection,
  specs: readonly IndexSpec[],
  costly: ReadonlyMap<WorkloadStatement, Measured>,
  signal?: AbortSignal,
): Promise<Found> {
  const found: Found = { chosen: [], tried: [], unbuilt: [] }
  await rolledBack(connection, async () => {
    let current = costly
    let left = [...specs]
    while (current.size > 0 && left.length > 0) {
      const round = await tryAll(connection, left, current, found, signal)
      if (found.chosen.length === 0) found.tried = round
      const best = choose(current, round)
      if (best.length === 0) return
      await build(
        connection,
        best.map(({ spec }) => spec),
        found.chosen.length,
      )
      found.chosen.push(...best)
      left = round.flatMap((one) => (best.includes(one) ? [] : [one.spec]))
      current = await stillCostly(connection, current)
    }
  })
  return found
}

async function tryAll(
  connection: Connection,
  specs: readonly IndexSpec[],
  current: ReadonlyMap<WorkloadStatement, Measured>,
  found: Found,
  signal?: AbortSignal,
): Promise<Tried[]> {
  const tried: Tried[] = []
  for (const spec of specs) {
    signal?.throwIfAborted()
    const concerned = [...current.keys()].filter(({ sql }) => tablesOf(sql).includes(spec.table))
    if (concerned.length === 0) continue
    try {
      tried.push({ spec, costs: await tryIndex(connection, spec, concerned, found.chosen.length) })
    } catch (error) {
      if (!isDatabaseError(error)) throw error
      found.unbuilt.push(`\`${createSql(spec)}\` cannot be built: ${error.message}`)
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
