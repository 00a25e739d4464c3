/** The hooks in a plain process: what Prisma sends together, transactions, failures, and `pg` beside it. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWire, type Wire } from '../../../test/wire.mjs'
import type { TracedOperation, TracedStatement, Workload } from '../../core/workload.ts'
import { type DatabaseServer, openServer } from '../../database/server.ts'
import { createTables } from '../../database/tables.ts'
import { openWorkplace, type Workplace } from '../../sandbox/workplace.ts'
import { captureEnv } from './preload-path.ts'
import { readWorkload } from './read-workload.ts'

const repository = join(import.meta.dirname, '../../..')
// Below the repository, where the packages are found.
const folder = join(repository, 'fixtures/.build/capture-hooks')

const SCHEMA = `
generator client {
  provider = "prisma-client-js"
  output   = "./generated"
}
datasource db {
  provider = "postgresql"
}
model User {
  id    Int    @id
  name  String @unique
  posts Post[]
}
model Post {
  id     Int  @id @default(autoincrement())
  userId Int
  user   User @relation(fields: [userId], references: [id])
}
`

/** A line that says \`// name\` is where the call of that name must be found. */
const SCRIPT = `
const { PrismaClient } = require('./generated')
const { PrismaPg } = require('@prisma/adapter-pg')
const { Pool } = require('pg')
const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) })
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 1 })
async function run() {
  await db.user.createMany({ data: [{ id: 1, name: 'a' }, { id: 2, name: 'b' }] }) // createMany
  await Promise.all([
    db.user.findUnique({ where: { id: 1 } }), // compacted
    db.user.findUnique({ where: { id: 2 } }),
    db.post.findUnique({ where: { id: 1 } }), // other model
    db.user.count(), // count
  ])
  await db.$transaction([ // batch
    db.user.update({ where: { id: 1 }, data: { name: 'c' } }), // first
    db.post.create({ data: { userId: 1 } }), // second
    db.user.findMany({ include: { posts: true } }), // third
  ])
  await db.$transaction(async (tx) => { // interactive
    await tx.post.deleteMany() // inside
  })
  await db.user.create({ data: { id: 3, name: 'n', posts: { create: [{}, {}] } } }) // nested
  await db.user
    .findUnique({ where: { id: 3 } })
    .posts() // fluent
  await db.$queryRaw\`SELECT \${1}::int AS one\` // raw
  await db.$executeRawUnsafe('SELECT 1') // unsafe
  const extended = db.$extends({ query: { user: { findFirst: ({ args, query }) => query(args) } } })
  await extended.user.findFirst({ where: { name: 'c' } }) // extended
  await db.user.create({ data: { id: 1, name: 'z' } }).catch(() => undefined) // duplicate
  await pool.query('SELECT $1::int AS beside', [7])
  await new Promise((resolve) => pool.query('SELECT 2 AS callback', resolve))
  await pool.query('SELECT broken').catch(() => undefined)
  await db.user.findMany({ where: { name: 'x'.repeat(5000) } }) // long
  await db.$disconnect()
  await pool.end()
}
run()
`

let workplace: Workplace
let server: DatabaseServer
let wire: Wire
let workload: Workload
let sent: string[]

interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

