/** `understand --matrix`: who may read and write what, and what of that a branch has changed. */
import { type AccessMatrix, accessChanges } from '../core/access.ts'
import type { Context } from '../core/operation.ts'
import type { Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { accessMatrix } from '../project/access-matrix.ts'
import { questionOf, remembered } from './answers.ts'
import { focusMap } from './focus.ts'
import { coverageOf, openProject } from './open.ts'
import { type Earlier, earlierOf } from './since/earlier.ts'

/** The matrix; with `focus`, of one endpoint or one model. */
export async function matrixReport(
  focus: string | undefined,
  context: Context,
  instead?: Earlier['instead'],
): Promise<Report> {
  const start = performance.now()
  const { project, problems, fatal } = await openProject(context, instead)
  const whole = fatal ? { rows: [] } : accessMatrix(project)
  const access = focus === undefined || fatal ? whole : focused(whole, focus, project.map)
  return {
    operation: 'understand',
    headline: fatal ? fatal.message : headline(access, project.map.name),
    findings: [],
    problems,
    coverage: coverageOf(project, 0),
    access,
    elapsedMs: Math.round(performance.now() - start),
  }
}

/** What became reachable for whom since this branch left `ref`. */
export async function matrixSince(ref: string, focus: string | undefined, context: Context): Promise<Report> {
  const start = performance.now()
  const earlier = await earlierOf(ref, context)
  const ask = (instead?: Earlier['instead']): Promise<Report> =>
    remembered(questionOf('matrix', {}), context, () => matrixReport(undefined, context, instead), instead)
  const now = await ask()
  if (now.problems.some(({ effect }) => effect === 'fatal')) return now
  const then = await ask(earlier.instead)
  const all = accessChanges(then.access ?? { rows: [] }, now.access ?? { rows: [] })
  const wanted = focus?.toLowerCase()
  const changes = all.filter(
    ({ endpoint, model }) =>
      wanted === undefined || model.toLowerCase() === wanted || endpoint.toLowerCase().includes(wanted),
  )
  const opened = changes.filter(({ effect }) => effect === 'opened' || effect === 'new').length
  const { access: _, ...rest } = now
  return {
    ...rest,
    headline: `${plural(earlier.changed.size, 'file')} changed since ${ref} (${earlier.base.slice(0, 8)}): ${plural(opened, 'thing')} can be read or written that could not, ${changes.length - opened} other ${changes.length - opened === 1 ? 'change' : 'changes'} of who may do what.`,
    accessChanges: changes,
    elapsedMs: Math.round(performance.now() - start),
  }
}

function focused(matrix: AccessMatrix, focus: string, map: NonNullable<Report['map']>): AccessMatrix {
  const part = focusMap(map, focus)
  const ids = new Set(part.endpoints.map(({ id }) => id))
  const model = part.focus?.kind === 'model' ? part.focus.names[0] : undefined
  return {
    rows: matrix.rows
      .filter(({ endpoint }) => ids.has(endpoint))
      .map((row) => ({
        ...row,
        models: row.models.filter((one) => model === undefined || one.model === model),
      })),
  }
}

function headline({ rows }: AccessMatrix, name: string): string {
  const cells = rows.flatMap(({ models }) => models.flatMap(({ read, write }) => [read, write]))
  const open = (level: string): number => cells.filter((cell) => cell?.level === level).length
  return `${name}: ${plural(rows.length, 'endpoint')} that reach models. Of ${cells.filter(Boolean).length} ways to read or write one, ${open('none')} ask nothing, ${open('session')} only that somebody is signed in.`
}
