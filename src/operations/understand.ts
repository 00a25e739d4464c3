import { z } from 'zod'
import type { ProjectMap } from '../core/map.ts'
import type { Operation } from '../core/operation.ts'
import { plural } from '../core/wording.ts'
import { matrixReport, matrixSince } from './access.ts'
import { focusMap } from './focus.ts'
import { coverageOf, openProject } from './open.ts'

const input = z.object({
  focus: z
    .string()
    .optional()
    .describe('Only this endpoint or model: an id or a path (`/api/invoices/[id]`), or a name (`Invoice`)'),
  matrix: z
    .boolean()
    .default(false)
    .describe('Instead: what each endpoint may read and write, and what it asks before'),
  matrixSince: z
    .string()
    .optional()
    .describe('Instead: what of that changed since this branch left this one (`main`, a commit)'),
})

export const understand: Operation<z.infer<typeof input>> = {
  name: 'understand',
  summary: 'What is this backend? Endpoints, guards, validation, models, owners, conventions',
  description:
    'Maps the project: every endpoint with its guard, its validation and the models it reads and writes; every ' +
    'model with the path to its owner; the habits of the project. With `--matrix`, who may read and write what.',
  effects: 'reads',
  input,
  positional: [],
  async run({ focus, matrix, matrixSince: ref }, context) {
    if (ref !== undefined) return matrixSince(ref, focus, context)
    if (matrix) return matrixReport(focus, context)
    const start = performance.now()
    const { project, problems, fatal } = await openProject(context)
    // A copy has read the habits, and what went wrong there is among the problems.
    const map = focus === undefined || fatal ? { ...project.map } : focusMap(project.map, focus)
    return {
      operation: 'understand',
      headline: fatal ? fatal.message : describe(map, focus),
      findings: [],
      problems,
      coverage: coverageOf(project, 0),
      map,
      elapsedMs: Math.round(performance.now() - start),
    }
  },
}

/** `shop is Next.js 16.4.5 (App Router), Prisma 7.10.0 (postgresql): 12 endpoints (4 without a guard), 5 models.` */
export function describe(map: ProjectMap, focus?: string): string {
  // A middleware guards others; what it lets through is theirs.
  const open = map.endpoints.filter(
    (one) => one.kind !== 'middleware' && one.guard.level === 'none' && one.guard.public === undefined,
  )
  const partly = open.filter((one) => one.guard.proxy !== undefined && one.guard.sometimes).length
  const behind = open.filter((one) => one.guard.proxy !== undefined && !one.guard.sometimes).length
  const counts: string[] = []
  const bare = open.length - behind - partly
  if (bare > 0) counts.push(`${bare} without a guard`)
  if (behind > 0) counts.push(`${behind} only behind the proxy`)
  if (partly > 0) counts.push(`${partly} only behind a proxy that asks on some paths`)
  const endpoints = `${plural(map.endpoints.length, 'endpoint')}${counts.length > 0 ? ` (${counts.join(', ')})` : ''}`
  const models = plural(map.models.length, 'model')
  if (focus !== undefined) {
    const calls = plural(map.queries.length, 'Prisma call')
    return `${focus} in ${map.name}: ${[endpoints, ...(map.focus?.kind === 'model' ? [] : [models]), calls].join(', ')}.`
  }
  const size = `${endpoints}, ${models}`
  return `${map.name} is ${map.stack.join(', ') || 'of an unknown stack'}: ${size}.`
}
