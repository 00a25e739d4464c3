import type { Location } from '../core/finding.ts'
import type { Workload } from '../core/workload.ts'
import type { SampleStatement } from './plan.ts'
import { answersOf, placeOf } from './requests.ts'
import { verbOf } from './sql.ts'

/** All executions of one shape, with the parameters of one of them. */
export interface WorkloadStatement extends SampleStatement {
  shape: string
  /** Executions in the workload. */
  calls: number
  /** Places that send it, each once. */
  sites: Location[]
  endpoints: string[]
}

/**
 * The distinct statements of a workload that look for rows: SELECT, UPDATE and DELETE. The parameters are those of the
 * execution that had most rows, as it is the one that somebody waits for.
 */
export function statementsOf(workload: Workload): WorkloadStatement[] {
  const byShape = new Map<string, WorkloadStatement & { rows: number }>()
  for (const { endpoint, sites } of answersOf(workload)) {
    for (const { shape, at, calls } of sites) {
      for (const { sql, params, rows } of calls.flatMap(({ statements }) => statements)) {
        if (verbOf(sql) === 'insert') continue
        const known = byShape.get(shape) ?? { shape, sql, params, rows, calls: 0, sites: [], endpoints: [] }
        const sample = rows > known.rows ? { sql, params, rows } : {}
        byShape.set(shape, {
          ...known,
          ...sample,
          calls: known.calls + 1,
          sites:
            at && !known.sites.some((one) => placeOf(one) === placeOf(at))
              ? [...known.sites, at]
              : known.sites,
          endpoints: [...new Set([...known.endpoints, endpoint])].sort(),
        })
      }
    }
  }
  return [...byShape.values()].map(({ rows: _, ...statement }) => statement)
}
