import { UserError } from '../core/error.ts'
import type { Endpoint, ProjectMap } from '../core/map.ts'
import { nearest } from '../core/nearest.ts'

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
