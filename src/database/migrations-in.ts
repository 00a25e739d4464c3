import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The migrations in a folder (relative to `root`), with their SQL; none where there is no folder. */
export function migrationsIn(root: string, folder: string | undefined): { name: string; sql: string }[] {
  const path = join(root, folder ?? '')
  if (folder === undefined || !existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(path, entry.name, 'migration.sql')))
    .map(({ name }) => ({ name, sql: readFileSync(join(path, name, 'migration.sql'), 'utf8') }))
}
