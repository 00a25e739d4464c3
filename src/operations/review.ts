import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Finding } from '../core/finding.ts'
import { nearest } from '../core/nearest.ts'
import type { Operation } from '../core/operation.ts'
import { plural } from '../core/wording.ts'
import { faults } from '../faults/index.ts'
import { defaultBaseline, emptyBaseline, readBaseline } from './baseline.ts'
import { coverageOf, faultIds, isActive, openProject, tally } from './open.ts'
import { atInput, findingsAt } from './places.ts'
import { isSelected, runFaults } from './run-faults.ts'

const input = z.object({
  only: z
    .array(z.string())
    .default([])
    .describe('Only these faults or topics, for example `queries` or `queries/n-plus-one`'),
  at: atInput,
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
    'line above, or in a baseline.',
  effects: 'reads',
  input,
  positional: [],
  async run({ only, at, baseline: named, updateBaseline }, context) {
    const start = performance.now()
    rejectUnknown(only)
    if (updateBaseline && at.length > 0)
      throw new UserError('The baseline holds what the whole project has.', 'Leave out --at.')
    const { baseline, problems: baselineProblems } = updateBaseline
      ? { baseline: emptyBaseline, problems: [] }
      : await readBaseline(context.root, named)
    const { project, problems, fatal } = await openProject(context)
    context.progress?.('looking for faults')
    const selected = fatal ? [] : faults.filter((fault) => isSelected(only, fault.id))
    const run = runFaults(project, selected, baseline, faultIds)
    if (updateBaseline) accept(run.findings)
    const findings = fatal ? [] : findingsAt(run.findings, at, project)
    const coverage = coverageOf(project, selected.length)
    const looked = at.length > 0 ? `at ${at.join(', ')}` : `in ${plural(coverage.endpoints, 'endpoint')}`
    return {
      operation: 'review',
      headline: fatal ? fatal.message : headline(findings, looked, updateBaseline),
      findings,
      problems: [...problems, ...baselineProblems, ...run.problems],
      coverage,
      elapsedMs: Math.round(performance.now() - start),
    }
  },
}

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
