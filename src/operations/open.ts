import { join } from 'node:path'
import type { Finding } from '../core/finding.ts'
import type { Context } from '../core/operation.ts'
import type { Coverage, Problem, Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { faults } from '../faults/index.ts'
import { loadProject } from '../project/load.ts'
import type { Project } from '../project/project.ts'
import type { Instead } from '../source/files.ts'

export interface Opened {
  project: Project
  problems: Problem[]
  /** There is neither Next.js nor Prisma, or the project could not be read: say so instead of answering. */
  fatal?: Problem
}

/**
 * Loads the project of a context, and says when there is nothing that we know how to look at. `instead`: files as they
 * are read in place of those on disk.
 */
export async function openProject(context: Context, instead?: Instead): Promise<Opened> {
  const { root, progress } = context
  const project = await loadProject(root, { ...(progress && { progress }), ...(instead && { instead }) })
  const { problems } = project
  let fatal = problems.find((problem) => problem.effect === 'fatal')
  if (!fatal && !project.map.packages.some((one) => one.next || one.prisma)) {
    const message =
      'No Next.js and no Prisma found in this folder. Run it on the folder that holds the package.json of your ' +
      'application (`backend-engineer <dir>`).'
    fatal = { where: '.', message, effect: 'fatal' }
    problems.push(fatal)
  }
  if (!fatal && project.map.models.length === 0 && project.map.packages.some((one) => one.prisma)) {
    const message =
      'Prisma is a dependency, but no schema with models was found (*.prisma). What needs the models was not ' +
      'looked for: owners, indexes, Prisma calls by model. Run it on the folder that holds the schema too.'
    problems.push({ where: '.', message, effect: 'partial' })
  }
  if (!fatal) problems.push(...halves(project))
  return fatal ? { project, problems, fatal } : { project, problems }
}

/** What is left out where only one of the two is there. */
function halves({ map: { packages, endpoints, models } }: Project): Problem[] {
  const has = (of: 'next' | 'prisma'): boolean => packages.some((one) => one[of])
  if (!has('next') && endpoints.length === 0)
    return [
      {
        where: 'package.json',
        message:
          'No package here depends on Next.js, so no endpoint was looked at: only the Prisma schema and what calls it.',
        effect: 'partial',
      },
    ]
  if (!has('prisma') && models.length === 0)
    return [
      {
        where: 'package.json',
        message:
          'No package here depends on Prisma, so nothing was looked for that is about rows: whose they are, queries, indexes, transactions.',
        effect: 'partial',
      },
    ]
  return []
}

/** `ran`: how many faults were looked for. */
export function coverageOf(project: Project, ran: number): Coverage {
  const { endpoints, queries, models } = project.map
  return {
    files: project.coverage.files,
    lines: project.coverage.lines,
    endpoints: endpoints.length,
    queries: queries.length,
    models: models.length,
    faults: ran,
  }
}

/** Absolute path of what the places in a report are relative to, for the folder that was asked about. */
export const rootOf = (asked: string, { folder }: Pick<Report, 'folder'>): string =>
  folder === undefined ? asked : join(asked, ...folder.split('/').map(() => '..'))

export const faultIds: string[] = faults.map((fault) => fault.id)

/** Open and at least likely: what a reader has to act on. */
export function isActive(finding: Finding): boolean {
  return !finding.suppressed && (finding.certainty === 'likely' || finding.certainty === 'proven')
}

/** `2 errors, 1 warning`; `no findings` when there are none. */
export function tally(findings: readonly Finding[]): string {
  const parts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    if (count === 0) return []
    if (severity === 'info') return [`${count} info`]
    return [plural(count, severity)]
  })
  return parts.length > 0 ? parts.join(', ') : 'no findings'
}
