import { plural } from '../core/wording.ts'
import type { Workload } from '../core/workload.ts'
import type { WorkloadFinding } from './finding.ts'
import { answersOf, callName, type Site, type TracedAnswer } from './requests.ts'
import { verbOf } from './sql.ts'

/** The same requests on a number of seeded rows. */
export interface SizedWorkload {
  workload: Workload
  /** Rows that the caller seeded, of the table that grows (or of each). */
  rows: number
}

/**
 * As many calls as rows of one page, without growth, is told only from this many on: a loop over three constants has as
 * many calls as a list that happens to have three rows.
 */
const MIN_BOUNDED_CALLS = 5

interface Counted {
  endpoint: string
  site: Site
  calls: number
  answer: TracedAnswer
}

/**
 * Places that ask the database once per row: N+1.
 *
 * Calls are counted, not statements: one call sends a statement per included relation, and several when a list of keys is
 * too long for one. `proven` when the calls grow from the small to the large run; `possible` when both runs have as many
 * calls as an earlier statement of the same request returned rows, which is what a loop over one page looks like. The small
 * run must reach the call, so it needs at least one row; three or more rows in the large run, below the size of a page.
 */
export function repeatedByRow(small: SizedWorkload, large: SizedWorkload): WorkloadFinding[] {
  const before = mostCalls(small.workload)
  const findings: WorkloadFinding[] = []
  for (const [key, counted] of mostCalls(large.workload)) {
    const base = before.get(key)
    if (!base || base.calls === 0) continue
    if (grows(base.calls, counted.calls)) findings.push(grown(base, counted, small.rows, large.rows))
    else if (isLoopOverPage(counted) && isLoopOverPage(base)) findings.push(bounded(counted))
  }
  return merged(findings)
}

/** One more call may be chance (a cache that was cold); a call per row is at least two more. */
const grows = (few: number, many: number): boolean => many >= 3 && many >= few + 2

/** The request with most calls, for each endpoint and place. */
function mostCalls(workload: Workload): Map<string, Counted> {
  const most = new Map<string, Counted>()
  for (const answer of answersOf(workload)) {
    for (const site of answer.sites) {
      const key = `${answer.endpoint} ${site.key}`
      const calls = site.calls.length
      if (calls > (most.get(key)?.calls ?? 0))
        most.set(key, { endpoint: answer.endpoint, site, calls, answer })
    }
  }
  return most
}

function isLoopOverPage({ site, calls, answer }: Counted): boolean {
  if (calls < MIN_BOUNDED_CALLS) return false
  const first = site.calls[0]?.statements[0]
  const parameters = new Set(site.calls.map((call) => JSON.stringify(call.statements[0]?.params)))
  // Equal statements are a repeated query, which has another cure.
  if (!first || parameters.size < calls) return false
  return answer.statements.some((one) => one.at < first.at && one.rows === calls)
}

function grown(base: Counted, counted: Counted, few: number, many: number): WorkloadFinding {
  const name = callName(counted.site)
  return {
    kind: 'n-plus-one',
    ...(counted.site.at ? { at: counted.site.at } : {}),
    endpoints: [counted.endpoint],
    shapes: [counted.site.shape],
    saw: `${name} ran ${plural(base.calls, 'time')} in one request with ${plural(few, 'row')} and ${plural(counted.calls, 'time')} with ${plural(many, 'row')}.`,
    evidence: [
      {
        kind: 'series',
        request: counted.endpoint,
        unit: 'statements',
        points: [
          { rows: few, count: base.calls },
          { rows: many, count: counted.calls },
        ],
      },
    ],
    cure: { kind: 'code', text: cureOf(counted.site) },
    certainty: 'proven',
    notes: counted.site.at
      ? []
      : ['The calls were told apart by their SQL: no source map says which line it was.'],
  }
}

function bounded(counted: Counted): WorkloadFinding {
  return {
    kind: 'n-plus-one',
    ...(counted.site.at ? { at: counted.site.at } : {}),
    endpoints: [counted.endpoint],
    shapes: [counted.site.shape],
    saw: `${callName(counted.site)} ran ${plural(counted.calls, 'time')} in one request, as often as an earlier statement of the request returned rows.`,
    evidence: [],
    cure: { kind: 'code', text: cureOf(counted.site) },
    certainty: 'possible',
    notes: ['The number did not grow with the data, so a page or a constant bounds it.'],
  }
}

function cureOf(site: Site): string {
  const verb = verbOf(site.calls[0]?.statements[0]?.sql ?? '')
  if (verb === 'insert') return 'Collect the rows and write them with one createMany.'
  if (verb === 'update' || verb === 'delete') {
    return 'Write all rows with one updateMany or deleteMany whose where has `in`, where the data is the same for each.'
  }
  if (site.action === 'count' || site.action === 'aggregate') {
    return 'Ask once: groupBy with `in`, or `_count` in the query of the list.'
  }
  return 'Ask once: `include` or `select` the relation in the query of the list, or findMany with `in` and a Map by key.'
}

/** One finding per place: several endpoints may run the same code. */
function merged(findings: WorkloadFinding[]): WorkloadFinding[] {
  const byPlace = new Map<string, WorkloadFinding>()
  for (const finding of findings) {
    const key = finding.at ? JSON.stringify(finding.at) : finding.shapes.join()
    const known = byPlace.get(key)
    if (!known) byPlace.set(key, finding)
    else {
      const better = known.certainty === 'possible' && finding.certainty === 'proven' ? finding : known
      byPlace.set(key, {
        ...better,
        endpoints: [...new Set([...known.endpoints, ...finding.endpoints])].sort(),
        shapes: [...new Set([...known.shapes, ...finding.shapes])],
        evidence: [...known.evidence, ...finding.evidence],
      })
    }
  }
  return [...byPlace.values()]
}
