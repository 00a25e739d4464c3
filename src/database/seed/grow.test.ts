import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openSeedingServer, type SeedingServer, validateForeignKeys } from '../../../test/seeding.ts'
import { growTable } from './grow.ts'
import { growFor } from './grow-for.ts'
import { insertWorld, resetWorld } from './insert.ts'
import { planWorld } from './plan.ts'

let server: SeedingServer
beforeAll(async () => {
  server = await openSeedingServer()
}, 60_000)
afterAll(() => server?.close())

const workshop = 'examples/workshop/prisma/schema.prisma'

describe('a grown table', () => {
  it('has 100,000 rows in seconds, and every key holds', async () => {
    const { client, catalog, hints } = await server.bedOf(workshop)
    const world = planWorld(catalog, hints)
    await insertWorld(client, world)
    const grown = await growTable(client, catalog, hints, world, {
      table: 'WorkOrder',
      rows: 100_000,
      per: { projectId: 'zipf' },
    })
    expect(grown.filter(({ problem }) => problem !== undefined)).toEqual([])
    expect(grown.at(-1)).toMatchObject({ table: 'WorkOrder', rows: 100_000 })
    expect(grown.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThan(20_000)
    // Each constraint is looked at by Postgres when it is made again.
    await validateForeignKeys(client, catalog)
    const { rows } = await client.query(
      `SELECT (SELECT count(*)::int FROM "WorkOrder" w JOIN "Project" p ON p.id = w."projectId"
         WHERE p."orgId" <> w."orgId") AS strangers,
       (SELECT count(DISTINCT "orgId")::int FROM "WorkOrder") AS orgs,
       (SELECT max(n)::int FROM (SELECT count(*) n FROM "WorkOrder" GROUP BY "projectId") x) AS most,
       (SELECT count(DISTINCT status)::int FROM "WorkOrder") AS statuses,
       (SELECT count(*)::int FROM "User" u WHERE NOT EXISTS (SELECT FROM "Membership" m WHERE m."userId" = u.id)) AS alone,
       (SELECT reltuples::int FROM pg_class WHERE relname = 'WorkOrder') AS analyzed`,
    )
    const [facts] = z.tuple([z.record(z.string(), z.number())]).parse(rows)
    expect(facts).toMatchObject({ strangers: 0, orgs: 200, statuses: 5, alone: 0 })
    expect(facts.most).toBeGreaterThan(5000)
    expect(facts.analyzed).toBeGreaterThan(99_000)
    await resetWorld(client, catalog, world)
    const left = await client.query('SELECT FROM "WorkOrder"')
    expect(left.rowCount).toBe(world.rows.filter(({ table }) => table === 'WorkOrder').length)
  }, 60_000)

  it('keeps unique keys of references alone', async () => {
    const { client, catalog, hints } = await server.bedOf(workshop)
    const world = planWorld(catalog, hints)
    await insertWorld(client, world)
    for (const table of ['Membership', 'Invoice', 'User']) {
      const grown = await growTable(client, catalog, hints, world, { table, rows: 3000 })
      expect(grown.flatMap(({ problem }) => problem ?? [])).toEqual([])
      expect(grown.find((one) => one.table === table)?.rows).toBe(3000)
    }
    await validateForeignKeys(client, catalog)
  }, 60_000)
})

describe('a longer list', () => {
  it('belongs to one parent of the party', async () => {
    const { client, catalog, hints } = await server.bedOf(workshop)
    const world = planWorld(catalog, hints)
    await insertWorld(client, world)
    const project = world.rows.filter(({ table, party }) => table === 'Project' && party === 'b')[2]
    const { rows, problems } = await growFor(client, catalog, hints, world, {
      party: 'b',
      table: 'WorkOrder',
      rows: 50,
      ...(project ? { parent: project } : {}),
    })
    expect(problems).toEqual([])
    expect(new Set(rows.map(({ values }) => values.projectId))).toEqual(new Set([project?.values.id]))
    expect(new Set(rows.map(({ values }) => values.orgId))).toEqual(new Set([world.tenants.b?.values.id]))
    expect(new Set(rows.map(({ canaries }) => canaries.title)).size).toBe(50)
    const { rowCount } = await client.query('SELECT FROM "WorkOrder" WHERE "projectId" = $1', [
      project?.values.id,
    ])
    expect(rowCount).toBeGreaterThanOrEqual(50)
    await validateForeignKeys(client, catalog)
  })

  it('is that of a user where rows are a user’s', async () => {
    const { client, catalog, hints } = await server.bedOf(
      'fixtures/apps/pages-and-actions/prisma/schema.prisma',
    )
    const world = planWorld(catalog, hints)
    await insertWorld(client, world)
    const user = world.users.find(({ party, role }) => party === 'a' && role === 'admin')
    const { rows } = await growFor(client, catalog, hints, world, {
      party: 'a',
      table: 'Stop',
      rows: 20,
      ...(user ? { parent: user.row } : {}),
    })
    const trips = world.rows.filter(({ values }) => values.ownerId === user?.row.values.id)
    expect(trips.map(({ values }) => values.id)).toContain(rows[0]?.values.tripId)
    expect(new Set(rows.map(({ values }) => values.tripId)).size).toBe(1)
  })
})