const url = (): string => {
  const one = new URL(server.url('hooks'))
  one.port = String(wire.port)
  return one.href
}
/** Not synchronously: what the process sends goes through this one. */
async function script(text: string, env: Record<string, string>): Promise<Outcome> {
  writeFileSync(join(folder, 'run.cjs'), text)
  const child = workplace.start(process.execPath, ['run.cjs'], {
    cwd: folder,
    env: { PATH: process.env.PATH, DATABASE_URL: url(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const outcome: Outcome = { status: null, stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => {
    outcome.stdout += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    outcome.stderr += chunk.toString()
  })
  const [status] = await once(child, 'close')
  return { ...outcome, status }
}

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'schema.prisma'), SCHEMA)
  workplace = await openWorkplace(mkdtempSync(join(tmpdir(), 'capture-hooks-')))
  server = await openServer(workplace, { cacheFolder: join(tmpdir(), 'backend-engineer-tests') })
  wire = await openWire({ host: '127.0.0.1', port: Number(new URL(server.url('x')).port) })
  await server.createDatabase('hooks')
  const client = await server.connect('hooks')
  await createTables(client, { files: [{ path: 'schema.prisma', content: SCHEMA }] })
  await client.end()
  const prisma = join(repository, 'node_modules/prisma/build/index.js')
  execFileSync(process.execPath, [prisma, 'generate', '--schema', 'schema.prisma'], {
    cwd: folder,
    stdio: 'pipe',
    env: { PATH: process.env.PATH, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
  })
  const records = join(workplace.folder, 'records')
  mkdirSync(records)
  const done = await script(SCRIPT, captureEnv(records))
  expect(done).toMatchObject({ status: 0, stderr: '' })
  sent = wire.take()
  workload = await readWorkload(records, { copy: folder, project: folder })
}, 60_000)

afterAll(async () => {
  await wire.close()
  await workplace.close()
  rmSync(folder, { recursive: true, force: true })
})

const lineOf = (name: string): number => SCRIPT.split('\n').findIndex((one) => one.endsWith(`// ${name}`)) + 1
const at = (name: string): TracedOperation => {
  const found = workload.operations.filter((one) => one.at?.line === lineOf(name))
  const [first] = found
  if (!first || found.length > 1) throw new Error(`${found.length} calls at ${name}`)
  return first
}
const of = (name: string): TracedStatement[] =>
  workload.statements.filter((one) => one.operation === at(name).id)
const shapes = (name: string): string[] =>
  of(name).map(({ sql }) =>
    sql.replace(/^(\w+)(?:.*?(?:FROM|INTO|UPDATE|^UPDATE) "public"\."(\w+)")?.*$/s, '$1 $2').trim(),
  )

describe('the hooks', () => {
  it('see each statement, once, and nothing else', () => {
    expect(workload.statements.map((one) => one.sql).sort()).toEqual([...sent].sort())
    expect(sent.length).toBeGreaterThan(20)
    expect(workload.lost).toEqual([])
    expect(workload.requests).toEqual([])
  })

  it('give each statement of one tick to its own call', () => {
    expect(of('compacted').map((one) => one.params.slice(0, 2))).toEqual([[1, 2]])
    expect(shapes('other model')).toEqual(['SELECT Post'])
    expect(shapes('count')).toEqual(['SELECT User'])
  })

  it('give each statement of a batch to its own call, and its frame to the transaction', () => {
    expect(shapes('batch')).toEqual(['BEGIN', 'COMMIT'])
    expect(shapes('first').length).toBeGreaterThan(0)
    expect(of('first').every((one) => one.sql.includes('"User"'))).toBe(true)
    expect(shapes('second')).toEqual(['INSERT Post'])
    expect(shapes('third')).toEqual(['SELECT User', 'SELECT Post'])
    expect(at('batch')).toMatchObject({ action: '$transaction', at: { file: 'run.cjs' } })
  })

  it('tell the call inside of a transaction from the transaction', () => {
    expect(shapes('interactive')).toEqual(['BEGIN', 'COMMIT'])
    expect(shapes('inside')).toEqual(['DELETE Post'])
    expect(shapes('nested')).toEqual(
      expect.arrayContaining(['BEGIN', 'INSERT User', 'INSERT Post', 'COMMIT']),
    )
  })

  it('name raw calls, chained ones and those behind an extension', () => {
    expect(at('raw')).toMatchObject({ action: '$queryRaw' })
    expect(at('unsafe')).toMatchObject({ action: '$executeRawUnsafe' })
    expect(at('extended')).toMatchObject({ model: 'User', action: 'findFirst' })
    const fluent = workload.operations.filter(
      (one) => one.at && [lineOf('fluent'), lineOf('fluent') - 1].includes(one.at.line),
    )
    expect(fluent).toMatchObject([{ model: 'User', action: 'findUnique' }])
  })

  it('keep parameters, rows, and why a statement failed', () => {
    expect(of('third')[0]).toMatchObject({ rows: 2 })
    expect(of('createMany')).toMatchObject([{ rows: 2 }])
    expect(of('duplicate').at(0)?.error).toMatch(/23505/)
    const [long] = of('long')
    expect(long?.params[0]).toBe(`${'x'.repeat(200)}… 4800 more characters`)
  })

  it('see `pg` outside of Prisma', () => {
    const beside = workload.statements.filter((one) => one.operation === undefined)
    expect(beside).toMatchObject([
      { sql: 'SELECT $1::int AS beside', params: [7], rows: 1 },
      { sql: 'SELECT 2 AS callback', rows: 1 },
      { sql: 'SELECT broken', error: expect.stringContaining('broken') },
    ])
  })

  it('leave the app alone when nothing can be written', async () => {
    const done = await script(
      `${SCRIPT.replace('async function run() {', 'async function run() { await db.post.deleteMany(); await db.user.deleteMany()')}\nprocess.on('exit', () => console.log('done'))`,
      captureEnv(join(folder, 'missing')),
    )
    expect(done).toMatchObject({ status: 0, stderr: '', stdout: 'done\n' })
  })

  it('say when the client is not known, and let it run', async () => {
    const runtime = join(repository, 'node_modules/@prisma/client/runtime/client.js')
    const text = readFileSync(runtime, 'utf8').replace('getPrismaClient:()=>', 'getPrismaClient:async()=>')
    const records = join(workplace.folder, 'unknown')
    mkdirSync(records)
    const done = await script(`${text}\nconsole.log('ran')`, captureEnv(records))
    expect(done.stdout).toBe('ran\n')
    const { lost } = await readWorkload(records, { copy: folder, project: folder })
    expect(lost).toEqual([expect.stringContaining('unknown version: 1, 1 and 0 of its three places')])
  })
})
