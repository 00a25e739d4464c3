import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { isRunning, startChild } from '../../test/child.ts'
import { openWorkplace, type Workplace } from '../sandbox/workplace.ts'
import { otherAccount } from './account.ts'
import { using } from './connection.ts'
import { openEmbedded } from './embedded.ts'
import { type DatabaseServer, openServer } from './server.ts'

// Servers and processes are slow where many tests share two cores.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const base = realpathSync(mkdtempSync(join(tmpdir(), 'be-server-')))
const cacheFolder = join(base, 'cache')
const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
const open: Workplace[] = []

async function workplace(signal?: AbortSignal): Promise<Workplace> {
  const place = await openWorkplace(join(base, 'work'), signal)
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

const portOf = (server: DatabaseServer): number => Number(new URL(server.url('x')).port)

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(socket.destroy() !== undefined))
    socket.once('error', () => resolve(false))
  })

describe('the embedded server', () => {
  it('starts two at once from nothing, which know nothing of each other', async () => {
    const servers = await Promise.all([0, 1].map(async () => openServer(await workplace(), { cacheFolder })))
    const [one, two] = servers
    if (!one || !two) throw new Error('no servers')
    expect(portOf(one)).not.toBe(portOf(two))
    for (const server of servers) {
      expect(server).toMatchObject({ kind: 'embedded', version: expect.stringMatching(/^18\.\d+$/) })
      await server.createDatabase('app')
    }
    await ask(one, 'app', 'CREATE TABLE "Only" (id int)')
    await expect(ask(two, 'app', 'SELECT * FROM "Only"')).rejects.toThrow('does not exist')
    const [version] = readdirSync(join(cacheFolder, 'postgres'))
    expect(readdirSync(join(cacheFolder, 'postgres', version ?? ''))).toEqual(['template'])
  }, 60_000)

  it('is set up as production is, but for the disk', async () => {
    const server = await openServer(await workplace(), { cacheFolder })
    await server.createDatabase('app')
    const [row] = await ask(
      server,
      'app',
      `SELECT current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS zone,
        current_setting('max_connections')::int AS connections, current_setting('log_statement') AS log,
        current_setting('listen_addresses') AS listen, current_setting('fsync') AS fsync,
        'a' < 'B' AND 'B' < 'c' AND 'é' < 'f' AS sorted, lower('É') AS lower`,
    )
    expect(row).toEqual({
      encoding: 'UTF8',
      zone: 'UTC',
      connections: 200,
      log: 'none',
      listen: '127.0.0.1',
      fsync: 'off',
      sorted: true,
      lower: 'é',
    })
    await ask(server, 'app', 'CREATE EXTENSION pg_stat_statements')
    expect(await ask(server, 'app', 'SELECT count(*) > 0 AS seen FROM pg_stat_statements')).toEqual([
      { seen: true },
    ])
  })

  it('copies a database, and drops one that is in use', async () => {
    const server = await openServer(await workplace(), { cacheFolder })
    await server.createDatabase('app')
    await ask(server, 'app', 'CREATE TABLE "User" AS SELECT generate_series(1, 1000) AS id')
    await server.createDatabase('a "copy"', 'app')
    expect(await ask(server, 'a "copy"', 'SELECT count(*)::int FROM "User"')).toEqual([{ count: 1000 }])
    const app = new Client({ connectionString: server.url('a "copy"') })
    await app.connect()
    const lost = new Promise((resolve) => app.on('error', resolve))
    await server.dropDatabase('a "copy"')
    await lost
    await server.dropDatabase('never there')
    await expect(server.connect('a "copy"')).rejects.toThrow('does not exist')
  })

  it('wants its password, so that nobody else on the machine gets in', async () => {
    const server = await openServer(await workplace(), { cacheFolder })
    const url = new URL(server.url('postgres'))
    url.password = 'guess'
    const stranger = new Client({ connectionString: url.href })
    await expect(stranger.connect()).rejects.toThrow('password authentication failed')
  })

  it('is gone when it is closed, and when the workplace is', async () => {
    const place = await workplace()
    const one = await openServer(place, { cacheFolder })
    const two = await openServer(place, { cacheFolder })
    expect(readdirSync(place.folder).filter((name) => name.startsWith('pg.'))).toHaveLength(2)
    await one.close()
    await one.close()
    expect(await accepts(portOf(one))).toBe(false)
    expect(await accepts(portOf(two))).toBe(true)
    expect(readdirSync(place.folder).filter((name) => name.startsWith('pg.'))).toHaveLength(1)
    await place.close()
    expect(await accepts(portOf(two))).toBe(false)
    expect(existsSync(place.folder)).toBe(false)
  })

  it('makes what it keeps between runs again when that is damaged', async () => {
    const [version = ''] = readdirSync(join(cacheFolder, 'postgres'))
    const file = join(cacheFolder, 'postgres', version, 'template', 'data', 'global', 'pg_control')
    writeFileSync(file, '')
    const server = await openServer(await workplace(), { cacheFolder })
    expect(server.version).toMatch(/^18\./)
    expect(readFileSync(file).length).toBeGreaterThan(0)
    expect(readdirSync(join(cacheFolder, 'postgres', version))).toEqual(['template'])
  }, 40_000)

  it.runIf(mayMount)(
    'says that the disk is full, and leaves no half of a data directory',
    async () => {
      const small = join(base, 'small')
      mkdirSync(small)
      const child = startChild(
        `const { openWorkplace } = await load('sandbox/workplace.ts')
      const { openServer } = await load('database/server.ts')
      const { readdirSync } = await import('node:fs')
      const [, place, cacheFolder] = process.argv
      const workplace = await openWorkplace(place)
      const full = await openServer(workplace, { cacheFolder: place }).catch((error) => error.message + ' ' + error.remedy)
      const copy = await openServer(workplace, { cacheFolder }).catch((error) => error.message)
      const left = readdirSync(workplace.folder).filter((name) => name.startsWith('pg.'))
      await workplace.close()
      console.log(JSON.stringify({ full, copy, left }))
      process.exit()`,
        [small, cacheFolder],
        ['unshare', '-m', 'sh', '-c', `mount -t tmpfs -o size=20m tmpfs '${small}' && exec "$@"`, 'sh'],
      )
      expect(JSON.parse(await child.line())).toEqual({
        full: expect.stringMatching(/^The disk is full\. Make some room/),
        copy: 'The disk is full.',
        left: [],
      })
    },
    40_000,
  )

  it('stops starting when it is aborted', async () => {
    const abort = new AbortController()
    const place = await workplace(abort.signal)
    const opening = openServer(place, { cacheFolder, signal: abort.signal })
    setTimeout(() => abort.abort(), 60)
    await expect(opening).rejects.toThrow()
    await place.close()
    expect(existsSync(place.folder)).toBe(false)
  })

  it('leaves nothing when the run is killed, not even in the middle of a statement', async () => {
    const child = startChild(
      `const { openWorkplace } = await load('sandbox/workplace.ts')
      const { openServer } = await load('database/server.ts')
      const workplace = await openWorkplace(process.argv[1])
      const server = await openServer(workplace, { cacheFolder: process.argv[2] })
      const client = await server.connect('postgres')
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
      client.query('SELECT count(*) FROM generate_series(1, 2000000000)').catch(() => undefined)
      console.log(JSON.stringify({ folder: workplace.folder, backend: rows[0].pid, port: Number(new URL(server.url('x')).port) }))`,
      [join(base, 'killed'), cacheFolder],
    )
    const { folder, backend, port } = JSON.parse(await child.line())
    const [data = ''] = readdirSync(folder).filter((name) => name.startsWith('pg.'))
    const postmaster = Number(
      readFileSync(join(folder, data, 'data', 'postmaster.pid'), 'utf8').split('\n')[0],
    )
    expect([postmaster, backend].every(isRunning)).toBe(true)
    await child.kill()
    const gone = { timeout: 15_000, interval: 100 }
    await vi.waitFor(() => expect([postmaster, backend].filter(isRunning)).toEqual([]), gone)
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false), gone)
    expect(await accepts(port)).toBe(false)
  }, 40_000)

  it.runIf(process.getuid?.() === 0)(
    'runs under another account where root may have no namespace',
    async () => {
      const place = await workplace()
      chmodSync(base, 0o711)
      const shared = join(base, 'shared')
      const server = await openEmbedded(place, { cacheFolder }, { account: await otherAccount(), shared })
      await server.createDatabase('app')
      expect(await ask(server, 'app', 'SELECT 1 AS one')).toEqual([{ one: 1 }])
      await server.close()
      expect(await accepts(portOf(server))).toBe(false)
    },
    40_000,
  )
})
