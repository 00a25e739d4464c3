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
  let current = costly
  let left = [...specs]
  while (current.size > 0 && left.length > 0) {
    const base = found.chosen.map(({ spec }) => spec)
    const round = await rolledBack(connection, async () => {
      await build(connection, base)
      if (base.length > 0) current = await stillCostly(connection, current)
      const tried: Tried[] = []
      for (const spec of left) {
        signal?.throwIfAborted()
        const concerned = [...current.keys()].filter(({ sql }) => tablesOf(sql).includes(spec.table))
        try {
          if (concerned.length > 0) {
            tried.push({ spec, costs: await tryIndex(connection, spec, concerned, base.length) })
          }
        } catch (error) {
          if (!isDatabaseError(error)) throw error
          found.unbuilt.push(`\`${createSql(spec)}\` cannot be built: ${error.message}`)
        }
      }
      return tried
    })
    const best = choose(current, round)
    if (base.length === 0) found.tried = round
    if (best.length === 0) break
    found.chosen.push(...best)
    left = round.flatMap((one) => (best.includes(one) ? [] : [one.spec]))
  }
  return found
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
