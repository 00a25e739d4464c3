/** The example, as a stranger's application: with a real database, its packages two folders above. */
import { rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openServer } from '../../database/server.ts'
import { createTables } from '../../database/tables.ts'
import { loadProject } from '../../project/load.ts'
import type { Project } from '../../project/project.ts'
import { openWorkplace, type Workplace } from '../../sandbox/workplace.ts'
import { bringUp, type RunningApp } from './bring-up.ts'
import { readManifests } from './manifests.ts'
import { placeOf } from './place.ts'
import { stageApp } from './stage.ts'

const base = join(import.meta.dirname, '../../../fixtures/.build', `workshop-${process.pid}`)
const root = join(import.meta.dirname, '../../../examples/workshop')
let workplace: Workplace
let project: Project
let client: Client
let app: RunningApp

beforeAll(async () => {
  workplace = await openWorkplace(join(base, 'work'))
  project = await loadProject(root)
  const server = await openServer(workplace, { cacheFolder: join(base, 'cache') })
  await server.createDatabase('workshop')
  client = await server.connect('workshop')
  workplace.onClose(() => client.end())
  const path = 'prisma/schema.prisma'
  await createTables(client, { files: [{ path, content: await readFile(join(root, path), 'utf8') }] })
  const staged = await stageApp(placeOf(project), workplace)
  app = await bringUp(staged, { mode: 'build', databaseUrl: server.url('workshop') })
}, 300_000)

afterAll(async () => {
  await workplace.close()
  rmSync(base, { recursive: true })
}, 60_000)

it('answers, and writes into the scratch database alone', async () => {
  expect((await fetch(`${app.origin}/api/health`)).status).toBe(200)
  const body = JSON.stringify({ email: 'ada@example.test', name: 'Ada', password: 'a long password 1' })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${app.origin}/api/auth/register`, { method: 'POST', headers, body })
  expect([answer.status, await answer.text()]).toEqual([201, expect.stringContaining('ada@example.test')])
  const { rows } = await client.query('SELECT email FROM "User"')
  expect(rows).toEqual([{ email: 'ada@example.test' }])
  expect(app.egress().filter(({ kind }) => kind !== 'process')).toEqual([])
})

it('leaves the project as it was', async () => {
  expect(await app.staged.verifyUntouched()).toEqual([])
})

it('lists what can be reached, as the source says it', async () => {
  const built = await readManifests(app.staged, 'build')
  const urls = (kind: string): string[] =>
    [...new Set(project.map.endpoints.filter((one) => one.kind === kind).map((one) => one.path))].sort()
  expect(built.handlers.map(({ path }) => path).sort()).toEqual(urls('route'))
  expect(built.legacy).toEqual(urls('pages-api'))
  const actions = project.map.endpoints.filter((one) => one.kind === 'action')
  expect(built.actions.length).toBeGreaterThan(4)
  for (const { file, name, pages } of built.actions) {
    expect(actions.map(({ location }) => location.file)).toContain(file)
    expect(pages).toEqual([expect.stringMatching(/^\/(?:orgs|settings)/)])
    if (!name?.startsWith('$$')) expect(actions.map(({ path }) => path)).toContain(name)
  }
})
