import { describe, expect, it } from 'vitest'
import type { Workload } from '../core/workload.ts'
import { compareRuns, type Run, spreadOf } from './compare-runs.ts'

const ordered = 'SELECT "id" FROM "T" ORDER BY "id" LIMIT $1'
const unordered = 'SELECT "id" FROM "T" OFFSET $1'

function run(
  body: unknown,
  options: { sql?: string; statements?: number; ms?: number; status?: number } = {},
): Run {
  const workload: Workload = {
    requests: [{ id: 'r', method: 'GET', url: '/' }],
    operations: [],
    statements: [],
    lost: [],
  }
  for (let at = 0; at < (options.statements ?? 1); at++) {
    workload.statements.push({ request: 'r', sql: options.sql ?? ordered, params: [], rows: 3, ms: 1, at })
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = { key: 'GET /', id: 'r', status: options.status ?? 200, body: text, ms: options.ms ?? 10 }
  return { answers: [answer], workload }
}

const verdict = (before: Run[], after: Run[]) => compareRuns(before, after).requests[0]

describe('compareRuns', () => {
  it('counts statements, rows, bytes and time with their spread', () => {
    const before = [
      run([1], { statements: 21, ms: 90 }),
      run([1], { statements: 21, ms: 70 }),
      run([1], { statements: 21, ms: 200 }),
    ]
    const compared = compareRuns(before, [run([1], { statements: 2, ms: 12 })])
    expect(compared.equal).toBe(true)
    expect(compared.requests[0]).toMatchObject({
      verdict: 'equal',
      before: {
        statements: { median: 21 },
        rows: { median: 63 },
        ms: { median: 90, min: 70, max: 200, runs: 3 },
      },
      after: { statements: { median: 2 }, bytes: { median: 3 }, ms: { median: 12, runs: 1 } },
    })
    expect(compared.requests[0]?.before).not.toHaveProperty('buffers')
  })

  it('does not compare what differs by itself, and names it', () => {
    const answer = (token: string, total: number) => ({
      items: [
        { id: 1, token },
        { id: 2, token },
      ],
      total,
    })
    const before = [run(answer('a', 7)), run(answer('b', 7))]
    expect(verdict(before, [run(answer('c', 7))])).toMatchObject({
      verdict: 'equal',
      volatile: ['items[].token'],
    })
    expect(verdict(before, [run(answer('c', 8))])).toMatchObject({
      verdict: 'different',
      why: 'The answer differs at total.',
    })
    expect(verdict([run(answer('a', 7))], [run(answer('c', 7))])?.verdict).toBe('different')
  })

  it('allows another order only where no statement says one', () => {
    const [before, after] = [
      [run([{ a: 1 }, { a: 2 }], { sql: unordered })],
      [run([{ a: 2 }, { a: 1 }], { sql: unordered })],
    ]
    expect(verdict(before, after)?.verdict).toBe('reordered')
    expect(compareRuns(before, after).equal).toBe(true)
    expect(verdict([run([1, 2])], [run([2, 1])])?.verdict).toBe('different')
    const fewer = [run([{ a: 2 }, { a: 2 }], { sql: unordered })]
    expect(verdict(before, fewer)?.verdict).toBe('different')
    const orders = [...before, ...after]
    expect(verdict(orders, after)).toMatchObject({ verdict: 'reordered', volatile: [] })
  })

  it('takes order of keys for no difference, and a missing key or row for one', () => {
    expect(verdict([run('{"a":1,"b":2}')], [run('{"b":2,"a":1}')])?.verdict).toBe('equal')
    expect(verdict([run({ a: 1, b: null })], [run({ a: 1 })])).toMatchObject({
      verdict: 'different',
      why: 'The answer differs at b.',
    })
    expect(verdict([run([1, 2])], [run([1])])?.verdict).toBe('different')
  })

  it('says unknown when the runs before do not agree, and different for another status', () => {
    expect(verdict([run('<p>1</p>'), run('<p>2</p>')], [run('<p>3</p>')])?.verdict).toBe('unknown')
    expect(verdict([run([1]), run([1, 2])], [run([1])])?.verdict).toBe('unknown')
    expect(verdict([run([1])], [run([1], { status: 500 })])?.why).toBe('The status was 200 and is 500.')
  })

  it('lists a request that was not sent in every run', () => {
    const none: Run = { answers: [], workload: { requests: [], operations: [], statements: [], lost: [] } }
    expect(compareRuns([run([1])], [none])).toMatchObject({ equal: false, requests: [], missing: ['GET /'] })
  })
})

it('takes the lower of two middle values', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2, min: 1, max: 4, runs: 4 })
})
