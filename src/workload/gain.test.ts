import { expect, it } from 'vitest'
import type { PlanNode, PlanRun } from '../core/finding.ts'
import { isNotWorse } from './gain.ts'

const node = (name: string, buffers: number, children: PlanNode[] = []): PlanNode => ({
  node: name,
  rows: 1,
  loops: 1,
  buffers,
  children,
})
const run = (plan: PlanNode): PlanRun => ({
  plan,
  buffers: plan.buffers,
  ms: { median: 1, min: 1, max: 1, runs: 3 },
})

it('a write is as good as the way to its rows, whatever page its new versions came to', () => {
  const update = (all: number, found: number): PlanRun =>
    run(node('Update', all, [node('Index Scan', found)]))
  expect(isNotWorse(update(7, 4), update(24, 4))).toBe(true)
  expect(isNotWorse(update(7, 4), update(24, 20))).toBe(false)
})

it('a read is as good as all that it reads', () => {
  expect(isNotWorse(run(node('Seq Scan', 100)), run(node('Seq Scan', 118)))).toBe(true)
  expect(isNotWorse(run(node('Seq Scan', 100)), run(node('Seq Scan', 119)))).toBe(false)
})
