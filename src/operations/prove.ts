import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Finding } from '../core/finding.ts'
import type { Context, Operation } from '../core/operation.ts'
import type { Problem, Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { faults } from '../faults/index.ts'
import { proverOf } from '../faults/provers.ts'
import type { Project } from '../project/project.ts'
import type { LiveBench } from '../proof/live-bench.ts'
import type { BenchOptions } from '../proof/open.ts'
import { proofTest } from '../proof/proof-test.ts'
import { sweep } from '../proof/sweep.ts'
import { readBaseline } from './baseline.ts'
import { benchLimits, failedBench, withBench } from './on-bench.ts'
import { coverageOf, faultIds, openProject } from './open.ts'
import { isSelected, runFaults } from './run-faults.ts'

export const benchInput = {
  app: z
    .string()
    .optional()
    .describe('Folder of the Next.js application, where the project has several: `apps/web`'),
  databaseUrl: z
    .string()
    .optional()
    .describe(
      'A scratch Postgres server to use instead of the embedded one; databases are made and dropped in it',
    ),
  dev: z.boolean().default(false).describe('Run `next dev` instead of a build: sooner up, slower to answer'),
  seed: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe(
      'Number that the rows of the scratch database are made from; the same number gives the same rows',
    ),
}

const input = z.object({
  only: z
    .array(z.string())
    .default([])
    .describe(
      'Only these faults, topics or findings (by id): `authorization`, `input/raw-sql`, `2e9f56c5de`',
    ),
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
  async run(options, context) {
    const start = performance.now()
    const { project, problems, fatal } = await openProject(context)
    const { baseline } = await readBaseline(context.root, undefined)
    const found = fatal ? { findings: [], problems: [] } : runFaults(project, faults, baseline, faultIds)
    const wanted = select(found.findings, options)
    const report: Report = {
      operation: 'prove',
      headline: fatal?.message ?? '',
      findings: wanted,
      problems: [...problems, ...found.problems],
      coverage: coverageOf(project, faults.length),
      elapsedMs: 0,
    }
    if (!fatal) await proveAll(project, report, options, context)
    return { ...report, elapsedMs: Math.round(performance.now() - start) }
  },
}

/** Settings of the bench from those of an operation. */
export function benchOptions(options: {
  app?: string | undefined
  databaseUrl?: string | undefined
  dev: boolean
  seed?: number | undefined
}): BenchOptions {
  return {
    seed: options.seed ?? randomInt(2 ** 31),
    mode: options.dev ? 'dev' : 'build',
    ...(options.app === undefined ? {} : { app: options.app }),
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
  }
}

export function select(findings: Finding[], { only, all }: { only: string[]; all: boolean }): Finding[] {
  const named = findings.filter((one) => only.includes(one.id))
  const topics = only.filter((name) => !findings.some((one) => one.id === name))
  for (const name of topics)
    if (!faultIds.some((id) => isSelected([name], id)))
      throw new UserError(
        `There is no fault, no topic and no finding "${name}".`,
        'Run `backend-engineer review` for the ids of findings.',
      )
  const rest = findings.filter(
    (one) =>
      !one.suppressed &&
      (all || one.certainty === 'likely') &&
      (only.length === 0 || (topics.length > 0 && isSelected(topics, one.fault))),
  )
  return [...new Set([...named, ...rest])]
}

async function proveAll(
  project: Project,
  report: Report,
  options: z.infer<typeof input>,
  context: Context,
): Promise<void> {
  if (report.findings.length === 0 && !options.sweep) {
    report.headline = 'Nothing was found that could be proven.'
    return
  }
  try {
    await withBench(project, context, benchOptions(options), async (bench) => {
      await proveFindings(bench, report.findings, report.problems, context)
      if (options.sweep) {
        context.progress?.('calling every endpoint as everybody')
        const swept = await sweep(bench)
        report.matrix = swept.matrix
        report.problems.push(...swept.problems)
      }
      context.signal?.throwIfAborted()
      report.problems.push(...benchLimits(bench))
      report.phases = bench.phases
    })
    report.headline = headline(report.findings)
  } catch (error) {
    const problem = failedBench(error)
    report.problems.push(problem)
    report.headline = `Nothing could be proven: ${problem.message}`
  }
}

/** Proves each finding in place. One that crashes its prover becomes a problem, and the rest goes on. */
export async function proveFindings(
  bench: LiveBench,
  findings: Finding[],
  problems: Problem[],
  context: Context,
): Promise<void> {
  const began = performance.now()
  const { project } = bench
  for (const [i, finding] of findings.entries()) {
    context.progress?.(`proving ${i + 1} of ${findings.length}: ${finding.subject}`)
    context.signal?.throwIfAborted()
    const prover = await proverOf(finding.fault)
    if (!prover) continue
    try {
      const { evidence, ...proof } = await prover(bench, finding)
      finding.proof = proof
      const test = proof.verdict === 'proven' ? proofTest(project, finding, evidence) : undefined
      if (test) finding.proof.test = test
      finding.evidence.push(...evidence)
      if (proof.verdict !== 'inconclusive') finding.certainty = proof.verdict
    } catch (error) {
      context.signal?.throwIfAborted()
      const why = error instanceof Error ? error.message : String(error)
      problems.push({ where: finding.subject, message: `The proof stopped: ${why}.`, effect: 'partial' })
      await bench.reset()
    }
  }
  bench.phases.push({ name: 'proofs', ms: Math.round(performance.now() - began) })
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
