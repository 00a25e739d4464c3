/** The example, built and started by its own Next.js as it is, against what goes over the wire to its database. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../../test/build-app.ts'
import { openWire, type Wire } from '../../../test/wire.mjs'
import type { Workload } from '../../core/workload.ts'
import { openServer } from '../../database/server.ts'
import { createTables } from '../../database/tables.ts'
import { openWorkplace, type Workplace } from '../../sandbox/workplace.ts'
import { captureEnv } from './preload-path.ts'
import { readWorkload } from './read-workload.ts'
import { type Mark, markRecords } from './records.ts'

const repository = join(import.meta.dirname, '../../..')
const example = join(repository, 'examples/workshop')
const SECRET = 'a secret of the test that is long enough'

const ROWS = `
  INSERT INTO "User"(id, email, name, "passwordHash") VALUES ('u1', 'u1@example.org', 'Ada', 'x:y');
  INSERT INTO "Organisation"(id, name, slug) VALUES ('o1', 'One', 'one');
  INSERT INTO "Membership"(id, "orgId", "userId", role) VALUES ('m1', 'o1', 'u1', 'OWNER');
  INSERT INTO "Customer"(id, "orgId", name) VALUES ('c1', 'o1', 'Customer');
  INSERT INTO "Project"(id, "orgId", "customerId", title) SELECT 'p' || n, 'o1', 'c1', 'P' FROM generate_series(1, 5) n;
`

let folder: string
let workplace: Workplace
let wire: Wire
let records: string
let app: ChildProcess
let origin: string
let cookie: string

const workload = (since?: Mark): Promise<Workload> =>
  readWorkload(records, { copy: folder, project: example }, since)

async function send(id: string, path: string, body?: unknown): Promise<number> {
  const answer = await fetch(origin + path, {
    headers: { cookie, 'content-type': 'application/json', 'x-backend-engineer-request': id },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  })
  await answer.text()
  return answer.status
}

beforeAll(async () => {
  const built = await buildApp({ from: 'examples/workshop', next: '.', prisma: '.', name: 'capture-test' })
  folder = built.folder
  workplace = await openWorkplace(mkdtempSync(join(tmpdir(), 'capture-test-')))
  const server = await openServer(workplace, { cacheFolder: join(tmpdir(), 'backend-engineer-tests') })
  await server.createDatabase('app')
  const client = await server.connect('app')
  const schema = {
    path: 'schema.prisma',
    content: readFileSync(join(example, 'prisma/schema.prisma'), 'utf8'),
  }
  await createTables(client, { files: [schema] })
  await client.query(ROWS)
  await client.end()
  const url = new URL(server.url('app'))
  wire = await openWire({ host: '127.0.0.1', port: Number(url.port) })
  url.port = String(wire.port)
  records = join(workplace.folder, 'records')
  mkdirSync(records)
  const next = join(repository, 'node_modules/next/dist/bin/next')
  app = workplace.start(process.execPath, [next, 'start', '-p', '0', '-H', '127.0.0.1'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      SESSION_SECRET: SECRET,
      DATABASE_URL: url.href,
      ...captureEnv(records),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  origin = await new Promise<string>((resolve) => {
    let log = ''
    app.stdout?.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const [, found] = /(http:\/\/127\.0\.0\.1:\d+)[\s\S]*Ready/.exec(log) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('u1')
    .setIssuer('workshop')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET))
  cookie = `workshop_session=${token}`
}, 600_000)

afterAll(async () => {
  await wire?.close()
  await workplace?.close()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** `file:line model.action` for each statement of a request, sorted. */
function linesOf(one: Workload, request: string): string[] {
  const operations = new Map(one.operations.map((operation) => [operation.id, operation]))
  return one.statements
    .filter((statement) => statement.request === request)
    .map(({ operation }) => {
      const { at, model, action } = operations.get(operation ?? '') ?? {}
      return `${at?.file}:${at?.line} ${model ?? ''}.${action}`
    })
    .sort()
}

describe('an app that is captured', () => {
  it('has a line of the source for each statement of each request, also of several at once', async () => {
    const projects = 'src/app/api/orgs/[orgId]/projects/route.ts'
    const expected = [
      `${projects}:10 Project.findMany`,
      `${projects}:10 Project.findMany`,
      ...Array.from({ length: 5 }, () => `${projects}:18 WorkOrder.count`),
      'src/lib/members.ts:11 Membership.findUnique',
    ].sort()
    wire.take()
    expect(await send('alone', '/api/orgs/o1/projects')).toBe(200)
    const ids = Array.from({ length: 20 }, (_, n) => `many-${n}`)
    expect(await Promise.all(ids.map((id) => send(id, '/api/orgs/o1/projects')))).toEqual(ids.map(() => 200))
    await sleep(100)
    const seen = await workload()
    expect(seen.statements.map((one) => one.sql).sort()).toEqual(wire.take().sort())
    for (const id of ['alone', ...ids]) expect(linesOf(seen, id)).toEqual(expected)
    expect(seen.requests.find((one) => one.id === 'alone')).toEqual({
      id: 'alone',
      method: 'GET',
      url: '/api/orgs/o1/projects',
      route: '/api/orgs/[orgId]/projects',
    })
    expect(seen.lost).toEqual([])
  })

  it('tells what came since a mark: a transaction, raw SQL, a page, `pages/`', async () => {
    const mark = await markRecords(records)
    wire.take()
    const lines = [{ description: 'x', quantity: 1, unitCents: 2 }]
    expect(
      await send('post', '/api/orgs/o1/invoices', { customerId: 'c1', dueAt: '2030-01-01', lines }),
    ).toBe(201)
    expect(await send('raw', '/api/orgs/o1/reports/revenue')).toBe(200)
    expect(await send('page', '/orgs/o1')).toBe(200)
    expect(await send('legacy', '/api/calendar')).toBe(200)
    await sleep(100)
    const seen = await workload(mark)
    expect(seen.requests.map((one) => one.id)).toEqual(['post', 'raw', 'page', 'legacy'])
    expect(seen.statements.map((one) => one.sql).sort()).toEqual(wire.take().sort())
    const invoices = 'src/app/api/orgs/[orgId]/invoices/route.ts'
    expect(linesOf(seen, 'post')).toEqual(
      expect.arrayContaining([
        `${invoices}:20 Customer.findFirst`,
        `${invoices}:25 .$transaction`,
        `${invoices}:26 Invoice.aggregate`,
        `${invoices}:27 Invoice.create`,
      ]),
    )
    expect(linesOf(seen, 'raw')).toContain('src/app/api/orgs/[orgId]/reports/revenue/route.ts:15 .$queryRaw')
    expect(linesOf(seen, 'page')).toContain('src/app/orgs/[orgId]/page.tsx:12 WorkOrder.findMany')
    expect(linesOf(seen, 'page')).toContain('src/app/orgs/[orgId]/page.tsx:18 Membership.findMany')
    expect(linesOf(seen, 'legacy')).toEqual(['src/pages/api/calendar.ts:19 WorkOrder.findMany'])
  })

  it('loses nothing when it is told to end', async () => {
    const mark = await markRecords(records)
    wire.take()
    const ids = Array.from({ length: 10 }, (_, n) => `last-${n}`)
    await Promise.all(ids.map((id) => send(id, '/api/me')))
    app.kill('SIGTERM')
    await once(app, 'exit')
    const seen = await workload(mark)
    expect(wire.take()).toHaveLength(10)
    expect(seen.statements.map((one) => one.request).sort()).toEqual(ids)
  })
})
