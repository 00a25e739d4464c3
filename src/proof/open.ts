/** Builds the bench: a scratch database with two parties, the running copy, and everybody's sessions. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Client } from 'pg'
import { UserError } from '../core/error.ts'
import type { Context } from '../core/operation.ts'
import { type Catalog, readCatalog } from '../database/catalog.ts'
import { type RowChange, worldDiff } from '../database/seed/diff.ts'
import { growFor } from '../database/seed/grow.ts'
import { hintsFor } from '../database/seed/hints.ts'
import { insertWorld, resetWorld } from '../database/seed/insert.ts'
import { planWorld } from '../database/seed/plan.ts'
import type { SeedHints, World } from '../database/seed/world.ts'
import { type DatabaseServer, openServer } from '../database/server.ts'
import { createTables, type SchemaSource } from '../database/tables.ts'
import type { DataModel } from '../project/data-model.ts'
import type { Project } from '../project/project.ts'
import { bringUp, type RunningApp } from '../runtime/app/bring-up.ts'
import { placeOf } from '../runtime/app/place.ts'
import { type StagedApp, stageApp } from '../runtime/app/stage.ts'
import { capturePreload } from '../runtime/capture/preload-path.ts'
import { readWorkload } from '../runtime/capture/read-workload.ts'
import { markRecords } from '../runtime/capture/records.ts'
import { sessionVariables } from '../runtime/sessions/variables.ts'
import { openWorkplace, type Workplace } from '../sandbox/workplace.ts'
import { findActors } from './actors.ts'
import type { Actor, Bench, Seen } from './bench.ts'
import { type Delivery, deliver, pageOfAction } from './deliver.ts'
import { removeDependents } from './isolate.ts'
import { type Marks, marksOf } from './marks.ts'
import type { Call } from './request.ts'

export interface BenchOptions {
  /** A scratch server of the user's instead of the embedded one. */
  databaseUrl?: string
  /** Folder of the Next.js application, relative to the root, where there are several. */
  app?: string
  mode?: 'build' | 'dev'
  /** The same number gives the same rows. */
  seed: number
}

export interface Phase {
  name: string
  ms: number
}

/** What is open while proofs run. `close` ends and removes everything. */
export interface OpenBench extends Bench {
  app: RunningApp
  server: DatabaseServer
  database: string
  client: Client
  catalog: Catalog
  hints: SeedHints
  phases: Phase[]
  /** What keeps the bench from showing all, in words: tables that stay empty, sessions that cannot be made. */
  limits: string[]
  close(): Promise<void>
}

/** Throws a `UserError` that names the step and what would help when the application does not come up. */
export async function openBench(
  project: Project,
  context: Context,
  options: BenchOptions,
): Promise<OpenBench> {
  const dataModel = project.dataModels[0]
  if (!dataModel)
    throw new UserError(
      'No Prisma schema with models was found.',
      'Run it on the folder that holds the schema too.',
    )
  const workplace = await openWorkplace(context.workFolder, context.signal)
  try {
    return await build(project, dataModel, workplace, context, options)
  } catch (error) {
    await workplace.close()
    throw context.signal?.aborted ? context.signal.reason : error
  }
}

async function build(
  project: Project,
  dataModel: DataModel,
  workplace: Workplace,
  context: Context,
  options: BenchOptions,
): Promise<OpenBench> {
  const phases: Phase[] = []
  const phase = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    context.progress?.(name)
    const start = performance.now()
    try {
      return await work()
    } finally {
      phases.push({ name, ms: Math.round(performance.now() - start) })
    }
  }
  const signal = context.signal ? { signal: context.signal } : {}
  const url = options.databaseUrl === undefined ? {} : { url: options.databaseUrl }
  const cacheFolder = context.cacheFolder ?? context.workFolder

  const server = await phase('starting Postgres', () =>
    openServer(workplace, { cacheFolder, ...url, ...signal }),
  )
  const database = 'be_proof'
  const data = await phase('creating tables and rows', async () => {
    await server.createDatabase(database)
    const client = await server.connect(database)
    workplace.onClose(() => client.end())
    const made = await createTables(client, await schemaSource(project, dataModel))
    const catalog = await readCatalog(client)
    const hints = hintsFor(dataModel)
    const world = planWorld(catalog, hints, { seed: options.seed })
    await insertWorld(client, world)
    return { client, catalog, hints, world, problems: [...made.problems, ...world.problems] }
  })
  const staged = await phase('copying the project', () =>
    stageApp(placeOf(project, options.app), workplace, signal),
  )
  const records = join(workplace.folder, 'capture')
  await mkdir(records)
  const app = await phase('building and starting the copy', () =>
    bringUp(staged, {
      mode: options.mode ?? 'build',
      databaseUrl: server.url(database),
      preloads: [capturePreload()],
      env: { ...sessionVariables(project), BACKEND_ENGINEER_CAPTURE: records },
      ...signal,
      ...(context.progress ? { progress: context.progress } : {}),
    }),
  )
  const bench = benchOf({ project, dataModel, staged, app, records, ...data })
  const people = await phase('signing everybody in', () => findActors(bench, data.client))
  return {
    ...bench,
    actors: people.actors,
    ...(people.forged ? { forged: people.forged } : {}),
    app,
    server,
    database,
    client: data.client,
    catalog: data.catalog,
    hints: data.hints,
    phases,
    limits: [...data.problems, ...people.limits],
    close: () => workplace.close(),
  }
}

