/** The project's own tests on the bench, with a database of their own: they may empty it. */
import { createTables } from '../database/tables.ts'
import type { Project } from '../project/project.ts'
import { type OwnTests, runOwnTests, type TestRun } from '../runtime/app/own-tests.ts'
import type { LiveBench } from './live-bench.ts'
import { schemaSource } from './schema-source.ts'

const DATABASE = 'own_tests'

/** `project`: whose schema the tables are made from; that of the bench, when it is not given. */
export async function ownTests(
  bench: LiveBench,
  { project = bench.project, ...run }: TestRun & { project?: Project } = {},
): Promise<OwnTests> {
  return withTestDatabase(bench, project, (test) => test(run))
}

/** Runs tests as often as the work wants to, on one database that each finds as the one before left it. */
export async function withTestDatabase<T>(
  bench: LiveBench,
  project: Project,
  work: (test: (run: TestRun) => Promise<OwnTests>) => Promise<T>,
): Promise<T> {
  const { server, database, staged } = bench.parts
  await server.dropDatabase(DATABASE)
  await server.createDatabase(DATABASE)
  try {
    await makeTables(bench, project)
    const env = Object.entries(bench.app.env).map(([key, value]) => [
      key,
      value.replaceAll(server.url(database), server.url(DATABASE)),
    ])
    return await work((run) => runOwnTests(staged, Object.fromEntries(env), run))
  } finally {
    await server.dropDatabase(DATABASE)
  }
}

async function makeTables({ parts }: LiveBench, project: Project): Promise<void> {
  const [dataModel = parts.dataModel] = project.dataModels
  const client = await parts.server.connect(DATABASE)
  try {
    await createTables(client, await schemaSource(project, dataModel))
  } finally {
    await client.end()
  }
}

/** The line of a log that names what failed first. */
export const firstFailure = (log: string): string =>
  log
    .split('\n')
    .find((line) => /\b(FAIL|AssertionError|Error:)|[✕×✖]|^\s*not ok/.test(line))
    ?.trim() ?? 'they fail'
