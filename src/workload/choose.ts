import { isGain, isNotWorse, SAME_BLOCKS, SAME_SHARE } from './gain.ts'
import type { IndexSpec } from './index-spec.ts'
import type { Measured } from './plan.ts'
import type { WorkloadStatement } from './statements.ts'

/** What was measured of one index, alone. */
export interface Tried {
  spec: IndexSpec
  /** Of the statements whose plan uses it. */
  costs: Map<WorkloadStatement, Measured>
}

/**
 * The fewest indexes that serve the workload, best first: each round takes the one that leaves least to read over all
 * statements that it is worth it for; of equals, the simplest. In the end, those that the others make superfluous go.
 */
export function choose(before: ReadonlyMap<WorkloadStatement, Measured>, tried: readonly Tried[]): Tried[] {
  const chosen: Tried[] = []
  let current = new Map(before)
  for (;;) {
    const rated = tried
      .filter((one) => !chosen.includes(one) && served(one, current).length > 0)
      .map((one) => ({ one, left: leftWith(one, current) }))
    const least = Math.min(...rated.map(({ left }) => left))
    const near = least * SAME_SHARE + SAME_BLOCKS * current.size
    const [best] = rated
      .filter(({ left }) => left <= near)
      .sort((a, b) => weight(a.one) - weight(b.one) || a.left - b.left)
    if (!best) break
    chosen.push(best.one)
    current = new Map(
      [...current].map(([statement, cost]) => [statement, cheaper(cost, best.one.costs.get(statement))]),
    )
  }
  return chosen.reduceRight((kept, one) => withoutIfIdle(one, kept, before), chosen)
}

/** Statements for which an index is worth it. */
export function served(one: Tried, current: ReadonlyMap<WorkloadStatement, Measured>): WorkloadStatement[] {
  return [...current].flatMap(([statement, cost]) => {
    const after = one.costs.get(statement)
    return after && isGain(cost.run, after.run) ? [statement] : []
  })
}

function leftWith(one: Tried, current: ReadonlyMap<WorkloadStatement, Measured>): number {
  let left = 0
  for (const [statement, cost] of current) {
    left += statement.calls * cheaper(cost, one.costs.get(statement)).run.buffers
  }
  return left
}

const cheaper = (a: Measured, b: Measured | undefined): Measured =>
  b !== undefined && b.run.buffers < a.run.buffers ? b : a

/** What Prisma can say comes first, then fewer columns, then plain directions. */
function weight({ spec }: Tried): number {
  const special =
    spec.where ?? spec.method ?? spec.extension ?? spec.columns.find((one) => one.expression ?? one.nulls)
  const directed = spec.columns.filter(({ descending, ops }) => descending ?? ops).length
  return (special === undefined ? 0 : 100) + spec.columns.length * 10 + directed
}

function withoutIfIdle(one: Tried, kept: Tried[], before: ReadonlyMap<WorkloadStatement, Measured>): Tried[] {
  const others = kept.filter((other) => other !== one)
  const idle = served(one, before).every((statement) => {
    const own = one.costs.get(statement)
    return own && others.some(({ costs }) => isSame(own, costs.get(statement)))
  })
  return idle ? others : kept
}

const isSame = (own: Measured, other: Measured | undefined): boolean =>
  other !== undefined && isNotWorse(own.run, other.run)