/** The schema's files and the migrations beside them. */
export async function schemaSource(project: Project, dataModel: DataModel): Promise<SchemaSource> {
  const read = async (path: string) => ({ path, content: await readFile(join(project.root, path), 'utf8') })
  const files = await Promise.all(dataModel.files.map(read))
  const folders = [...new Set(dataModel.files.flatMap((file) => [dirname(file), dirname(dirname(file))]))]
  const folder = folders.map((one) => join(project.root, one, 'migrations')).find((one) => existsSync(one))
  if (folder === undefined) return { files }
  const migrations = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name, 'migration.sql')
    if (entry.isDirectory() && existsSync(file))
      migrations.push({ name: entry.name, sql: await readFile(file, 'utf8') })
  }
  return migrations.length > 0 ? { files, migrations } : { files }
}

interface Parts {
  project: Project
  dataModel: DataModel
  staged: StagedApp
  app: RunningApp
  records: string
  client: Client
  catalog: Catalog
  hints: SeedHints
  world: World
}

const changeKey = ({ kind, table, row, columns }: RowChange): string =>
  JSON.stringify([kind, table, row?.values, columns])

/** The bench before anybody is signed in. */
function benchOf({
  project,
  dataModel,
  staged,
  app,
  records,
  client,
  catalog,
  hints,
  world,
}: Parts): Bench & { app: RunningApp } {
  const roots = { copy: staged.root, project: project.root }
  const marks: Marks = marksOf(world)
  let count = 0
  const unique = (): string => `q${(++count).toString(36)}${(count * 7919).toString(36)}`
  const requests = new WeakMap<Seen, Delivery>()
  const nobody: Actor = { name: 'nobody', headers: {} }
  /** Changes that were made before a request, to make it possible. */
  let known = new Set<string>()

  const perform = async (call: Call, actor: Actor): Promise<Seen> => {
    const mark = await markRecords(records)
    const delivery = await deliver(app, project, call, actor.headers, unique())
    // What the app writes down after its answer is sent comes with its next turn.
    await setImmediate()
    const workload = await readWorkload(records, roots, mark)
    const changes = (await worldDiff(client, world)).filter((one) => !known.has(changeKey(one)))
    const own = workload.requests.some((one) => one.id === delivery.answer.id)
    const mine = ({ request }: { request?: string }): boolean => !own || request === delivery.answer.id
    const { status, headers, body } = delivery.answer
    const sent = `${delivery.request.path} ${typeof delivery.request.body === 'string' ? delivery.request.body : ''}`
    const seen: Seen = {
      actor,
      call,
      request: delivery.shown,
      response: { status, headers, body },
      ok: delivery.ok,
      shown: marks.shownIn(body, sent),
      changes,
      operations: workload.operations.filter(mine),
      statements: workload.statements.filter(mine),
      ms: delivery.answer.ms,
    }
    requests.set(seen, delivery)
    return seen
  }

  return {
    project,
    dataModel,
    world,
    app,
    actors: [],
    nobody,
    unique,
    perform,
    async reset() {
      await resetWorld(client, catalog, world)
      known = new Set()
    },
    async isolate(row) {
      await removeDependents(client, world, row)
      known = new Set((await worldDiff(client, world)).map(changeKey))
    },
    async grow(tables, party, rows) {
      const grown: Record<string, number> = {}
      for (const table of tables) {
        const added = await growFor(client, catalog, hints, world, { table, party, rows })
        if (added.rows.length > 0) grown[table] = added.rows.length
      }
      return grown
    },
    pageOf: (action) => pageOfAction(app, action),
    curl: (seen) => requests.get(seen)?.curl ?? [],
  }
}
