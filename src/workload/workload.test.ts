/** The whole way with a real client of Prisma: capture at two sizes, find, advise at 100,000 rows, cure, compare. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Plans } from '../core/finding.ts'
import type { Workload } from '../core/workload.ts'
import { type DatabaseServer, openServer } from '../database/server.ts'
import { createTables } from '../database/tables.ts'
import { captureEnv } from '../runtime/capture/preload-path.ts'
import { readWorkload } from '../runtime/capture/read-workload.ts'
import { openWorkplace, type Workplace } from '../sandbox/workplace.ts'
import { type Advice, adviseIndexes } from './advise-indexes.ts'
import { compareRuns, type Run } from './compare-runs.ts'
import { repeatedByRow } from './n-plus-one.ts'
import { repeatedQueries } from './repeated-query.ts'
import { statementsOf } from './statements.ts'
import { unboundedReads } from './unbounded.ts'
import { unreadColumns } from './unread-columns.ts'

const repository = join(import.meta.dirname, '../..')
// Below the repository, where the packages are found.
const folder = join(repository, 'fixtures/.build/workload')

const SCHEMA = `
generator client {
  provider = "prisma-client-js"
  output   = "./generated"
}
datasource db {
  provider = "postgresql"
}
enum Status {
  OPEN
  PAID
  VOID
}
model Org {
  id       String    @id
  name     String
  invoices Invoice[]
}
model Customer {
  id       String    @id
  name     String
  invoices Invoice[]
}
model Invoice {
  id         String   @id
  orgId      String
  customerId String
  status     Status
  title      String
  terms      String
  createdAt  DateTime
  org        Org      @relation(fields: [orgId], references: [id])
  customer   Customer @relation(fields: [customerId], references: [id])
  lines      Line[]
}
model Line {
  id        Int     @id
  invoiceId String
  label     String
  cents     Int
  invoice   Invoice @relation(fields: [invoiceId], references: [id], onDelete: Cascade)
}
`

const APP = `
const { createServer } = require('node:http')
const { PrismaClient } = require('./generated')
const { PrismaPg } = require('@prisma/adapter-pg')
const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) })
const orgId = 'o1'
const orgOf = () => db.org.findUnique({ where: { id: orgId } })
const handlers = {
  async '/loop'() {
    const list = await db.invoice.findMany({ where: { orgId }, select: { id: true, customerId: true }, orderBy: { id: 'asc' }, take: 50 })
    const names = []
    for (const one of list) names.push((await db.customer.findUnique({ where: { id: one.customerId } })).name) // loop
    return names
  },
  '/include': () => db.invoice.findMany({ where: { orgId }, select: { id: true, customer: { select: { name: true } }, org: { select: { name: true } } }, orderBy: { id: 'asc' }, take: 50 }),
  '/all': () => db.invoice.findMany({ where: { orgId }, select: { id: true, title: true } }),
  '/page': () => db.invoice.findMany({ where: { orgId }, select: { id: true }, orderBy: { createdAt: 'desc' }, take: 20 }),
  '/search': () => db.invoice.findMany({ where: { title: { contains: 'a87ff679A', mode: 'insensitive' } }, select: { id: true }, take: 20 }),
  '/lines': () => db.invoice.findMany({ where: { id: { in: ['i1', 'i2', 'i3'] } }, select: { id: true, lines: { select: { label: true } } }, orderBy: { id: 'asc' } }),
  async '/constants'() {
    const counts = []
    for (const status of ['OPEN', 'PAID', 'VOID']) counts.push(await db.invoice.count({ where: { orgId, status } }))
    return counts
  },
  async '/twice'() {
    await orgOf()
    return orgOf()
  },
  async '/wide'() {
    const list = await db.invoice.findMany({ where: { orgId }, orderBy: { id: 'asc' }, take: 20 })
    return list.map(({ id, title, customerId, orgId, status, createdAt }) => ({ id, title, customerId, orgId, status, createdAt }))
  },
  '/one': () => db.invoice.findUnique({ where: { id: 'i7' }, select: { title: true } }),
}
createServer(async (request, response) => {
  const body = await handlers[request.url]()
  response.end(JSON.stringify(body))
}).listen(0, '127.0.0.1', function () { process.stdout.write(String(this.address().port)) })
`
const PATHS = [...APP.matchAll(/'(\/\w+)'/g)].map(([, path = '']) => path)

let workplace: Workplace
let server: DatabaseServer
let client: Client
let runs = 0

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'schema.prisma'), SCHEMA)
  writeFileSync(join(folder, 'app.cjs'), APP)
  const prisma = join(repository, 'node_modules/prisma/build/index.js')
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath }
  execFileSync(process.execPath, [prisma, 'generate', '--schema', join(folder, 'schema.prisma')], {
    env,
    cwd: folder,
  })
  workplace = await openWorkplace(join(tmpdir(), 'backend-engineer-test'))
  server = await openServer(workplace, { cacheFolder: join(tmpdir(), 'backend-engineer-test/cache') })
  await server.createDatabase('workload')
  client = await server.connect('workload')
  await createTables(client, { files: [{ path: 'schema.prisma', content: SCHEMA }] })
}, 60_000)

afterAll(async () => {
  await client.end()
  await workplace.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `org` rows belong to the organisation that the app asks for, the others to 200 others. */
