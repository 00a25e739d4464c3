import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Endpoint, ProjectMap } from '../core/map.ts'
import { nearest } from '../core/nearest.ts'
import type { Operation } from '../core/operation.ts'
import { plural } from '../core/wording.ts'
import { coverageOf, openProject } from './open.ts'

const input = z.object({
  focus: z
    .string()
    .optional()
    .describe('Only this endpoint or model: an id or a path (`/api/invoices/[id]`), or a name (`Invoice`)'),
})

export const understand: Operation<z.infer<typeof input>> = {
  name: 'understand',
  summary: 'What is this backend? Endpoints, guards, validation, models, owners, conventions',
  description:
    'Maps the project: every endpoint with its guard, its validation and the models it reads and writes; every ' +
    'model with the path to its owner; the habits of the project.',
  effects: 'reads',
  input,
  positional: [],
  async run({ focus }, context) {
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
  const open = map.endpoints.filter((one) => one.kind !== 'middleware' && one.guard.level === 'none')
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

/** The part of the map that concerns one endpoint or one model; query indexes are renumbered. */
export function focusMap(map: ProjectMap, focus: string): ProjectMap {
  const wanted = focus.toLowerCase()
  const model = map.models.find((one) => one.name.toLowerCase() === wanted)
  const endpoints = model ? map.endpoints.filter((one) => touches(one, model.name)) : endpointsAt(map, wanted)
  if (!model && endpoints.length === 0) {
    const guess = nearest(focus, [
      ...map.models.map((one) => one.name),
      ...map.endpoints.flatMap((one) => [one.path, one.id]),
    ])
    throw new UserError(
      `There is no endpoint and no model "${focus}" in ${map.name}.`,
      guess ? `Did you mean "${guess}"?` : 'Run `backend-engineer understand` to see their names.',
    )
  }
  const names = new Set(
    model
      ? [model.name, ...model.relations.map((relation) => relation.model)]
      : endpoints.flatMap((endpoint) => [...endpoint.reads, ...endpoint.writes]),
  )
  const reached = new Set(endpoints.flatMap((endpoint) => endpoint.queries.map((use) => use.query)))
  const kept = map.queries.flatMap((query, index) =>
    (model ? query.model === model.name : reached.has(index)) ? [{ query, index }] : [],
  )
  const position = new Map(kept.map(({ index }, place) => [index, place]))
  return {
    ...map,
    focus: model
      ? { kind: 'model', names: [model.name] }
      : { kind: 'endpoint', names: endpoints.map(({ id }) => id) },
    // Habits are those of the whole project.
    conventions: [],
    models: map.models.filter((one) => names.has(one.name)),
    queries: kept.map(({ query }) => query),
    endpoints: endpoints.map((endpoint) => ({
      ...endpoint,
      queries: endpoint.queries.flatMap((use) => {
        const query = position.get(use.query)
        return query === undefined ? [] : [{ ...use, query }]
      }),
    })),
  }
}

function touches(endpoint: Endpoint, model: string): boolean {
  return endpoint.reads.includes(model) || endpoint.writes.includes(model)
}

/** Exact ids and paths first; only when there is none, those that contain the words. */
function endpointsAt(map: ProjectMap, wanted: string): Endpoint[] {
  const named = map.endpoints.filter(({ id, path, method }) =>
    [id, path, `${method ?? ''} ${path}`].some((name) => name.toLowerCase() === wanted),
  )
  if (named.length > 0) return named
  return map.endpoints.filter((one) => one.id.toLowerCase().includes(wanted))
}
