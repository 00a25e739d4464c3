/** What operations that run the application have in common: the bench, and what is said when it does not come up. */
import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Finding } from '../core/finding.ts'
import type { Context } from '../core/operation.ts'
import type { Problem, Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { faults } from '../faults/index.ts'
import { proverOf } from '../faults/provers.ts'
import type { Project } from '../project/project.ts'
import type { LiveBench } from '../proof/live-bench.ts'
import { type BenchOptions, openBench } from '../proof/open.ts'
import { proofTest } from '../proof/proof-test.ts'
import { orDiskFull } from '../sandbox/disk.ts'
import { readBaseline } from './baseline.ts'
import { coverageOf, faultIds, openProject } from './open.ts'
import { findingsAt } from './places.ts'
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

/** Opens the bench, does the work, and ends and removes everything, whatever happens. */
export async function withBench<T>(
  project: Project,
  context: Context,
  options: BenchOptions,
  work: (bench: LiveBench) => Promise<T>,
): Promise<T> {
  const bench = await openBench(project, context, options)
  try {
    return await work(bench)
  } catch (error) {
    throw await orDiskFull(error, bench.parts.workplace.folder)
  } finally {
    await bench.close()
  }
}

/** What an operation needs to know of its input. */
interface Wanted {
  only: string[]
  /** Endpoints, files or models. */
  at?: string[]
  all: boolean
  /** There is work even when nothing was found. */
  sweep?: boolean
  app?: string | undefined
  databaseUrl?: string | undefined
  dev: boolean
  seed?: number | undefined
}

/**
 * Looks for faults, opens the bench, and lets the work fill the report; it gives the headline. Where the application does
 * not come up, the findings stay as they were found, and the report says why nothing was proven.
 */
export async function onFindings(
  operation: string,
  options: Wanted,
  context: Context,
  work: (bench: LiveBench, report: Report) => Promise<string>,
): Promise<Report> {
  const start = performance.now()
  const { project, problems, fatal } = await openProject(context)
  const { baseline } = await readBaseline(context.root, undefined)
  const found = fatal ? { findings: [], problems: [] } : runFaults(project, faults, baseline, faultIds)
  const report: Report = {
    operation,
    headline: fatal?.message ?? '',
    findings: fatal ? [] : findingsAt(select(found.findings, options), options.at ?? [], project),
    problems: [...problems, ...found.problems],
    coverage: coverageOf(project, faults.length),
    elapsedMs: 0,
  }
  if (!fatal) report.headline = await tried(project, report, options, context, work)
  return { ...report, elapsedMs: Math.round(performance.now() - start) }
}

async function tried(
  project: Project,
  report: Report,
  options: Wanted,
  context: Context,
  work: (bench: LiveBench, report: Report) => Promise<string>,
): Promise<string> {
  if (report.findings.length === 0 && options.sweep !== true) return 'Nothing was found that could be proven.'
  try {
    return await withBench(project, context, benchOptions(options), async (bench) => {
      const headline = await work(bench, report)
      report.problems.push(...benchLimits(bench))
      report.phases = bench.phases
      return headline
    })
  } catch (error) {
    const problem = failedBench(error)
    report.problems.push(problem)
    return `Nothing could be proven: ${problem.message}`
  }
}

/** What the user can repair becomes a problem of the report; a bug is thrown on. */
export function failedBench(error: unknown): Problem {
  if (!(error instanceof UserError)) throw error
  return { where: 'running the application', message: `${error.message} ${error.remedy}`, effect: 'fatal' }
}

const NAMED = 5

/** What the bench could not show, and what the application tried to reach. */
export function benchLimits(bench: LiveBench): Problem[] {
  const attempts = new Map<string, number>()
  const programs = new Set<string>()
  for (const { kind, host, port } of bench.app.egress()) {
    if (kind === 'process') programs.add(host)
    if (kind === 'lookup' || kind === 'process') continue
    const target = port === undefined ? host : `${host}:${port}`
    attempts.set(target, (attempts.get(target) ?? 0) + 1)
  }
  const hosts = [...attempts].map(([host, count]) => `${host} (${count})`)
  const more = hosts.length > NAMED ? ` and ${hosts.length - NAMED} more` : ''
  const { containment } = bench.app
  const weaker =
    containment.kind === 'namespaces'
      ? []
      : [
          `It ran without namespaces of its own (${containment.why}): a preload keeps accidents in, not malice, and files outside of the copy could be read.`,
          ...(programs.size === 0
            ? []
            : [`Programs that it started were not held: ${[...programs].slice(0, NAMED).join(', ')}.`]),
        ]
  return [
    ...[...bench.limits, ...standIn(bench), ...weaker].map(
      (message): Problem => ({ where: 'the scratch application', message, effect: 'partial' }),
    ),
    ...(hosts.length === 0
      ? []
      : [
          {
            where: 'the scratch application',
            message: `It tried to reach ${plural(hosts.length, 'other address', 'other addresses')}, and was refused or answered by a stub: ${hosts.slice(0, NAMED).join(', ')}${more}.`,
            effect: 'partial' as const,
          },
        ]),
  ]
}

/** What is said of the Redis that was none. */
function standIn({ app: { redis } }: LiveBench): string[] {
  if (!redis || redis.connections() === 0) return []
  const missed = redis.notServed()
  const said =
    'Its Redis was a small stand-in in memory, which is put back with the rows and runs no Lua scripts.'
  return [missed.length === 0 ? said : `${said} Asked for and not served: ${missed.join(', ')}.`]
}

/** Proves each finding in place. One that crashes its prover becomes a problem, and the rest goes on. */
export async function proveFindings(
  bench: LiveBench,
  { findings, problems }: Pick<Report, 'findings' | 'problems'>,
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
  context.signal?.throwIfAborted()
  bench.phases.push({ name: 'proofs', ms: Math.round(performance.now() - began) })
}
