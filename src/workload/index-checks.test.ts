import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Invoices, models, openInvoices, select, statement } from '../../test/invoices.ts'
import { foreignKeyIndexes, redundantIndexes } from './index-checks.ts'

let invoices: Invoices

beforeAll(async () => {
  invoices = await openInvoices()
  await invoices.client.query('VACUUM (ANALYZE)')
}, 60_000)
afterAll(() => invoices.close())

const page = statement(select('"orgId" = $1', 'ORDER BY "createdAt" DESC LIMIT $2'), ['o7', 20])
const byOrg = statement(select('"orgId" = $1', 'OFFSET $2'), ['o7', 0])

/** With these indexes; afterwards without. */
async function withIndexes<Result>(sql: string, work: () => Promise<Result>): Promise<Result> {
  await invoices.client.query(sql)
  try {
    return await work()
  } finally {
    const { rows } = await invoices.client.query<{ drop: string }>(
      `SELECT format('DROP INDEX IF EXISTS %I', indexname) AS drop FROM pg_indexes
       WHERE schemaname = 'public' AND indexname LIKE 't_%'`,
    )
    for (const { drop } of rows) await invoices.client.query(drop)
  }
}

describe('foreignKeyIndexes', () => {
  it('proves by the lookup of a delete, and leaves alone keys whose table is small or that are led by an index', async () => {
    const found = await foreignKeyIndexes(invoices.client, models)
    expect(found.map(({ cure }) => cure?.kind === 'add-index' && cure.prisma?.line)).toEqual([
      // Customer.orgId: 100 rows for each of 200 organisations are on as many of the 270 pages.
      '@@index([customerId])',
    ])
    expect(found[0]).toMatchObject({ certainty: 'proven', evidence: [{ kind: 'plan' }] })
    const led = await withIndexes('CREATE INDEX t_led ON "Invoice" ("customer_id", "status")', () =>
      foreignKeyIndexes(invoices.client, models),
    )
    expect(led).toEqual([])
    const advised = {
      schema: 'public',
      table: 'Invoice',
      columns: [{ name: 'customer_id' }, { name: 'total' }],
    }
    expect(await foreignKeyIndexes(invoices.client, models, [advised])).toEqual([])
  })
})

describe('redundantIndexes', () => {
  const redundant = (sql: string) =>
    withIndexes(sql, () => redundantIndexes(invoices.client, [page, byOrg], models))

  it('proves that the first columns of another index are not needed', async () => {
    const found = await redundant(`CREATE INDEX t_org ON "Invoice" ("orgId");
      CREATE INDEX t_org_created ON "Invoice" ("orgId", "createdAt")`)
    expect(found).toMatchObject([
      {
        kind: 'redundant-index',
        certainty: 'proven',
        cure: {
          kind: 'drop-index',
          index: 't_org',
          prisma: { model: 'Invoice', fields: ['orgId'] },
          sql: 'DROP INDEX "public"."t_org";',
          concurrently: 'DROP INDEX CONCURRENTLY "public"."t_org";',
        },
      },
    ])
    const [, before, after] = /takes (\d+) blocks before and (\d+) after/.exec(found[0]?.notes[1] ?? '') ?? []
    expect(Number(before) - Number(after)).toBeGreaterThanOrEqual(100)
    const { rows } = await invoices.client.query(`SELECT 1 FROM pg_indexes WHERE indexname = 't_org'`)
    expect(rows).toEqual([])
  })

  it('of two equal ones takes one, and one beside a unique one', async () => {
    const twins = await redundant(
      `CREATE INDEX t_a ON "Invoice" ("total"); CREATE INDEX t_b ON "Invoice" ("total")`,
    )
    expect(twins.map(({ cure }) => cure?.kind === 'drop-index' && cure.index)).toEqual(['t_b'])
    const beside = await redundant(`CREATE INDEX t_id ON "Invoice" ("id")`)
    expect(beside.map(({ cure }) => cure?.kind === 'drop-index' && cure.index)).toEqual(['t_id'])
  })

  it('lets pass what only looks so', async () => {
    const alike: Record<string, string> = {
      'unique beginning':
        'CREATE UNIQUE INDEX t_a ON "Customer" ("email"); CREATE INDEX t_b ON "Customer" ("email", "name")',
      direction:
        'CREATE INDEX t_a ON "Invoice" ("orgId", "status" DESC); CREATE INDEX t_b ON "Invoice" ("orgId", "status", "total")',
      partial:
        'CREATE INDEX t_a ON "Invoice" ("orgId") WHERE "deletedAt" IS NULL; CREATE INDEX t_b ON "Invoice" ("orgId", "total")',
      'partial other':
        'CREATE INDEX t_a ON "Invoice" ("orgId"); CREATE INDEX t_b ON "Invoice" ("orgId", "total") WHERE paid',
      class:
        'CREATE INDEX t_a ON "Invoice" ("notes" text_pattern_ops); CREATE INDEX t_b ON "Invoice" ("notes", "total")',
      method:
        'CREATE INDEX t_a ON "Invoice" USING hash ("orgId"); CREATE INDEX t_b ON "Invoice" ("orgId", "total")',
      'second column':
        'CREATE INDEX t_a ON "Invoice" ("total"); CREATE INDEX t_b ON "Invoice" ("orgId", "total")',
      include:
        'CREATE INDEX t_a ON "Invoice" ("orgId") INCLUDE ("total"); CREATE INDEX t_b ON "Invoice" ("orgId", "status")',
    }
    for (const [name, sql] of Object.entries(alike)) expect([name, await redundant(sql)]).toEqual([name, []])
  })

  it('lets pass one that serves a statement with far fewer blocks', async () => {
    const count = statement('SELECT count(*) FROM "Invoice" WHERE "orgId" >= $1', ['o1'])
    const wide = `CREATE INDEX t_a ON "Invoice" ("orgId"); CREATE INDEX t_b ON "Invoice" ("orgId", "notes")`
    const found = await withIndexes(wide, () => redundantIndexes(invoices.client, [count], models))
    expect(found).toEqual([])
  })
})
