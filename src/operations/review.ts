import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Finding } from '../core/finding.ts'
import { nearest } from '../core/nearest.ts'
import type { Context, Operation } from '../core/operation.ts'
import type { Coverage, Report, Since } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { faults } from '../faults/index.ts'
import type { Instead } from '../source/files.ts'
import { questionOf, remembered } from './answers.ts'
import { defaultBaseline, emptyBaseline, readBaseline } from './baseline.ts'
import { idleComments, idleEntries } from './obsolete.ts'
import { coverageOf, faultIds, isActive, openProject, rootOf, tally } from './open.ts'
import { atInput, findingsAt } from './places.ts'
import { isSelected, runFaults } from './run-faults.ts'
import { broughtBy } from './since/brought.ts'
import { earlierOf } from './since/earlier.ts'

const input = z.object({
  only: z
    .array(z.string())
    .default([])
    .describe('Only these faults or topics, for example `queries` or `queries/n-plus-one`'),
  at: atInput,
  changedSince: z
    .string()
    .optional()
    .describe(
      'Only what was not there where this branch left this one (`main`, `origin/main`, a commit); work that is not committed counts',
    ),
  failOn: z
    .enum(['error', 'warning', 'info', 'never'])
    .default('warning')
    .describe('Exit with 1 when a finding is at least this severe'),
  baseline: z
    .string()
    .optional()
    .describe(
      `File of accepted findings, relative to the project; without it ${defaultBaseline} if it exists`,
    ),
  updateBaseline: z
    .boolean()
    .default(false)
    .describe('Accept all present findings: write them into the baseline (command line only)'),
  all: z.boolean().default(false).describe('Also show findings that are only possible'),
})

export const review: Operation<z.infer<typeof input>> = {
  name: 'review',
  summary: 'What is wrong with it? Faults of security, data and speed, with place and remedy',
  description:
    'Looks for every known fault and shows, for each finding, the place, the path through the code, why it matters ' +
    'and what to do. A finding is accepted with `// backend-engineer-ignore <fault-id> <reason>` on its line or the ' +
    'line above, or in a baseline. With `--changed-since main`, only what the work since then has brought.',
  effects: 'reads',
  input,
  positional: [],
  async run(asked, context) {
    rejectUnknown(asked.only)
    if (asked.updateBaseline && asked.at.length > 0)
      throw new UserError('The baseline holds what the whole project has.', 'Leave out --at.')
    if (asked.changedSince === undefined) return reviewOf(asked, context)
    if (asked.updateBaseline)
      throw new UserError('The baseline holds what the whole project has.', 'Leave out --changed-since.')
    return reviewSince(asked.changedSince, asked, context)
  },
}

type Asked = z.infer<typeof input>

async function reviewOf(asked: Asked, context: Context, instead?: Instead): Promise<Report> {
  const { only, at, updateBaseline } = asked
  const start = performance.now()
  const { baseline, problems: baselineProblems } = updateBaseline
    ? { baseline: emptyBaseline, problems: [] }
    : await readBaseline(context.root, asked.baseline)
  const { project, problems, fatal } = await openProject(context, instead)
  context.progress?.('looking for faults')
  const selected = fatal ? [] : faults.filter((fault) => isSelected(only, fault.id))
  const run = runFaults(project, selected, baseline, faultIds)
  if (updateBaseline) accept(run.findings)
  const findings = fatal ? [] : findingsAt(run.findings, at, project)
  const looked = { faults: selected.map(({ id }) => id), known: faultIds }
  const coverage = coverageOf(project, selected.length)
  return {
    operation: 'review',
    ...(project.folder === '.' ? {} : { folder: project.folder }),
    headline: fatal ? fatal.message : headline(findings, placesText(at, coverage), updateBaseline),
    findings,
    problems: [
      ...problems,
      ...baselineProblems,
      ...run.problems,
      ...idleComments(project, run, looked),
      ...idleEntries(baseline, asked.baseline ?? defaultBaseline, run, looked),
    ],
    coverage,
    elapsedMs: Math.round(performance.now() - start),
  }
}

/** Only what was not there where this branch left `ref`. */
async function reviewSince(ref: string, asked: Asked, context: Context): Promise<Report> {
  const start = performance.now()
  const earlier = await earlierOf(ref, context)
  const { changedSince: _, ...plain } = asked
  const ask = (question: Asked, instead?: Instead): Promise<Report> =>
    remembered(questionOf('review', question), context, () => reviewOf(question, context, instead), instead)
  const report = await ask(plain)
  if (report.problems.some(({ effect }) => effect === 'fatal')) return report
  const root = rootOf(context.root, report)
  context.progress?.(`reading the project as it was at ${earlier.base.slice(0, 8)}`)
  const then = earlier.changed.size === 0 ? report : await ask({ ...plain, at: [] }, earlier.instead)
  const { findings, before } = broughtBy(report.findings, then.findings, earlier, root)
  const since = { ref, base: earlier.base, files: earlier.changed.size, before }
  return {
    ...report,
    since,
    headline: sinceHeadline(findings, since),
    findings,
    elapsedMs: Math.round(performance.now() - start),
  }
}

function sinceHeadline(findings: Finding[], { ref, base, files, before }: Since): string {
  const active = findings.filter(isActive)
  const what = `${plural(files, 'file')} changed since ${ref} (${base.slice(0, 8)})`
  const old = before > 0 ? ` ${plural(before, 'finding')} ${before === 1 ? 'was' : 'were'} there before.` : ''
  return active.length > 0
    ? `${what} brought ${tally(active)}.${old}`
    : `${what} brought nothing likely to be wrong.${old}`
}

const placesText = (at: readonly string[], coverage: Coverage): string =>
  at.length > 0 ? `at ${at.join(', ')}` : `in ${plural(coverage.endpoints, 'endpoint')}`

function headline(findings: Finding[], looked: string, updateBaseline: boolean): string {
  if (updateBaseline) {
    const count = findings.filter((finding) => finding.suppressed?.by === 'baseline').length
    return `${plural(count, 'finding')} accepted into the baseline.`
  }
  const active = findings.filter(isActive)
  return active.length > 0
    ? `Found ${tally(active)} ${looked}.`
    : `Found nothing likely to be wrong ${looked}.`
}

function accept(findings: Finding[]): void {
  for (const finding of findings) {
    finding.suppressed ??= { by: 'baseline', reason: 'accepted in the baseline' }
  }
}

function rejectUnknown(only: readonly string[]): void {
  const topics = faultIds.map((id) => id.split('/')[0] ?? id)
  const known = [...new Set([...topics, ...faultIds])]
  for (const name of only) {
    if (known.includes(name)) continue
    const guess = nearest(name, known)
    throw new UserError(
      `There is no fault and no topic "${name}".`,
      guess ? `Did you mean "${guess}"?` : `Topics: ${[...new Set(topics)].join(', ')}.`,
    )
  }
}
