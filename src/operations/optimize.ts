import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { diffOf } from '../changes/diff.ts'
import type { Plans } from '../core/finding.ts'
import type { Context, Operation } from '../core/operation.ts'
import type { Problem, Report, ReportedChange } from '../core/report.ts'
import { plural, thousands } from '../core/wording.ts'
import { faults } from '../faults/index.ts'
import type { Project } from '../project/project.ts'
import type { LiveBench } from '../proof/live-bench.ts'
import { isBlind, listed, measureSpeed, type Speed, type TriedCure } from '../proof/speed.ts'
import type { WorkloadFinding } from '../workload/finding.ts'
import { readBaseline } from './baseline.ts'
import { benchInput, benchLimits, benchOptions, failedBench, withBench } from './on-bench.ts'
import { coverageOf, faultIds, openProject } from './open.ts'
import { endpointsNamed, findingsOn } from './reached.ts'
import { runFaults } from './run-faults.ts'
import { findingOf } from './speed-findings.ts'

const input = z.object({
  only: z
    .array(z.string())
    .default([])
    .describe('Only endpoints whose name holds one of these: `invoices`, `GET /api/orgs`'),
  rows: z.coerce
    .number()
    .int()
    .min(100)
    .max(5_000_000)
    .default(100_000)
    .describe('Rows of each table that the requests read; people and tenants grow in proportion'),
  budget: z.coerce.number().min(0.1).default(1).describe('Minutes for trying indexes'),
  all: z.boolean().default(false).describe('Also show findings that are only possible'),
  ...benchInput,
})

type Input = z.infer<typeof input>

export const optimize: Operation<Input> = {
  name: 'optimize',
  summary: 'What is slow, and what makes it faster?',
  description:
    'Copies the project, runs the copy against a scratch Postgres, and sends a legitimate request to every endpoint: with ' +
    'few rows, with longer lists, and at the size of production. Finds statements that grow with the rows, lists without ' +
    'an end, and indexes that are missing or of no use. Each index is really built and measured, and kept only when the ' +
    'same requests answer the same and read less. Nothing of the project is changed.',
  effects: 'runs',
  input,
  positional: [],
  async run(options, context) {
    const start = performance.now()
    const { project, problems, fatal } = await openProject(context)
    const { baseline } = await readBaseline(context.root, undefined)
    const performanceFaults = faults.filter(
      ({ tags }) => tags.includes('performance') || tags.includes('schema'),
    )
    const found = fatal
      ? { findings: [], problems: [] }
      : runFaults(project, performanceFaults, baseline, faultIds)
    const report: Report = {
      operation: 'optimize',
      headline: fatal?.message ?? '',
      findings: found.findings,
      problems: [...problems, ...found.problems],
      coverage: coverageOf(project, performanceFaults.length),
      changes: [],
      elapsedMs: 0,
    }
    if (fatal) return { ...report, elapsedMs: Math.round(performance.now() - start) }
    const wanted = options.only.length === 0 ? undefined : endpointsNamed(project.map, options.only)
    const before = new Map(report.findings.map((one) => [one, one.evidence.length]))
    await measure(project, report, options, context)
    if (wanted) {
      const measured = report.findings.filter((one) => before.get(one) !== one.evidence.length)
      const shown = new Set([...measured, ...findingsOn(report.findings, wanted, project.map)])
      report.findings = report.findings.filter((one) => shown.has(one))
    }
    return { ...report, elapsedMs: Math.round(performance.now() - start) }
  },
}

async function measure(project: Project, report: Report, options: Input, context: Context): Promise<void> {
  const { rows, only } = options
  try {
    await withBench(project, context, benchOptions(options), async (bench) => {
      report.headline = await measureInto(bench, report, { rows, only, minutes: options.budget }, context)
      report.problems.push(...benchLimits(bench))
      report.phases = bench.phases
    })
  } catch (error) {
    const problem = failedBench(error)
    // What source and schema show stands, though nothing could be measured.
    report.problems.push({ ...problem, effect: 'partial' })
    const of = only.length > 0 ? ` of ${only.join(', ')}` : ''
    report.headline = `Nothing was measured: ${problem.message} What follows is what the source and the schema show${of} alone; none of it is proven.`
  }
}

/** Measures on an open bench, and puts findings, changes and limits into the report. Gives the headline. */
export async function measureInto(
  bench: LiveBench,
  report: Report,
  { rows, only, minutes }: { rows: number; only: string[]; minutes: number },
  context: Context,
): Promise<string> {
  const speed = await measureSpeed(bench, { rows, only, budget: minutes * 60_000 }, context)
  await fill(bench.project, report, speed, context)
  return headline(speed)
}

