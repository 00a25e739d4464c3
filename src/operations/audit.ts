import { z } from 'zod'
import type { Context, Operation } from '../core/operation.ts'
import type { Report } from '../core/report.ts'
import { faults } from '../faults/index.ts'
import type { Project } from '../project/project.ts'
import { sweep } from '../proof/sweep.ts'
import { readBaseline } from './baseline.ts'
import { repair, repairHeadline } from './fix.ts'
import { benchLimits, failedBench, withBench } from './on-bench.ts'
import { coverageOf, faultIds, openProject } from './open.ts'
import { benchInput, benchOptions, proveFindings, select } from './prove.ts'
import { runFaults } from './run-faults.ts'

const input = z.object({
  all: z.boolean().default(false).describe('Also prove findings that are only possible'),
  ...benchInput,
})

export const audit: Operation<z.infer<typeof input>> = {
  name: 'audit',
  summary: 'All of it in one run: what is wrong, proven; repaired in the copy; who can do what; what is slow',
  description:
    'Reviews the project, brings a contained copy up once, proves the findings there, calls every endpoint as everybody, ' +
    'measures the queries, tries the repairs and proves them again. Nothing of the project is changed. ' +
    'With `--html <file>`, the whole report as one page.',
  effects: 'runs',
  input,
  positional: [],
  async run(options, context) {
    const start = performance.now()
    const { project, problems, fatal } = await openProject(context)
    const { baseline } = await readBaseline(context.root, undefined)
    const found = fatal ? { findings: [], problems: [] } : runFaults(project, faults, baseline, faultIds)
    const report: Report = {
      operation: 'audit',
      headline: fatal?.message ?? '',
      findings: select(found.findings, { only: [], all: options.all }),
      problems: [...problems, ...found.problems],
      coverage: coverageOf(project, faults.length),
      changes: [],
      elapsedMs: 0,
    }
    if (!fatal) await auditAll(project, report, options, context)
    return { ...report, elapsedMs: Math.round(performance.now() - start) }
  },
}

async function auditAll(
  project: Project,
  report: Report,
  options: z.infer<typeof input>,
  context: Context,
): Promise<void> {
  try {
    await withBench(project, context, benchOptions(options), async (bench) => {
      await proveFindings(bench, report.findings, report.problems, context)
      context.progress?.('calling every endpoint as everybody')
      const swept = await bench.timed('sweep', () => sweep(bench))
      report.matrix = swept.matrix
      report.problems.push(...swept.problems)
      const { changes } = await repair(bench, report.findings, context)
      report.changes = changes
      report.problems.push(...benchLimits(bench))
      report.phases = bench.phases
    })
    report.headline = repairHeadline(report)
  } catch (error) {
    const problem = failedBench(error)
    report.problems.push(problem)
    report.headline = `Nothing could be proven: ${problem.message}`
  }
}
