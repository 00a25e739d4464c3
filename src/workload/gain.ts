import type { PlanRun } from '../core/finding.ts'

/**
 * An index must pay: each one is written with every row for as long as it exists. Ten times fewer blocks is more than
 * planner, cache and luck account for together.
 */
const MIN_GAIN = 10
/** Three times fewer blocks is enough when the time, which is noisy, says so too. */
const MIN_GAIN_WITH_TIME = 3
/** 100 blocks are 800 kB, which Postgres reads from memory in about a tenth of a millisecond: nobody waits for that. */
export const MIN_SAVED_BLOCKS = 100
/** Of blocks, what counts as the same: descent of another index, a page that was split. */
export const SAME_SHARE = 1.1
export const SAME_BLOCKS = 8

/** Whether a change of the schema is worth it for a statement. */
export function isGain(before: PlanRun, after: PlanRun): boolean {
  const saved = before.buffers - after.buffers
  if (saved < MIN_SAVED_BLOCKS) return false
  const times = before.buffers / Math.max(1, after.buffers)
  if (times >= MIN_GAIN) return true
  return times >= MIN_GAIN_WITH_TIME && before.ms.median >= MIN_GAIN_WITH_TIME * after.ms.median
}

/** Whether a statement does not find its rows in a worse way after a change. */
export const isNotWorse = (before: PlanRun, after: PlanRun): boolean =>
  isNotMore(blocksToFind(before), blocksToFind(after))

/**
 * What a statement reads to find its rows. What it then writes is no matter of one statement: whether a row's new version
 * still fits into its page depends on how often the row was written before.
 */
function blocksToFind({ plan, buffers }: PlanRun): number {
  if (!/^(Insert|Update|Delete|Merge)$/.test(plan.node)) return buffers
  return plan.children.reduce((sum, child) => sum + child.buffers, 0)
}

/** Whether so many blocks are as many as before, or fewer. */
export const isNotMore = (before: number, after: number): boolean =>
  after <= before * SAME_SHARE + SAME_BLOCKS

/** `4,812 → 6 blocks, 31.20 → 0.05 ms`. */
export function comparison(before: PlanRun, after: PlanRun): string {
  const number = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${number(before.buffers)} → ${number(after.buffers)} blocks, ${before.ms.median.toFixed(2)} → ${after.ms.median.toFixed(2)} ms`
}
