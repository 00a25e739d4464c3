/** The migrations of a change, on tables with rows as they were before it. */

import type { Check } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { readCatalog } from '../database/catalog.ts'
import { hintsFor } from '../database/seed/hints.ts'
import { insertWorld } from '../database/seed/insert.ts'
import { planWorld } from '../database/seed/plan.ts'
import type { Client } from '../database/server.ts'
import { createTables, type TablesMade } from '../database/tables.ts'
import type { Project } from '../project/project.ts'
import type { Draft } from './draft.ts'
import type { LiveBench } from './live-bench.ts'
import { schemaSource } from './schema-source.ts'

const DATABASE = 'before_the_change'

export const isMigration = (file: string): boolean => /(?:^|\/)migrations\/[^/]+\/migration\.sql$/.test(file)

/**
 * Whether the new migrations run where rows are, and whether all migrations together lead to the schema of the change.
 * `project`: the user's, without the change.
 */
export async function checkMigration(
  bench: LiveBench,
  draft: Draft,
  project: Project,
): Promise<Pick<Check, 'verdict' | 'why'>> {
  const added = draft.written.files
    .filter((file) => isMigration(file) && draft.written.before(file) === undefined)
    .sort()
  const source = await schemaSource(bench.project, bench.dataModel)
  if (added.length === 0)
    return source.migrations
      ? { verdict: 'failed', why: 'The schema changes, and there is no migration for it.' }
      : { verdict: 'skipped', why: 'The project has no migrations: its schema is pushed.' }
  const { server, tables } = bench.parts
  await server.dropDatabase(DATABASE)
  await server.createDatabase(DATABASE)
  const client = await server.connect(DATABASE)
  try {
    const before = await fill(client, project)
    const known = new Set(before?.tables.problems)
    const [problem] = tables.problems.filter((one) => !known.has(one))
    if (problem !== undefined) return { verdict: 'failed', why: problem }
    for (const file of added) {
      const sql = source.migrations?.find(({ name }) => file.includes(`/${name}/`))?.sql ?? ''
      try {
        await client.query(sql)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        return { verdict: 'failed', why: `${file} fails where there are rows: ${why}.` }
      }
    }
    const rows = before ? `, also on ${plural(before.rows, 'row')} from before` : ''
    return {
      verdict: 'passed',
      why: `${plural(added.length, 'migration')} ran${rows}, and led to the schema.`,
    }
  } finally {
    await client.end()
    await server.dropDatabase(DATABASE)
  }
}

/** The tables of the project as it is, with rows; nothing where it has no models yet. */
async function fill(
  client: Client,
  project: Project,
): Promise<{ tables: TablesMade; rows: number } | undefined> {
  const [dataModel] = project.dataModels
  if (!dataModel) return undefined
  const tables = await createTables(client, await schemaSource(project, dataModel))
  const world = planWorld(await readCatalog(client), hintsFor(dataModel), { seed: 1 })
  await insertWorld(client, world)
  return { tables, rows: world.rows.length }
}
