import { z } from 'zod'
import type { Operation } from '../core/operation.ts'
import { faults } from '../faults/index.ts'
import { readBaseline } from './baseline.ts'
import { coverageOf, isActive, openProject, tally } from './open.ts'
import { runFaults } from './run-faults.ts'
import { describe } from './understand.ts'

const input = z.object({})

/** How many findings a check-up shows. */
const worst = 3

export const checkup: Operation<z.infer<typeof input>> = {
  name: 'checkup',
  summary: 'What is this, and what are its three worst faults? (default)',
  description: 'Reads the project and says in one sentence what it is, then shows its three worst findings.',
  effects: 'reads',
  input,
  positional: [],
  async run(_input, context) {
    const start = performance.now()
    const { baseline, problems: baselineProblems } = await readBaseline(context.root, undefined)
    const { project, problems, fatal } = await openProject(context)
    context.progress?.('looking for faults')
    const selected = fatal ? [] : faults
    const run = runFaults(project, selected, baseline)
    const active = run.findings.filter(isActive)
    const rest = active.length > worst ? `; the worst ${worst} are below` : ''
    return {
      operation: 'checkup',
      headline: fatal
        ? fatal.message
        : `${describe(project.map)} Found ${active.length > 0 ? tally(active) : 'nothing likely to be wrong'}${rest}.`,
      findings: active.slice(0, worst),
      problems: [...problems, ...baselineProblems, ...run.problems],
      coverage: coverageOf(project, selected.length),
      elapsedMs: Math.round(performance.now() - start),
    }
  },
}
