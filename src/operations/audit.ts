import { z } from 'zod'
import type { Operation } from '../core/operation.ts'
import { repair, repairHeadline } from './fix.ts'
import { benchInput, onFindings, proveFindings } from './on-bench.ts'
import { sweepAll } from './prove.ts'

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
  run: (options, context) =>
    onFindings('audit', { ...options, only: [], sweep: true }, context, async (bench, report) => {
      await proveFindings(bench, report, context)
      await sweepAll(bench, report, context)
      report.changes = (await repair(bench, report.findings, context)).changes
      return repairHeadline(report)
    }),
}