async function seed(invoices: number, org: number): Promise<void> {
  await client.query('TRUNCATE "Org", "Customer", "Invoice", "Line"')
  await client.query(`INSERT INTO "Org" SELECT 'o' || i, 'Organisation ' || i FROM generate_series(0, 201) i`)
  await client.query(
    `INSERT INTO "Customer" SELECT 'c' || i, 'Customer ' || md5(i::text) FROM generate_series(0, 999) i`,
  )
  await client.query(
    `INSERT INTO "Invoice" SELECT 'i' || i, CASE WHEN i % $2 = 0 THEN 'o1' ELSE 'o' || (abs(hashint4(i)) % 200 + 2) END,
      'c' || (abs(hashint4(i)) % 1000), 'OPEN', 'Invoice ' || md5(i::text), 'Terms ' || repeat(md5((-i)::text), 4),
      '2025-01-01'::timestamp + i * interval '1 minute' FROM generate_series(1, $1::int) i`,
    [invoices, invoices / org],
  )
  await client.query(
    `INSERT INTO "Line" SELECT i, 'i' || (i % $1::int + 1), 'Line ' || md5(i::text), i FROM generate_series(1, $1::int) i`,
    [invoices],
  )
}

/** Starts the app, sends every request once, and reads what it did. */
async function run(): Promise<Run> {
  runs += 1
  const records = mkdtempSync(join(workplace.folder, 'records-'))
  const env = { ...process.env, ...captureEnv(records), DATABASE_URL: server.url('workload') }
  const app = workplace.start(process.execPath, ['app.cjs'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = app.stdout
    ? await Promise.race([
        once(app.stdout, 'data'),
        once(app, 'exit').then(() => Promise.reject(new Error('The app ended.'))),
      ])
    : []
  const answers: Run['answers'] = []
  for (const path of PATHS) {
    const id = `${runs}${path}`
    const start = performance.now()
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
      headers: { 'x-backend-engineer-request': id },
    })
    const body = await response.text()
    answers.push({ key: `GET ${path}`, id, status: response.status, body, ms: performance.now() - start })
  }
  const ended = once(app, 'exit')
  app.kill()
  await ended
  const workload = await readWorkload(records, { copy: folder, project: folder })
  expect(workload.lost).toEqual([])
  return { answers, workload }
}

const bytesOf = ({ answers }: Run): Record<string, number> =>
  Object.fromEntries(answers.map(({ id, body }) => [id, Buffer.byteLength(body)]))

describe('a workload of Prisma', () => {
  let small: Run
  let large: Run

  beforeAll(async () => {
    await seed(400, 5)
    small = await run()
    await seed(400, 40)
    large = await run()
  }, 60_000)

  it('has one N+1, by its line, and none of the look-alikes', () => {
    const found = repeatedByRow({ workload: small.workload, rows: 5 }, { workload: large.workload, rows: 40 })
    const line = APP.split('\n').findIndex((text) => text.includes('// loop')) + 1
    expect(found).toMatchObject([
      {
        certainty: 'proven',
        at: { file: 'app.cjs', line },
        endpoints: ['GET /loop'],
        evidence: [
          {
            points: [
              { rows: 5, count: 5 },
              { rows: 40, count: 40 },
            ],
          },
        ],
      },
    ])
  })

  it('has one repeated query and one list without an end', () => {
    expect(repeatedQueries(large.workload)).toMatchObject([{ endpoints: ['GET /twice'] }])
    const lists = unboundedReads(
      { workload: small.workload, rows: 5, bytes: bytesOf(small) },
      { workload: large.workload, rows: 40, bytes: bytesOf(large) },
    )
    expect(lists).toMatchObject([{ endpoints: ['GET /all'], certainty: 'proven', notes: [] }])
  })

  it('has one list of columns that nobody gets', async () => {
    const bodies = Object.fromEntries(large.answers.map(({ id, body }) => [id, body]))
    const found = await unreadColumns(client, large.workload, bodies, [])
    expect(found.map(({ endpoints }) => endpoints)).toEqual([['GET /wide']])
    expect(found[0]?.saw).toContain('read terms of Invoice')
  })
})

describe('at 100,000 rows', () => {
  let before: Run[]
  let advice: Advice

  beforeAll(async () => {
    await seed(100_000, 500)
    before = [await run()]
    const workload: Workload | undefined = before[0]?.workload
    advice = await adviseIndexes(client, workload ? statementsOf(workload) : [], { models: [] })
  }, 90_000)

  it('advises what helps, with at least ten times fewer blocks', () => {
    expect(advice.problems).toEqual([])
    const sql = advice.findings.map(({ cure }) =>
      cure?.kind === 'add-index' ? cure.sql.replace(/.* ON "public"./, '') : '',
    )
    expect(sql.sort()).toEqual([
      '"Invoice" ("orgId", "createdAt");',
      '"Invoice" ("orgId", "id");',
      '"Invoice" ("orgId", "status");',
      '"Invoice" USING gin ("title" gin_trgm_ops);',
      '"Line" ("invoiceId");',
    ])
    const plans = advice.findings
      .flatMap(({ evidence }) => evidence)
      .filter((one): one is Plans => one.kind === 'plan')
    expect(plans.length).toBeGreaterThanOrEqual(8)
    for (const { before, after } of plans) expect(after?.buffers).toBeLessThan(before.buffers / 3)
  })

  it('leaves the answers equal when it is applied', async () => {
    for (const { cure } of advice.findings) {
      if (cure?.kind !== 'add-index') continue
      if (cure.extension) await client.query(`CREATE EXTENSION IF NOT EXISTS ${cure.extension}`)
      await client.query(cure.sql)
    }
    const after = [await run()]
    const compared = compareRuns(before, after)
    expect(compared.requests.map(({ key, verdict }) => [key, verdict])).toEqual(
      PATHS.map((path) => [`GET ${path}`, expect.stringMatching(/^(equal|reordered)$/)]),
    )
    expect(compared.equal).toBe(true)
  }, 60_000)
})
