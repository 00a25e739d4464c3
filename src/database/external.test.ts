import { randomBytes } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startChild } from '../../test/child.ts'
import { UserError } from '../core/error.ts'
import { openWorkplace, type Workplace } from '../sandbox/workplace.ts'
import { using } from './connection.ts'
import { refusedAddress } from './scratch-check.ts'
import { type DatabaseServer, openServer } from './server.ts'

// Servers and processes are slow where many tests share two cores.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const base = realpathSync(mkdtempSync(join(tmpdir(), 'be-external-')))
const cacheFolder = join(base, 'cache')
const open: Workplace[] = []

async function workplace(): Promise<Workplace> {
  const place = await openWorkplace(join(base, 'work'))
  open.push(place)
  return place
}

afterEach(async () => {
  for (const place of open.splice(0)) await place.close()
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

const ask = (server: DatabaseServer, database: string, sql: string): Promise<unknown[]> =>
  using(
    () => server.connect(database),
    async (client) => (await client.query<Record<string, unknown>>(sql)).rows,
  )

describe('a server by its address', () => {
  let scratch: DatabaseServer
  let ground: Workplace

  beforeAll(async () => {
    ground = await openWorkplace(join(base, 'ground'))
    scratch = await openServer(ground, { cacheFolder })
  }, 40_000)
  afterAll(() => ground?.close())

  const names = async (): Promise<string[]> => {
    const rows = await ask(scratch, 'postgres', 'SELECT datname FROM pg_database ORDER BY 1')
    return rows.map((row) => JSON.stringify(row))
  }

  it('is given databases of our own, which are dropped at the end', async () => {
    const before = await names()
    const place = await workplace()
    const server = await openServer(place, { cacheFolder, url: scratch.url('postgres') })
    expect(server).toMatchObject({ kind: 'external', version: scratch.version })
    await server.createDatabase('app')
    await ask(server, 'app', 'CREATE TABLE "User" (id int)')
    await server.createDatabase('copy', 'app')
    expect(await ask(server, 'copy', 'SELECT * FROM "User"')).toEqual([])
    expect(new URL(server.url('app')).pathname).toMatch(/^\/be_[0-9a-f]{8}_app$/)
    const added = (await names()).filter((name) => !before.includes(name))
    expect(added).toHaveLength(2)
    expect(added.every((name) => name.includes('"be_'))).toBe(true)
    await server.dropDatabase('copy')
    expect(await names()).toHaveLength(before.length + 1)
    await place.close()
    expect(await names()).toEqual(before)
  })

  it('is refused when it holds tables, and left as it is', async () => {
    await scratch.createDatabase('customers')
    await ask(scratch, 'customers', 'CREATE TABLE "User" (id int)')
    const before = await names()
    const opening = openServer(await workplace(), { cacheFolder, url: scratch.url('postgres') })
    await expect(opening).rejects.toThrow('its database `customers` has 1 table.')
    expect(await names()).toEqual(before)
    await scratch.dropDatabase('customers')
  })

  it('loses what a killed run left, and nothing of one that goes on', async () => {
    const child = startChild(
      `const { openWorkplace } = await load('sandbox/workplace.ts')
      const { openServer } = await load('database/server.ts')
      const server = await openServer(await openWorkplace(process.argv[1]), { cacheFolder: '', url: process.argv[2] })
      await server.createDatabase('left')
      console.log('made')
      setInterval(() => {}, 1000)`,
      [join(base, 'killed'), scratch.url('postgres')],
    )
    await child.line()
    const url = scratch.url('postgres')
    await openServer(await workplace(), { cacheFolder, url })
    expect(await names()).toContainEqual(expect.stringContaining('_left"'))
    await child.kill()
    await openServer(await workplace(), { cacheFolder, url })
    expect(await names()).not.toContainEqual(expect.stringContaining('_left"'))
  })

  it('is never told with its password', async () => {
    const secret = randomBytes(8).toString('hex')
    const bad = [
      `postgresql://u:${secret}@db.example.com/app_test`,
      `postgresql://u:${secret}@127.0.0.1:1/postgres`,
      `mysql://u:${secret}@localhost/app`,
      `postgresql://u:${secret}/@localhost:port/app`,
      scratch.url('postgres').replace(/:[^:@]*@/, `:${secret}@`),
    ]
    for (const url of bad) {
      const error = await openServer(await workplace(), { cacheFolder, url }).catch(
        (thrown: unknown) => thrown,
      )
      expect(error).toBeInstanceOf(UserError)
      const told =
        error instanceof UserError
          ? `${error.stack} ${error.remedy} ${JSON.stringify(error.cause)} ${String(error.cause)}`
          : ''
      expect(told).not.toContain(secret)
    }
  })

  it.each([
    ['postgresql://localhost/postgres', undefined],
    ['postgres://me:x@127.0.0.1:5433/app', undefined],
    ['postgres://[::1]/app', undefined],
    ['postgresql:///app?host=/var/run/postgresql', undefined],
    ['postgresql://postgres:x@postgres:5432/app_test', undefined],
    ['postgresql://postgres:x@ci-db.internal/app', undefined],
    ['postgresql://postgres:x@10.0.0.4/scratch', undefined],
    ['postgresql://postgres:x@postgres:5432/app', 'neither its name'],
    ['postgresql://postgres:x@10.0.0.4/app', 'neither its name'],
    ['postgresql://postgres:x@db/contest', 'neither its name'],
    ['postgresql://u:x@ep-cool-1.eu-central-1.aws.neon.tech/test', 'is not this machine'],
    ['postgresql://u:x@8.8.8.8/test', 'is not this machine'],
    ['postgresql://u:x@localhost/app?host=db.example.com', 'is not this machine'],
    ['postgresql://localhost/app_production', 'looks like production'],
    ['postgresql://live:x@localhost/app', 'looks like production'],
    ['postgresql://localhost/delivery', undefined],
  ])('judges %s', (url, why) => {
    const refused = refusedAddress(new URL(url))
    if (why === undefined) expect(refused).toBeUndefined()
    else expect(refused).toContain(why)
  })
})
