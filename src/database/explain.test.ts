import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openWorkplace, type Workplace } from '../sandbox/workplace.ts'
import { explain } from './explain.ts'
import { openServer } from './server.ts'

// Servers and processes are slow where many tests share two cores.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let base: string
let workplace: Workplace
let client: Client

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'be-explain-'))
  workplace = await openWorkplace(base)
  const server = await openServer(workplace, { cacheFolder: join(base, 'cache') })
  await server.createDatabase('app')
  client = await server.connect('app')
  await client.query(`
    CREATE TYPE "Status" AS ENUM ('OPEN', 'DONE');
    CREATE TABLE "Org" ("id" TEXT PRIMARY KEY, "name" TEXT NOT NULL UNIQUE);
    CREATE TABLE "Task" ("id" SERIAL PRIMARY KEY, "orgId" TEXT NOT NULL REFERENCES "Org", "status" "Status" NOT NULL,
      "at" TIMESTAMP(3) NOT NULL, "data" JSONB NOT NULL, "tags" TEXT[] NOT NULL);
    INSERT INTO "Org" SELECT 'o' || n, 'Org ' || n FROM generate_series(1, 100) n;
    INSERT INTO "Task" ("orgId", "status", "at", "data", "tags")
      SELECT 'o' || (n / 200 + 1), 'OPEN', timestamp '2026-01-01' + n * interval '1 minute', '{}', '{a}'
      FROM generate_series(0, 19999) n;
    ANALYZE`)
}, 60_000)

afterAll(async () => {
  await client?.end()
  await workplace?.close()
  await rm(base, { recursive: true, force: true })
})

describe('explain', () => {
  it('sees what an index saves', async () => {
    const sql = 'SELECT "id" FROM "Task" WHERE "orgId" = $1'
    const before = await explain(client, sql, ['o7'], { runs: 3 })
    expect(before.plan).toMatchObject({
      node: 'Seq Scan',
      relation: 'Task',
      rows: 200,
      removed: 19_800,
      loops: 1,
    })
    expect(before.plan.condition).toMatch(/^Filter: .*"orgId".*o7/)
    expect(before.ms).toMatchObject({ runs: 3 })
    expect(before.ms.min).toBeLessThanOrEqual(before.ms.median)
    expect(before.ms.median).toBeLessThanOrEqual(before.ms.max)
    expect(before.ms.min).toBeGreaterThan(0)

    await client.query('CREATE INDEX "Task_orgId_idx" ON "Task" ("orgId") INCLUDE ("id")')
    await client.query('VACUUM ANALYZE "Task"')
    const after = await explain(client, sql, ['o7'])
    expect(JSON.stringify(after.plan)).toContain('"index":"Task_orgId_idx"')
    expect(after.plan.rows).toBe(200)
    expect(after.ms.runs).toBe(5)
    expect(after.buffers).toBeLessThan(before.buffers / 10)
  })

  it('reads nested plans, with buffers of a node and all below it', async () => {
    const sql = `SELECT o."name", count(*) FROM "Task" t JOIN "Org" o ON o."id" = t."orgId"
      WHERE t."at" > $1 GROUP BY o."name" ORDER BY 2 DESC LIMIT $2`
    const { plan, buffers } = await explain(client, sql, [new Date('2026-01-02T00:00:00Z'), 5], { runs: 1 })
    expect(plan).toMatchObject({ node: 'Limit', rows: 5, buffers })
    const nodes = [plan]
    for (const node of nodes) {
      nodes.push(...node.children)
      expect(node.buffers).toBeGreaterThanOrEqual(Math.max(0, ...node.children.map((child) => child.buffers)))
    }
    expect(nodes.map(({ node }) => node)).toContain('Hash Join')
    expect(nodes.find(({ node }) => node === 'Sort')?.condition).toContain('Sort Key: (count(*)) DESC')
  })

  it('types parameters as the statement asks', async () => {
    const sql = `SELECT 1 FROM "Task" WHERE "status" = $1 AND "tags" = $2 AND "data" = $3 AND "id" = ANY($4) LIMIT $5`
    const run = await explain(client, sql, ['OPEN', ['a'], {}, [1, 2, 3], 10], { runs: 1 })
    expect(run.plan.rows).toBe(3)
  })

  it('leaves nothing of a statement that writes', async () => {
    const sql = 'INSERT INTO "Org" ("id", "name") VALUES ($1, $2) RETURNING "id"'
    const run = await explain(client, sql, ['new', 'New'])
    expect(run.plan).toMatchObject({ node: 'Insert', relation: 'Org' })
    await explain(client, 'DELETE FROM "Task"', [], { runs: 1 })
    const { rows } = await client.query(
      'SELECT (SELECT count(*)::int FROM "Org") o, (SELECT count(*)::int FROM "Task") t',
    )
    expect(rows).toEqual([{ o: 100, t: 20_000 }])
  })

  it('fails with the words of Postgres, and the connection goes on', async () => {
    await expect(explain(client, 'SELECT * FROM "Nowhere"', [])).rejects.toThrow(
      'relation "Nowhere" does not exist',
    )
    await expect(explain(client, 'SELECT 1; DROP TABLE "Task"', [])).rejects.toThrow('multiple commands')
    await expect(explain(client, 'SELECT pg_sleep(5)', [], { timeout: 50 })).rejects.toThrow(
      'statement timeout',
    )
    expect((await explain(client, 'SELECT 1', [], { runs: 1 })).plan.node).toBe('Result')
  })
})