async function fill(project: Project, report: Report, speed: Speed, context: Context): Promise<void> {
  report.changes ??= []
  const { findings, changes } = report
  const statics = [...findings]
  const ids = new Map<unknown, string>()
  for (const seen of [...speed.indexes, ...speed.grown]) {
    const finding = findingOf(project, statics, seen)
    ids.set(seen, finding.id)
    if (!findings.includes(finding)) findings.push(finding)
  }
  const texts = new Map<string, string>()
  for (const { change } of speed.cures)
    for (const { file } of change?.change.edits ?? [])
      texts.set(file, (await readFile(join(context.root, file), 'utf8')).replace(/^\uFEFF/, ''))
  changes.push(...speed.cures.map((one) => reported(one, ids.get(one.finding), texts)))
  report.problems.push(...limitsOf(speed))
}

function reported(
  { finding, change, holds, why }: TriedCure,
  id: string | undefined,
  texts: ReadonlyMap<string, string>,
): ReportedChange {
  const { cure } = finding
  const sql = change?.sql
    .replace(/^--.*\n/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
  return {
    title: change?.change.title ?? (cure?.kind === 'code' || !cure ? finding.kind : cure.sql),
    reason: [...(sql === undefined ? [] : [`Migration: ${sql}`]), ...finding.notes].join(' '),
    diff: change ? diffOf(change.change, (file) => texts.get(file)) : '',
    findings: id === undefined ? [] : [id],
    ...outcome(finding, holds, why),
    evidence: [],
  }
}

function outcome(
  finding: WorkloadFinding,
  holds: boolean,
  why: string,
): Pick<ReportedChange, 'status' | 'why'> {
  if (holds && isBlind(finding))
    return {
      status: 'planned',
      why: `${why} What it saves was measured on a search that finds nothing, so it is not proven.`,
    }
  return { status: holds ? 'proven' : 'withheld', why }
}

const NAMED = 5

/** What was not called, not measured, or measured and not cured. */
function limitsOf({ drive, uncured, problems }: Speed): Problem[] {
  const { unreached } = drive
  const partial = (where: string, message: string): Problem => ({ where, message, effect: 'partial' })
  return [
    ...(unreached.length === 0
      ? []
      : [
          partial(
            'endpoints',
            `${plural(unreached.length, 'endpoint')} could not be called, so nothing is known of their statements: ${listed(
              unreached.map(({ endpoint, why }) => `${endpoint} (${why})`),
              NAMED,
            )}.`,
          ),
        ]),
    ...(uncured.length === 0
      ? []
      : [
          partial(
            'indexes',
            `${plural(uncured.length, 'statement')} read much more than they return, and no index that was tried pays: ${listed(
              uncured.map(
                ({ statement, buffers, rows }) =>
                  `${statement.endpoints[0] ?? ''} (${thousands(buffers)} blocks for ${plural(rows, 'row')})`,
              ),
              NAMED,
            )}.`,
          ),
        ]),
    ...problems.map((message) => partial('measurements', message)),
  ]
}

function headline({ indexes, cures, grown, scale, statements, drive }: Speed): string {
  const adding = cures.filter(({ finding }) => finding.cure?.kind === 'add-index')
  const slow = indexes.flatMap(({ cure, evidence, shapes, certainty }) =>
    cure?.kind === 'add-index' && shapes.length > 0 && certainty === 'proven'
      ? evidence.filter((one): one is Plans => one.kind === 'plan')
      : [],
  )
  const held = adding.filter(({ holds, finding }) => holds && !isBlind(finding))
  const withheld = cures.filter(({ holds }) => !holds).length
  const sum = (of: (plan: Plans) => number): string =>
    thousands(slow.reduce((all, plan) => all + of(plan), 0))
  const blocks =
    slow.length === 0
      ? ''
      : ` (${sum(({ before }) => before.buffers)} → ${sum(({ before, after }) => (after ?? before).buffers)} blocks)`
  const dropped = cures.filter(({ finding, holds }) => finding.cure?.kind === 'drop-index' && holds).length
  const count = (kind: string): number =>
    grown.filter((one) => one.kind === kind && one.certainty === 'proven').length
  const parts = [
    `${plural(slow.length, 'slow query')} at ${thousands(scale)} rows`,
    ...(held.length > 0
      ? [`${plural(held.length, 'index', 'indexes')} help${held.length === 1 ? 's' : ''}${blocks}`]
      : []),
    ...(dropped > 0 ? [`${plural(dropped, 'index', 'indexes')} can go`] : []),
    ...(withheld > 0 ? [`${withheld} withheld`] : []),
    ...(count('n-plus-one') > 0 ? [`${count('n-plus-one')} N+1`] : []),
    ...(count('unbounded-list') > 0 ? [plural(count('unbounded-list'), 'unbounded list')] : []),
  ]
  return `${parts.join('; ')} (${plural(statements, 'statement')} of ${plural(drive.driven.length, 'endpoint')} measured).`
}
