import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Invoices, models, openInvoices, select, statement, status } from '../../test/invoices.ts'
import type { Plans } from '../core/finding.ts'
import { type Advice, adviseIndexes } from './advise-indexes.ts'
import type { WorkloadFinding } from './finding.ts'
import type { WorkloadStatement } from './statements.ts'

let invoices: Invoices

beforeAll(async () => {
  invoices = await openInvoices()
}, 60_000)
afterAll(() => invoices.close())

async function advise(...statements: WorkloadStatement[]): Promise<Advice> {
  const advice = await adviseIndexes(invoices.client, statements, { models })
  expect(advice.problems).toEqual([])
  expect(advice.measured.length).toBe(statements.length)
  return advice
}

/** The lines of the schema, or the SQL where Prisma cannot say it. */
const cures = ({ findings }: Advice): (string | undefined)[] =>
  findings.map(({ cure }) => (cure?.kind === 'add-index' ? (cure.prisma?.line ?? cure.sql) : undefined))
const plans = (finding: WorkloadFinding | undefined): Plans[] =>
  (finding?.evidence ?? []).filter((one): one is Plans => one.kind === 'plan')

const page = statement(select('("orgId" = $1 AND 1=1)', 'ORDER BY "createdAt" DESC LIMIT $2 OFFSET $3'), [
  'o7',
  20,
  0,
])
const count = statement(
  `SELECT COUNT(*) AS "_count$_all" FROM (SELECT "public"."Invoice"."id" FROM "public"."Invoice" WHERE "public"."Invoice"."orgId" = $1 OFFSET $2) AS "sub"`,
  ['o7', 0],
)

describe('an index is advised', () => {
  it('for a page: equal column, then the order; with figures, the edit and SQL, and leaves nothing behind', async () => {
    const advice = await advise(page)
    expect(cures(advice)).toEqual(['@@index([orgId, createdAt])'])
    const [finding] = advice.findings
    const [plan] = plans(finding)
    expect(plan?.before.buffers).toBeGreaterThan(1000)
    expect(plan?.after?.buffers).toBeLessThan((plan?.before.buffers ?? 0) / 50)
    expect(plan?.after?.plan.children[0]?.index).toBeDefined()
    expect(plan?.data).toBe('Invoice: 100,000 rows')
    expect(finding).toMatchObject({
      kind: 'missing-index',
      certainty: 'proven',
      at: { file: 'src/invoices.ts' },
      cure: {
        prisma: { model: 'Invoice' },
        sql: 'CREATE INDEX "Invoice_orgId_createdAt_idx" ON "public"."Invoice" ("orgId", "createdAt");',
        concurrently: expect.stringContaining('CREATE INDEX CONCURRENTLY "Invoice_orgId_createdAt_idx"'),
      },
    })
    expect(finding?.notes[0]).toMatch(/^Writing 100 rows to Invoice takes \d+ blocks without and \d+ with it/)
    const left = await invoices.client.query(
      "SELECT 1 FROM pg_class WHERE relname LIKE 'backend_engineer%' OR relname LIKE 'Invoice_org%'",
    )
    expect(left.rows).toEqual([])
  })

  it('once for several statements, and not a second one that is its beginning', async () => {
    const all = statement(select('"orgId" = $1', 'OFFSET $2'), ['o7', 0])
    const advice = await advise(count, all, page)
    expect(cures(advice)).toEqual(['@@index([orgId, createdAt])'])
    expect(advice.findings[0]?.shapes.length).toBe(3)
    expect(advice.rejected.map(({ why }) => why)).toContain(
      'Another index serves the same statements at least as well.',
    )
  })

  it('for the keys of an include, by the names of the schema', async () => {
    const sql = select('"customer_id" IN ($1,$2,$3)', 'OFFSET $4')
    const advice = await advise(statement(sql, ['c1', 'c2', 'c3', 0]))
    expect(cures(advice)).toEqual(['@@index([customerId])'])
    expect(advice.findings[0]?.kind).toBe('missing-foreign-key-index')
  })

  it('that begins with all equal columns, and is likely only, when no row matched', async () => {
    const sql = select('("orgId" = $1 AND "paid" = $2 AND "total" >= $3)', 'ORDER BY "total" LIMIT $4')
    const none = await advise(statement(sql, ['o9', true, 99_999, 20]))
    expect(cures(none)[0]).toMatch(/^@@index\(\[(orgId, paid|paid, orgId), total\]\)$/)
    expect(none.findings).toMatchObject([
      { certainty: 'likely', notes: [expect.stringContaining('No row of Invoice'), expect.anything()] },
    ])
    const inside = statement(select('"notes" ILIKE $1'), ['%nowhere%'])
    expect((await advise(inside)).findings).toEqual([])
  })

  it('for the rows of an UPDATE, which stays undone', async () => {
    const sql =
      'UPDATE "public"."Invoice" SET "notes" = $1 WHERE ("public"."Invoice"."customer_id" = $2 AND 1=1)'
    expect(cures(await advise(statement(sql, ['changed', 'c5'])))).toEqual(['@@index([customerId])'])
    const { rows } = await invoices.client.query(`SELECT 1 FROM "Invoice" WHERE "notes" = 'changed'`)
    expect(rows).toEqual([])
  })

  it('for a join of raw SQL with aliases: the filter of one table, the key of the other', async () => {
    const sql = `SELECT c.name, sum(i.total) FROM "Customer" c JOIN "Invoice" i ON i.customer_id = c.id
      WHERE c.email = $1 GROUP BY 1`
    expect(cures(await advise(statement(sql, ['user7@example.com']))).sort()).toEqual([
      '@@index([customerId])',
      '@@index([email])',
    ])
  })

  it('for a range and for a sort in two directions', async () => {
    const range = select('("orgId" = $1 AND "total" >= $2 AND "total" < $3)')
    expect(cures(await advise(statement(range, ['o9', 10, 90])))).toEqual(['@@index([orgId, total])'])
    const mixed = select('"orgId" = $1', 'ORDER BY "status" ASC, "createdAt" DESC LIMIT $2')
    expect(cures(await advise(statement(mixed, ['o9', 20])))).toEqual([
      '@@index([orgId, status, createdAt(sort: Desc)])',
    ])
  })

  it('in SQL for nulls, where Prisma cannot say it', async () => {
    const nulls = select('"orgId" = $1', 'ORDER BY "deletedAt" DESC NULLS LAST LIMIT $2')
    expect(cures(await advise(statement(nulls, ['o9', 20])))).toEqual([
      'CREATE INDEX "Invoice_orgId_deletedAt_idx" ON "public"."Invoice" ("orgId", "deletedAt" DESC NULLS LAST);',
    ])
  })

  it('in SQL for an expression and for text inside of two columns', async () => {
    const lower = statement('SELECT id FROM "Customer" WHERE lower(email) = $1', ['user99@example.com'])
    expect(cures(await advise(lower))[0]).toContain('((lower("email")));')
    const inside = statement('SELECT id FROM "Customer" WHERE name ILIKE $1 OR email ILIKE $1', [
      '%a87ff679a%',
    ])
    const trigrams = await advise(inside)
    expect(cures(trigrams)[0]).toContain('USING gin ("name" gin_trgm_ops, "email" gin_trgm_ops);')
    expect(trigrams.findings[0]?.cure).toMatchObject({ extension: 'pg_trgm' })
  })

  it('for text that begins with something, of a class that works in every collation', async () => {
    const sql = select('"notes"::text LIKE $1')
    expect(cures(await advise(statement(sql, ['note a87ff679a%'])))).toEqual([
      '@@index([notes(ops: raw("text_pattern_ops"))])',
    ])
  })
})

