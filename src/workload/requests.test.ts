import { describe, expect, it } from 'vitest'
import type { TracedStatement, Workload } from '../core/workload.ts'
import { repeatedByRow } from './n-plus-one.ts'
import { repeatedQueries } from './repeated-query.ts'
import { unboundedReads } from './unbounded.ts'

/** A workload written by hand: each call is `[line, action, sql, parameters, rows]` of one request. */
type Sent = [line: number, action: string, sql: string, params: unknown[], rows: number][]

function workload(requests: Record<string, Sent>): Workload {
  const made: Workload = { requests: [], operations: [], statements: [], lost: [] }
  for (const [request, calls] of Object.entries(requests)) {
    made.requests.push({ id: request, method: 'GET', url: `/${request}`, route: '/api/orders' })
    for (const [line, action, sql, params, rows] of calls) {
      const id = `${request}-${made.statements.length}`
      // Two statements of one call: the second is written with the line 0.
      const previous = made.operations.at(-1)?.id
      if (line > 0) {
        const at = { file: 'src/orders.ts', line, column: 3 }
        made.operations.push({ id, request, model: 'Order', action, at })
      }
      const operation = line > 0 ? id : (previous ?? id)
      const statement: TracedStatement = {
        operation,
        request,
        sql,
        params,
        rows,
        ms: 1,
        at: made.statements.length,
      }
      made.statements.push(statement)
    }
  }
  return made
}

const orders =
  'SELECT "public"."Order"."id" FROM "public"."Order" WHERE "public"."Order"."orgId" = $1 OFFSET $2'
const page = `${orders.replace('OFFSET $2', 'LIMIT $2 OFFSET $3')}`
const user =
  'SELECT "public"."User"."id" FROM "public"."User" WHERE ("public"."User"."id" = $1 AND 1=1) LIMIT $2'
const users = (count: number): string =>
  `SELECT "public"."User"."id" FROM "public"."User" WHERE "public"."User"."id" IN (${Array.from({ length: count }, (_, i) => `$${i + 1}`).join(',')})`
const each = (count: number, line = 9): Sent =>
  Array.from({ length: count }, (_, i) => [line, 'findUnique', user, [`user ${i}`, 1], 1])

const sizes = (small: Sent, large: Sent) =>
  repeatedByRow({ workload: workload({ r: small }), rows: 2 }, { workload: workload({ r: large }), rows: 20 })

describe('repeatedByRow', () => {
  it('proves a call per row by two sizes', () => {
    const [found, ...others] = sizes(
      [[5, 'findMany', orders, ['a', 0], 2], ...each(2)],
      [[5, 'findMany', orders, ['a', 0], 20], ...each(20)],
    )
    expect(others).toEqual([])
    expect(found).toMatchObject({
      kind: 'n-plus-one',
      certainty: 'proven',
      at: { file: 'src/orders.ts', line: 9, column: 3 },
      endpoints: ['GET /api/orders'],
      evidence: [
        {
          unit: 'statements',
          points: [
            { rows: 2, count: 2 },
            { rows: 20, count: 20 },
          ],
        },
      ],
    })
    expect(found?.saw).toContain('order.findUnique ran 2 times')
  })

  it('does not take an include for it, with two relations to one model and with lists too long for one statement', () => {
    const include = (rows: number, chunks: number): Sent => [
      [5, 'findMany', orders, ['a', 0], rows],
      ...Array.from({ length: chunks }, (): Sent[number] => [0, '', users(rows), ['x'], rows]),
      [0, '', users(rows), ['y'], rows],
    ]
    expect(sizes(include(2, 1), include(20, 1))).toEqual([])
    expect(sizes(include(2, 1), include(20, 4))).toEqual([])
  })

  it('does not take a loop over constants for it', () => {
    const loop: Sent = [[5, 'findMany', orders, ['a', 0], 3], ...each(3)]
    expect(sizes(loop, loop)).toEqual([])
    const longer: Sent = [[5, 'findMany', orders, ['a', 0], 12], ...each(7)]
    expect(sizes(longer, longer)).toEqual([])
  })

  it('says possible of a loop over a page that is full at both sizes', () => {
    const full: Sent = [[5, 'findMany', page, ['a', 20, 0], 20], ...each(20)]
    expect(sizes(full, full)).toMatchObject([{ certainty: 'possible', evidence: [] }])
  })

  it('does not compare with a request that did not get there', () => {
    expect(sizes([], [[5, 'findMany', orders, ['a', 0], 20], ...each(20)])).toEqual([])
  })

  it('makes one finding of two endpoints that run the same line', () => {
    const of = (count: number): Workload => {
      const made = workload({ r: each(count), s: each(count) })
      for (const request of made.requests) request.route = `/api/${request.id}`
      return made
    }
    const found = repeatedByRow({ workload: of(2), rows: 2 }, { workload: of(20), rows: 20 })
    expect(found).toMatchObject([{ endpoints: ['GET /api/r', 'GET /api/s'] }])
  })
})

