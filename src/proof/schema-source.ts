import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import type { SchemaSource } from '../database/tables.ts'
import type { DataModel } from '../project/data-model.ts'
import type { Project } from '../project/project.ts'

/** The schema's files and the migrations beside them. `folder`: theirs, relative to the project. */
export async function schemaSource(
  project: Project,
  dataModel: DataModel,
): Promise<SchemaSource & { folder?: string }> {
  const read = async (path: string) => ({ path, content: await readFile(join(project.root, path), 'utf8') })
  const files = await Promise.all(dataModel.files.map(read))
  const folders = [...new Set(dataModel.files.flatMap((file) => [dirname(file), dirname(dirname(file))]))]
  const relative = folders
    .map((one) => posix.join(one, 'migrations'))
    .find((one) => existsSync(join(project.root, one)))
  if (relative === undefined) return { files }
  const folder = join(project.root, relative)
  const migrations = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name, 'migration.sql')
    if (entry.isDirectory() && existsSync(file))
      migrations.push({ name: entry.name, sql: await readFile(file, 'utf8') })
  }
  return migrations.length > 0 ? { files, migrations, folder: relative } : { files }
}