describe('no index is advised', () => {
  it('for a column of few values, though one could be built', async () => {
    for (const [sql, params] of [
      [select(`"status" = ${status('$1')}`), ['PAID']],
      [select('"paid" = $1'), [true]],
    ] as const) {
      const advice = await advise(statement(sql, [...params]))
      expect(advice.findings).toEqual([])
      expect(advice.rejected.length).toBeGreaterThan(0)
    }
  })

  it('for a tiny table, a row by its id, a page of a whole table', async () => {
    const tiny = statement('SELECT "value" FROM "Setting" WHERE "orgId" = $1', ['o5'])
    const one = statement(select('("id" = $1 AND 1=1)', 'LIMIT $2'), ['i77', 1])
    const some = statement(select('"paid" = $1', 'LIMIT $2'), [true, 20])
    expect((await advise(tiny, one, some)).findings).toEqual([])
  })

  it('for a sort of everything, where reading by index costs more blocks', async () => {
    const advice = await advise(statement(select('1=1', 'ORDER BY "total"'), []))
    expect(advice.findings).toEqual([])
    expect(advice.rejected).toMatchObject([{ why: expect.stringContaining('It saves too little') }])
  })

  it('when there is no time, which is told', async () => {
    const advice = await adviseIndexes(invoices.client, [page], { models, budget: -1 })
    expect(advice).toMatchObject({
      findings: [],
      problems: [expect.stringMatching(/^There was no time to try \d/)],
    })
  })

  it('and a statement that Postgres does not know is told', async () => {
    const advice = await adviseIndexes(invoices.client, [statement('SELECT 1 FROM "Gone"', [])], { models })
    expect(advice).toMatchObject({
      findings: [],
      measured: [],
      indexes: [],
      problems: [expect.stringContaining('"Gone"')],
    })
  })
})
