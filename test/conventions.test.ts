/** Applications that differ in how they are written, and have no fault: the ground on which recipes are tried. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openServer } from '../src/database/server.ts'
import { createTables } from '../src/database/tables.ts'
import { faults } from '../src/faults/index.ts'
import { runFaults } from '../src/operations/run-faults.ts'
import { loadProject } from '../src/project/load.ts'
import type { Project } from '../src/project/project.ts'
import { schemaSource } from '../src/proof/schema-source.ts'
import { openWorkplace, type Workplace } from '../src/sandbox/workplace.ts'
import { type App, buildApp } from './build-app.ts'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** `endpoints`: of every kind, so that a reader that sees nothing is not silent by accident. `checks`: scripts. */
interface Convention extends App {
  name: string
  endpoints: number
  checks: string[]
}

/** Without what Vitest tells its own processes. */
const outside = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name !== 'NODE_ENV' && !name.startsWith('VITEST')),
)

const apps: Convention[] = [
  {
    name: 'clinic',
    from: 'fixtures/conventions/clinic',
    next: '.',
    prisma: '.',
    endpoints: 9,
    checks: ['typecheck', 'format:check', 'test'],
  },
  {
    name: 'gallery',
    from: 'fixtures/conventions/gallery',
    next: '.',
    prisma: '.',
    endpoints: 10,
    checks: ['typecheck', 'lint', 'test'],
  },
]

const scripts = z.object({ scripts: z.record(z.string(), z.string()) })

describe.each(apps)('the fixture $name', { timeout: 600_000 }, (app) => {
  const base = mkdtempSync(join(tmpdir(), 'conventions-'))
  const source = join(root, app.from)
  let project: Project
  let workplace: Workplace | undefined
  let built = ''
  let url = ''

  beforeAll(async () => {
    project = await loadProject(source)
    const [dataModel] = project.dataModels
    if (dataModel === undefined) throw new Error('No data model was read.')
    workplace = await openWorkplace(base)
    const server = await openServer(workplace, { cacheFolder: join(base, 'cache') })
    await server.createDatabase('app')
    const client = await server.connect('app')
    const tables = await createTables(client, await schemaSource(project, dataModel))
    await client.end()
    expect(tables).toEqual({ from: 'migrations', problems: [] })
    url = server.url('app')
    built = (await buildApp(app)).folder
  }, 600_000)
  afterAll(async () => {
    await workplace?.close()
    for (const folder of [base, built]) rmSync(folder, { recursive: true, force: true })
  })

  it('is read without problems and has nothing likely to be wrong', () => {
    const found = runFaults(project, faults).findings
    const likely = found.filter((one) => one.certainty === 'likely')
    expect(likely.map((one) => `${one.fault} ${one.location.file}:${one.location.line}`)).toEqual([])
    expect(project.problems).toEqual([])
    expect(project.map.endpoints.length).toBe(app.endpoints)
  })

  it('has all its checks in scripts', () => {
    const manifest = scripts.parse(JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')))
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(['build', ...app.checks]))
  })

  it.each(app.checks)('passes its %s', async (check) => {
    const env = { ...outside, DATABASE_URL: url, CI: '1' }
    await run('npm', ['run', check], { cwd: built, env, maxBuffer: 64 << 20 })
  })
})
