/** Builds the bench: a scratch database with two parties, the running copy, and everybody's sessions. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../core/error.ts'
import type { Context } from '../core/operation.ts'
import { readCatalog } from '../database/catalog.ts'
import { hintsFor } from '../database/seed/hints.ts'
import { insertWorld } from '../database/seed/insert.ts'
import { planWorld } from '../database/seed/plan.ts'
import { openServer } from '../database/server.ts'
import { createTables } from '../database/tables.ts'
import type { DataModel } from '../project/data-model.ts'
import type { Project } from '../project/project.ts'
import { bringUp } from '../runtime/app/bring-up.ts'
import { placeOf } from '../runtime/app/place.ts'
import { stageApp } from '../runtime/app/stage.ts'
import { capturePreload } from '../runtime/capture/preload-path.ts'
import { sessionVariables } from '../runtime/sessions/variables.ts'
import { orDiskFull } from '../sandbox/disk.ts'
import { openWorkplace, type Workplace } from '../sandbox/workplace.ts'
import { LiveBench, type Phase } from './live-bench.ts'
import { schemaSource } from './schema-source.ts'
import { vocabularyOf } from './vocabulary.ts'

export interface BenchOptions {
  /** A scratch server of the user's instead of the embedded one. */
  databaseUrl?: string
  /** Folder of the Next.js application, relative to the root, where there are several. */
  app?: string
  mode?: 'build' | 'dev'
  /** As of `bringUp`: whether it runs in namespaces of its own where the system allows it. */
  isolation?: 'auto' | 'none'
  /** The same number gives the same rows. */
  seed: number
  /** Variables of the copy besides those that are made up for it. */
  env?: Record<string, string>
}

/** Throws a `UserError` that names the step and what would help when the application does not come up. */
export async function openBench(
  project: Project,
  context: Context,
  options: BenchOptions,
): Promise<LiveBench> {
  const dataModel = project.dataModels[0]
  if (!dataModel)
    throw new UserError(
      'No Prisma schema with models was found.',
      'Run it on the folder that holds the schema too.',
    )
  const workplace = await openWorkplace(context.workFolder, context.signal).catch(async (error: unknown) => {
    throw await orDiskFull(error, context.workFolder)
  })
  try {
    return await build(project, dataModel, workplace, context, options)
  } catch (error) {
    const cause = await orDiskFull(error, workplace.folder)
    await workplace.close()
    throw context.signal?.aborted ? context.signal.reason : cause
  }
}

async function build(
  project: Project,
  dataModel: DataModel,
  workplace: Workplace,
  context: Context,
  options: BenchOptions,
): Promise<LiveBench> {
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
  const database = 'proof'
  const data = await phase('creating tables and rows', async () => {
    await server.createDatabase(database)
    const client = await server.connect(database)
    workplace.onClose(() => client.end())
    const made = await createTables(client, await schemaSource(project, dataModel))
    const catalog = await readCatalog(client)
    const hints = hintsFor(dataModel, vocabularyOf(project.runs, dataModel))
    const world = planWorld(catalog, hints, { seed: options.seed })
    await insertWorld(client, world)
    return { client, catalog, hints, world, tables: made, limits: [...made.problems, ...world.problems] }
  })
  const staged = await phase('copying the project', () =>
    stageApp(placeOf(project, options.app), workplace, signal),
  )
  const records = join(workplace.folder, 'capture')
  await mkdir(records)
  const start = () =>
    bringUp(staged, {
      mode: options.mode ?? 'build',
      isolation: options.isolation ?? 'auto',
      databaseUrl: server.url(database),
      preloads: [capturePreload()],
      env: { ...sessionVariables(project), BACKEND_ENGINEER_CAPTURE: records, ...options.env },
      ...signal,
      ...(context.progress ? { progress: context.progress } : {}),
    })
  const app = await phase('building and starting the copy', start)
  const bench = new LiveBench({
    project,
    dataModel,
    staged,
    app,
    start,
    records,
    server,
    database,
    phases,
    workplace,
    ...data,
  })
  await phase('signing everybody in', () => bench.signIn())
  return bench
}
