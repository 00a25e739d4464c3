import { plural } from '../core/wording.ts'
import type { TracedStatement, Workload } from '../core/workload.ts'
import type { WorkloadFinding } from './finding.ts'
import { answersOf, callName, placeOf, type Site, type TracedAnswer } from './requests.ts'
import { tablesOf, verbOf } from './sql.ts'

interface Repeated {
  endpoint: string
  shape: string
  times: number
  /** Every place that sent it. */
  sites: Site[]
}

/**
 * Statements that a request sent more than once with the same parameters, though nothing was written to their tables in
 * between: the second answer was known. `proven`, as it was seen; that the rows could not have been changed by somebody
 * else meanwhile is not claimed.
 */
export function repeatedQueries(workload: Workload): WorkloadFinding[] {
  const most = new Map<string, Repeated & { endpoints: Set<string> }>()
  for (const repeated of answersOf(workload).flatMap(repeatedIn)) {
    const key = `${repeated.shape} ${repeated.sites.map(({ at }) => placeOf(at)).join()}`
    const known = most.get(key)
    const endpoints = (known?.endpoints ?? new Set()).add(repeated.endpoint)
    most.set(key, { ...(known && known.times >= repeated.times ? known : repeated), endpoints })
  }
  return [...most.values()].map(findingOf)
}

function repeatedIn({ endpoint, statements, sites }: TracedAnswer): Repeated[] {
  const siteOf = new Map(
    sites.flatMap((site) => site.calls.flatMap((c) => c.statements.map((s) => [s, site]))),
  )
  const runs = new Map<string, TracedStatement[]>()
  const found: TracedStatement[][] = []
  for (const statement of statements) {
    const verb = verbOf(statement.sql)
    const tables = tablesOf(statement.sql)
    if (verb !== 'select') {
      for (const key of [...runs.keys()])
        if (tables.some((table) => readsOf(key).includes(table))) runs.delete(key)
      continue
    }
    if (tables.length === 0) continue
    const key = JSON.stringify([tables, statement.sql, statement.params])
    const run = runs.get(key)
    if (run) {
      if (run.length === 1) found.push(run)
      run.push(statement)
    } else runs.set(key, [statement])
  }
  return found.flatMap((run) => {
    const places = [...new Set(run.flatMap((statement) => siteOf.get(statement) ?? []))]
    const shape = places[0]?.shape
    return shape === undefined || places.every(isLoop)
      ? []
      : [{ endpoint, shape, times: run.length, sites: places }]
  })
}

/** A place that asks for several rows in turn meets one of them again by chance. */
const isLoop = ({ calls }: Site): boolean =>
  new Set(calls.map(({ statements }) => JSON.stringify(statements[0]?.params))).size > 1

function readsOf(key: string): unknown[] {
  const parts: unknown = JSON.parse(key)
  const tables: unknown = Array.isArray(parts) ? parts[0] : []
  return Array.isArray(tables) ? tables : []
}

function findingOf({
  endpoints,
  shape,
  times,
  sites,
}: Repeated & { endpoints: Set<string> }): WorkloadFinding {
  const [first] = sites
  const places = sites.map((site) => `${callName(site)} at ${placeOf(site.at)}`)
  return {
    kind: 'repeated-query',
    ...(first?.at ? { at: first.at } : {}),
    endpoints: [...endpoints].sort(),
    shapes: [shape],
    saw: `One request sent the same statement with the same parameters ${plural(times, 'time')}: ${places.join(', ')}.`,
    evidence: [],
    cure: {
      kind: 'code',
      text: 'Pass the row on to where it is needed, or wrap the function that reads it in `cache` of React.',
    },
    certainty: 'proven',
    notes: [],
  }
}
