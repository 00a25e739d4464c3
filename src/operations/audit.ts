import { z } from 'zod'
import type { Operation } from '../core/operation.ts'
import { repair, repairHeadline } from './fix.ts'
import { benchInput, onFindings, proveFindings } from './on-bench.ts'
import { measureInto } from './optimize.ts'
import { sweepAll } from './prove.ts'

const input = z.object({
  all: z.boolean().default(false).describe('Also prove findings that are only possible'),
  rows: z.coerce
    .number()
    .int()
    .min(100)
    .max(5_000_000)
    .default(100_000)
    .describe('Rows of each table that the requests read, for measuring queries'),
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
      const speed = await measureInto(bench, report, { rows: options.rows, only: [], minutes: 1 }, context)
      const security = report.findings.filter(({ proof }) => proof !== undefined)
      const { changes } = await repair(bench, security, context)
      const slow = report.changes ?? []
      report.changes = changes
      const repaired = repairHeadline(report)
      report.changes = [...changes, ...slow]
      return `${repaired} ${speed}`
    }),
}
