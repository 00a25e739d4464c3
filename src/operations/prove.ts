import { z } from 'zod'
import type { Finding } from '../core/finding.ts'
import type { Context, Operation } from '../core/operation.ts'
import type { Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import type { LiveBench } from '../proof/live-bench.ts'
import { sweep } from '../proof/sweep.ts'
import { benchInput, onFindings, proveFindings } from './on-bench.ts'
import { atInput } from './places.ts'

const input = z.object({
  only: z
    .array(z.string())
    .default([])
    .describe(
      'Only these faults, topics or findings (by id): `authorization`, `input/raw-sql`, `2e9f56c5de`',
    ),
  at: atInput,
  sweep: z
    .boolean()
    .default(false)
    .describe(
      'Also call every endpoint as everybody, about everybody’s rows, and show who can read or change what',
    ),
  failOn: z
    .enum(['error', 'warning', 'info', 'never'])
    .default('warning')
    .describe('Exit with 1 when a proven or likely finding is at least this severe'),
  all: z.boolean().default(false).describe('Also prove findings that are only possible'),
  ...benchInput,
})

export const prove: Operation<z.infer<typeof input>> = {
  name: 'prove',
  summary: 'Is it real? Exploits and measurements on a running copy',
  description:
    'Copies the project, builds and starts the copy against a scratch Postgres with two tenants, and tries each finding ' +
    'there: the legitimate request must work, the attack must reach rows that are not the attacker’s, and its ' +
    'legitimate twin must not. Nothing of the project is changed, no other machine is spoken to.',
  effects: 'runs',
  input,
  positional: [],
  run: (options, context) =>
    onFindings('prove', options, context, async (bench, report) => {
      await proveFindings(bench, report, context)
      if (options.sweep) await sweepAll(bench, report, context)
      return headline(report.findings)
    }),
}

/** Calls every endpoint as everybody, and puts what was seen into the report. */
export async function sweepAll(bench: LiveBench, report: Report, context: Context): Promise<void> {
  context.progress?.('calling every endpoint as everybody')
  const { matrix, problems } = await bench.timed('sweep', () => sweep(bench))
  report.matrix = matrix
  report.problems.push(...problems)
}

function headline(findings: Finding[]): string {
  const of = (verdict: string): number => findings.filter((one) => one.proof?.verdict === verdict).length
  const parts = [
    `${plural(of('proven'), 'finding')} proven`,
    `${of('refuted')} refuted`,
    `${of('inconclusive')} inconclusive`,
  ]
  const untried = findings.filter((one) => !one.proof).length
  return `${parts.join(', ')}${untried > 0 ? `, ${untried} not tried` : ''}.`
}
