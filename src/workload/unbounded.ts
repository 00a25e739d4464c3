import { plural } from '../core/wording.ts'
import type { TracedStatement } from '../core/workload.ts'
import type { WorkloadFinding } from './finding.ts'
import type { SizedWorkload } from './n-plus-one.ts'
import { answersOf, type Call, callName, type Site } from './requests.ts'
import { isLimited, verbOf } from './sql.ts'

/** Bytes of the answer by the id of its request. */
export interface SizedAnswers extends SizedWorkload {
  bytes?: Record<string, number>
}

/**
 * A list that grows with the data: its rows must grow at least half as fast as the seeded ones. Less than that is a list
 * of something else, of which there happen to be a few more.
 */
const SHARE_OF_GROWTH = 0.5

/** Fewer rows than this in the large run are no list that anybody waits for. */
const MIN_ROWS = 20

interface Read {
  endpoint: string
  site: Site
  /** Rows of one statement. */
  rows: number
  bytes?: number
}

/**
 * Reads without a LIMIT whose rows grow with the seeded rows, `proven` by two sizes. The bytes of the answer, when given,
 * tell a list that is sent whole from one that is read whole to answer something small.
 */
export function unboundedReads(small: SizedAnswers, large: SizedAnswers): WorkloadFinding[] {
  const before = mostRows(small)
  const growth = large.rows / Math.max(1, small.rows)
  const byPlace = new Map<string, WorkloadFinding>()
  for (const [key, read] of mostRows(large)) {
    const base = before.get(key)
    if (!base || read.rows < MIN_ROWS || growth <= 1) continue
    if (read.rows / Math.max(1, base.rows) < Math.max(1.5, growth * SHARE_OF_GROWTH)) continue
    const finding = findingOf(base, read, small.rows, large.rows)
    const known = byPlace.get(read.site.key)
    if (!known) byPlace.set(read.site.key, finding)
    else {
      known.endpoints = [...new Set([...known.endpoints, ...finding.endpoints])].sort()
      known.evidence.push(...finding.evidence)
    }
  }
  return [...byPlace.values()]
}

function mostRows({ workload, bytes }: SizedAnswers): Map<string, Read> {
  const most = new Map<string, Read>()
  for (const { endpoint, request, statements, sites } of answersOf(workload)) {
    for (const site of sites) {
      const key = `${endpoint} ${site.key}`
      const rows = Math.max(
        0,
        ...site.calls.flatMap((call) => listsOf(call, statements).map((one) => one.rows)),
      )
      if (rows === 0 || rows <= (most.get(key)?.rows ?? 0)) continue
      const size = bytes?.[request.id]
      most.set(key, { endpoint, site, rows, ...(size === undefined ? {} : { bytes: size }) })
    }
  }
  return most
}

/**
 * Statements without an end of their own. One that follows another of the same call loads a relation: with no more rows than
 * the first had, it is bounded by that one's LIMIT.
 */
function listsOf({ operation, statements }: Call, all: readonly TracedStatement[]): TracedStatement[] {
  const first = operation && all.find((one) => one.operation === operation.id)
  return statements.filter(
    (one) =>
      verbOf(one.sql) === 'select' &&
      !isLimited(one.sql) &&
      (!first || one === first || one.rows > first.rows),
  )
}

function findingOf(base: Read, read: Read, few: number, many: number): WorkloadFinding {
  const sized = base.bytes !== undefined && read.bytes !== undefined
  const sent = !sized || (read.bytes ?? 0) > (base.bytes ?? 0) * 1.5
  const points = (small: number, large: number): { rows: number; count: number }[] => [
    { rows: few, count: small },
    { rows: many, count: large },
  ]
  const finding: WorkloadFinding = {
    kind: 'unbounded-list',
    endpoints: [read.endpoint],
    shapes: [read.site.shape],
    saw: `${callName(read.site)} returned ${plural(base.rows, 'row')} with ${plural(few, 'row')} in the table and ${plural(read.rows, 'row')} with ${plural(many, 'row')}; its statement has no LIMIT.`,
    evidence: [
      { kind: 'series', request: read.endpoint, unit: 'rows', points: points(base.rows, read.rows) },
    ],
    cure: {
      kind: 'code',
      text: sent
        ? 'Give the list `take` with a maximum and a cursor: `take: 50, cursor, orderBy`.'
        : 'Let the database compute the answer (count, aggregate, groupBy, a narrower where) instead of all rows.',
    },
    certainty: 'proven',
    notes: sent ? [] : ['The answer did not grow: the rows are read for something smaller.'],
  }
  if (read.site.at) finding.at = read.site.at
  if (sized) {
    finding.evidence.push({
      kind: 'series',
      request: read.endpoint,
      unit: 'bytes',
      points: points(base.bytes ?? 0, read.bytes ?? 0),
    })
  }
  return finding
}
