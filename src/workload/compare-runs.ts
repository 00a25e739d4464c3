import type { Workload } from '../core/workload.ts'
import { type Json, masked, parsedBody, pathsThatDiffer, sortedLists } from './answers.ts'
import { answersOf } from './requests.ts'
import { isOrdered, verbOf } from './sql.ts'

/** What one request answered. */
export interface RunAnswer {
  /** Tells the request in every run: `GET /api/invoices as owner of tenant A`. */
  key: string
  /** Its id in the workload. */
  id: string
  status: number
  body: string
  /** From sending to the last byte, in milliseconds. */
  ms: number
  /** Blocks that its statements read, when somebody measured them. */
  buffers?: number
}

/** All requests, sent once. */
export interface Run {
  answers: RunAnswer[]
  workload: Workload
}

export interface Spread {
  median: number
  min: number
  max: number
  runs: number
}

/** What a request costs. */
export interface Cost {
  statements: Spread
  /** Rows that its statements returned or changed. */
  rows: Spread
  bytes: Spread
  ms: Spread
  buffers?: Spread
}

/**
 * `equal`: the same value, apart from what also differs between two runs before the change. `reordered`: the same rows in
 * another order, and no statement said which. `different`: anything else. `unknown`: the runs before the change do not
 * agree with each other to a degree that leaves nothing to compare.
 */
export type Verdict = 'equal' | 'reordered' | 'different' | 'unknown'

export interface ComparedRequest {
  key: string
  verdict: Verdict
  /** Of `different` and `unknown`: what, with the path in the answer. */
  why?: string
  /** Parts that were not compared, as they differ from run to run: `items[].updatedAt`. */
  volatile: string[]
  before: Cost
  after: Cost
}

export interface Comparison {
  /** No request is different or unknown. */
  equal: boolean
  requests: ComparedRequest[]
  /** Requests that some run lacks. */
  missing: string[]
}

/**
 * The same requests before and after a change, on the same data. Two runs before it, at least, tell what differs by itself
 * (ids and times that are made anew); with one, everything must be equal. Interleave the runs, so that a slow minute of the
 * machine strikes both sides.
 */
export function compareRuns(before: readonly Run[], after: readonly Run[]): Comparison {
  const keys = [...new Set([...before, ...after].flatMap((run) => run.answers.map(({ key }) => key)))]
  const requests: ComparedRequest[] = []
  const missing: string[] = []
  for (const key of keys) {
    const was = samplesOf(before, key)
    const is = samplesOf(after, key)
    if (was.length < before.length || is.length < after.length) missing.push(key)
    else requests.push({ key, ...verdictOf(was, is), before: costOf(was), after: costOf(is) })
  }
  const equal = requests.every(({ verdict }) => verdict === 'equal' || verdict === 'reordered')
  return { equal: equal && missing.length === 0, requests, missing }
}

interface Sample {
  answer: RunAnswer
  statements: number
  rows: number
  /** A statement returned several rows and left their order to the database. */
  unordered: boolean
}

function samplesOf(runs: readonly Run[], key: string): Sample[] {
  return runs.flatMap(({ answers, workload }) => {
    const answer = answers.find((one) => one.key === key)
    if (!answer) return []
    const statements = answersOf(workload).find(({ request }) => request.id === answer.id)?.statements ?? []
    return [
      {
        answer,
        statements: statements.length,
        rows: statements.reduce((sum, { rows }) => sum + rows, 0),
        unordered: statements.some(
          ({ sql, rows }) => rows > 1 && verbOf(sql) === 'select' && !isOrdered(sql),
        ),
      },
    ]
  })
}

function verdictOf(
  before: readonly Sample[],
  after: readonly Sample[],
): Pick<ComparedRequest, 'verdict' | 'why' | 'volatile'> {
  const statuses = [...new Set(before.map(({ answer }) => answer.status))]
  const odd = after.find(({ answer }) => answer.status !== statuses[0])
  if (statuses.length > 1) {
    return { verdict: 'unknown', why: `The status was ${statuses.join(' and ')} before.`, volatile: [] }
  }
  if (odd) {
    return {
      verdict: 'different',
      why: `The status was ${statuses[0]} and is ${odd.answer.status}.`,
      volatile: [],
    }
  }
  const was = before.map(({ answer }) => parsedBody(answer.body))
  const is = after.map(({ answer }) => parsedBody(answer.body))
  const exact = comparedAs(was, is, (value) => value)
  if (![...before, ...after].some(({ unordered }) => unordered)) return exact
  const loose = comparedAs(was, is, sortedLists)
  // Rows that come in another order each time look like values that change: the view that hides less is the right one.
  if (exact.volatile.length < loose.volatile.length) return exact
  if (exact.verdict === 'equal' && exact.volatile.length === loose.volatile.length) return exact
  return loose.verdict === 'equal' ? { ...loose, verdict: 'reordered' } : loose
}

function comparedAs(
  before: readonly Json[],
  after: readonly Json[],
  form: (value: Json) => Json,
): Pick<ComparedRequest, 'verdict' | 'why' | 'volatile'> {
  const [first = null, ...others] = before.map(form)
  const volatile = [...new Set(others.flatMap((other) => pathsThatDiffer(first, other)))].sort()
  if (volatile.includes('')) {
    return { verdict: 'unknown', why: 'The answers before the change differ from each other.', volatile }
  }
  for (const value of after.map(form)) {
    const [path] = pathsThatDiffer(masked(first, volatile), masked(value, volatile))
    if (path !== undefined) {
      return {
        verdict: 'different',
        why: `The answer differs at ${path === '' ? 'its root' : path}.`,
        volatile,
      }
    }
  }
  return { verdict: 'equal', volatile }
}

function costOf(samples: readonly Sample[]): Cost {
  const buffers = samples.flatMap(({ answer }) => answer.buffers ?? [])
  return {
    statements: spreadOf(samples.map(({ statements }) => statements)),
    rows: spreadOf(samples.map(({ rows }) => rows)),
    bytes: spreadOf(samples.map(({ answer }) => Buffer.byteLength(answer.body))),
    ms: spreadOf(samples.map(({ answer }) => answer.ms)),
    ...(buffers.length === samples.length ? { buffers: spreadOf(buffers) } : {}),
  }
}

/** Median (the lower of two middle values) and extremes. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? 0
  return {
    median: at(Math.floor((sorted.length - 1) / 2)),
    min: at(0),
    max: at(sorted.length - 1),
    runs: sorted.length,
  }
}