describe('repeatedQueries', () => {
  it('finds what was asked twice, and names both places', () => {
    const found = repeatedQueries(workload({ r: [...each(1, 4), ...each(1, 8)] }))
    expect(found).toMatchObject([{ kind: 'repeated-query', certainty: 'proven' }])
    expect(found[0]?.saw).toContain('2 times')
    expect(found[0]?.saw).toContain('src/orders.ts:4:3')
    expect(found[0]?.saw).toContain('src/orders.ts:8:3')
  })

  it('does not count a loop that meets the same row again: that is N+1', () => {
    const loop = [...each(4), ...each(2)]
    expect(repeatedQueries(workload({ r: loop }))).toEqual([])
  })

  it('lets pass: other parameters, another request, a read after a write', () => {
    const write: Sent[number] = [
      6,
      'update',
      'UPDATE "public"."User" SET "name" = $1 WHERE "id" = $2',
      ['n', 'u'],
      1,
    ]
    const other: Sent[number] = [6, 'update', 'UPDATE "public"."Order" SET "name" = $1', ['n'], 1]
    expect(repeatedQueries(workload({ r: each(2) }))).toEqual([])
    expect(repeatedQueries(workload({ r: each(1), s: each(1) }))).toEqual([])
    expect(repeatedQueries(workload({ r: [...each(1), write, ...each(1)] }))).toEqual([])
    expect(repeatedQueries(workload({ r: [...each(1), other, ...each(1)] })).length).toBe(1)
  })
})

describe('unboundedReads', () => {
  const reads = (sql: string, few: number, many: number, bytes?: [number, number]) =>
    unboundedReads(
      {
        workload: workload({ r: [[5, 'findMany', sql, [], few]] }),
        rows: 10,
        ...(bytes && { bytes: { r: bytes[0] } }),
      },
      {
        workload: workload({ r: [[5, 'findMany', sql, [], many]] }),
        rows: 500,
        ...(bytes && { bytes: { r: bytes[1] } }),
      },
    )

  it('proves a list that grows with the rows, and tells one that is sent from one that is only read', () => {
    expect(reads(orders, 10, 500)).toMatchObject([{ kind: 'unbounded-list', certainty: 'proven', notes: [] }])
    expect(reads(orders, 10, 500, [900, 45_000])).toMatchObject([
      {
        notes: [],
        evidence: [{ unit: 'rows' }, { unit: 'bytes', points: [{ count: 900 }, { count: 45_000 }] }],
      },
    ])
    expect(reads(orders, 10, 500, [30, 31])[0]?.notes[0]).toContain('did not grow')
  })

  it('lets pass: a LIMIT, rows that do not grow with the data, a short list', () => {
    expect(reads(page, 10, 500)).toEqual([])
    expect(reads(orders, 40, 50)).toEqual([])
    expect(reads(orders, 1, 12)).toEqual([])
  })
})
