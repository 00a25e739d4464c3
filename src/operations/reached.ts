/** `optimize --only`: what the source shows of some endpoints, and of nothing else. */
import { UserError } from '../core/error.ts'
import type { Finding } from '../core/finding.ts'
import type { Endpoint, ProjectMap } from '../core/map.ts'
import { nearest } from '../core/nearest.ts'

/** Endpoints whose name holds one of the words. Throws a `UserError` for a word that is in no name. */
export function endpointsNamed({ endpoints, name }: ProjectMap, only: readonly string[]): Endpoint[] {
  const unknown = only.find((part) => !endpoints.some(({ id }) => id.includes(part)))
  if (unknown !== undefined) {
    const guess = nearest(
      unknown,
      endpoints.flatMap(({ id, path }) => [id, path]),
    )
    throw new UserError(
      `No endpoint of ${name} has "${unknown}" in its name.`,
      guess === undefined
        ? 'Run `backend-engineer understand` to see their names.'
        : `Did you mean "${guess}"?`,
    )
  }
  return endpoints.filter(({ id }) => only.some((part) => id.includes(part)))
}

/**
 * The findings that stand where one of the endpoints leads: in its own file, at a query that it reaches, or, of the schema, at a model
 * that it reads or writes. A finding names one endpoint at most, the first that comes to it.
 */
export function findingsOn(
  findings: readonly Finding[],
  endpoints: readonly Endpoint[],
  { queries }: Pick<ProjectMap, 'queries'>,
): Finding[] {
  const ids = new Set(endpoints.map(({ id }) => id))
  const files = new Set(endpoints.map(({ location }) => location.file))
  const models = new Set(endpoints.flatMap(({ reads, writes }) => [...reads, ...writes]))
  const reached = new Set(
    endpoints.flatMap((endpoint) =>
      endpoint.queries.flatMap(({ query }) => {
        const at = queries[query]?.location
        return at === undefined ? [] : [placeOf(at)]
      }),
    ),
  )
  return findings.filter(({ endpoint, location, subject }) => {
    if (endpoint !== undefined && ids.has(endpoint)) return true
    if (reached.has(placeOf(location))) return true
    if (location.file.endsWith('.prisma')) return models.has(/^\w+/.exec(subject)?.[0] ?? '')
    return endpoint === undefined && files.has(location.file)
  })
}

const placeOf = ({ file, line }: Finding['location']): string => `${file}:${line}`
