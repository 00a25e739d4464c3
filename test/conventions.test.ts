/** Applications that differ in how they are written, and have no fault: the ground on which recipes are tried. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServer } from '../src/database/server.ts'
import { createTables, type TablesMade } from '../src/database/tables.ts'
import { faults } from '../src/faults/index.ts'
import { runFaults } from '../src/operations/run-faults.ts'
import { loadProject } from '../src/project/load.ts'
import type { Project } from '../src/project/project.ts'
import { schemaSource } from '../src/proof/schema-source.ts'
import { openWorkplace, type Workplace } from '../src/sandbox/workplace.ts'
import { type App, buildApp } from './build-app.ts'

interface Convention extends App {
  /** Of every kind: a reader that sees nothing would be silent too. */
  endpoints: number
  /** Scripts of its manifest that must pass. */
  checks: string[]
}

const apps: Convention[] = [
  { from: 'clinic', next: '.', prisma: '.', endpoints: 9, checks: ['typecheck', 'format:check', 'test'] },
  { from: 'gallery', next: '.', prisma: '.', endpoints: 11, checks: ['typecheck', 'lint', 'test'] },
  {
    from: 'depot',
    next: 'apps/web',
    prisma: 'packages/db',
    endpoints: 8,
    checks: ['typecheck', 'lint', 'test'],
  },
  { from: 'journal', next: '.', prisma: '.', endpoints: 5, checks: [] },
]

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)
/** Without what Vitest tells its own processes. */
const outside = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name !== 'NODE_ENV' && !name.startsWith('VITEST')),
)

describe.each(apps)('the application $from', { timeout: 600_000 }, (app) => {
  const base = mkdtempSync(join(tmpdir(), 'conventions-'))
  const from = `fixtures/conventions/${app.from}`
  let project: Project
  let tables: TablesMade
  let workplace: Workplace | undefined
  let built: string | undefined
  let env: Record<string, string | undefined>

  beforeAll(async () => {
    project = await loadProject(join(root, from))
    const [dataModel] = project.dataModels
    if (dataModel === undefined) throw new Error('No data model was read.')
    workplace = await openWorkplace(base)
    const server = await openServer(workplace, { cacheFolder: join(base, 'cache') })
    await server.createDatabase('app')
    const client = await server.connect('app')
    tables = await createTables(client, await schemaSource(project, dataModel))
    await client.end()
    env = { ...outside, DATABASE_URL: server.url('app'), CI: '1' }
    built = (await buildApp({ ...app, from, name: `convention-${app.from}` })).folder
  }, 600_000)
  afterAll(async () => {
    await workplace?.close()
    for (const folder of [base, built]) if (folder) rmSync(folder, { recursive: true, force: true })
  })

  it('is read without problems and has nothing that is likely to be wrong', () => {
    const likely = runFaults(project, faults).findings.filter((one) => one.certainty === 'likely')
    expect(likely.map((one) => `${one.fault} ${one.location.file}:${one.location.line}`)).toEqual([])
    expect(project.problems).toEqual([])
    expect(project.map.endpoints.length).toBe(app.endpoints)
  })

  it('has migrations that lead to its schema', () => {
    expect(tables).toEqual({ from: 'migrations', problems: [] })
  })

  it('type checks', async () => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    await run(process.execPath, [compiler, '--noEmit'], { cwd: join(built ?? '', app.next), env })
  })

  it.each(app.checks)('passes its %s', async (check) => {
    await run('npm', ['run', check], { cwd: built, env, maxBuffer: 64 << 20 })
  })
})
