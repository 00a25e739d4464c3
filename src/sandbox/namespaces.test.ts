import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Cell, openCell } from './namespaces.ts'
import { openWorkplace, type Workplace } from './workplace.ts'

let base: string
let workplace: Workplace

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "cell 'test "))
  workplace = await openWorkplace(base)
})

afterEach(async () => {
  await workplace.close()
  await rm(base, { recursive: true })
})

async function portOf(answer: string): Promise<{ port: number; close: () => void }> {
  const server = createServer((_, response) => response.end(answer))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return {
    port: address.port,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Where the system does not allow it, the reason is given, and there is no more to see. */
async function cellOf(ports: number[], serves: number, readable: string[] = []): Promise<Cell | undefined> {
  const cell = await openCell(workplace, { ports, serves, readable })
  if (!('missing' in cell)) return cell
  expect(cell.missing).toMatch(/\w/)
  return undefined
}

const start = (cell: Cell, code: string, serves = false) =>
  cell.start(['-e', code], {
    cwd: workplace.folder,
    env: { PATH: process.env.PATH ?? '', GIVEN: 'value' },
    stdio: ['ignore', 'pipe', 'pipe'],
    serves,
  })

async function said(cell: Cell, code: string): Promise<unknown> {
  const child = start(cell, code)
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  await new Promise((done) => child.once('close', done))
  expect(err).toBe('')
  return JSON.parse(out)
}

it('shows the workplace and the system, and nothing else of the machine', async () => {
  const outside = join(base, 'of the user')
  await mkdir(outside)
  await writeFile(join(outside, 'secret'), 'planted-secret')
  await mkdir(join(base, 'shown'))
  await writeFile(join(base, 'shown/preload.cjs'), 'shown')
  await writeFile(join(workplace.folder, 'own'), 'own')
  const cell = await cellOf([], 9, [join(base, 'shown')])
  if (!cell) return
  const seen = await said(
    cell,
    `const fs = require('node:fs')
    const read = (file) => { try { return fs.readFileSync(file, 'utf8') } catch (error) { return error.code } }
    const write = (file) => { try { fs.writeFileSync(file, 'x'); return 'written' } catch (error) { return error.code } }
    const base = ${JSON.stringify(base)}
    process.stdout.write(JSON.stringify({
      secret: read(base + '/of the user/secret'),
      shown: read(base + '/shown/preload.cjs'),
      own: read('own'),
      write: write('new'),
      readOnly: write(base + '/shown/preload.cjs'),
      project: fs.existsSync(${JSON.stringify(join(process.cwd(), 'package.json'))}),
      old: read('/.old/etc/passwd'),
      environment: Object.keys(process.env).sort(),
    }))`,
  )
  expect(seen).toEqual({
    secret: 'ENOENT',
    shown: 'shown',
    own: 'own',
    write: 'written',
    readOnly: 'EROFS',
    project: false,
    old: 'ENOENT',
    environment: ['GIVEN', 'PATH'],
  })
})

it('leads to the given ports, from there to the served one, and nowhere else', async () => {
  const [open, shut, own] = await Promise.all([portOf('open'), portOf('shut'), portOf('')])
  own.close()
  const cell = await cellOf([open.port], own.port)
  if (!cell) {
    for (const one of [open, shut]) one.close()
    return
  }
  const seen = await said(
    cell,
    `const get = (url) => fetch(url).then((answer) => answer.text(), (error) => error.cause.code)
    Promise.all(['http://127.0.0.1:${open.port}', 'http://127.0.0.1:${shut.port}', 'http://192.0.2.1'].map(get))
      .then((all) => process.stdout.write(JSON.stringify(all)))`,
  )
  expect(seen).toEqual(['open', 'ECONNREFUSED', 'ENETUNREACH'])

  const server = `require('node:http').createServer((_, answer) => answer.end('inside')).listen(${own.port}, '127.0.0.1')`
  const child = start(cell, server, true)
  await expect.poll(() => text(own.port), { timeout: 10_000 }).toBe('inside')
  const ended = new Promise((done) => child.once('exit', done))
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
  await ended
  expect(await text(own.port)).not.toBe('inside')
  for (const one of [open, shut]) one.close()
})

async function text(port: number): Promise<string> {
  return await new Promise((done) => {
    get({ port, host: '127.0.0.1', agent: false }, (answer) => {
      answer.on('data', (chunk: Buffer) => done(chunk.toString()))
    }).once('error', (error) => done(error.message))
  })
}

it('says why there is no cell', async () => {
  const deep = join(base, 'a'.repeat(120))
  const place = await openWorkplace(deep)
  const cell = await openCell(place, { ports: [], serves: 9, readable: [] })
  expect(cell).toEqual({ missing: expect.stringMatching(/Linux|too long/) })
  await place.close()
})
