/** Statements of migrations that an error can be about. */
import type { ReadError } from '../../core/failure.ts'
import { type Migration, migrationsOf } from '../../project/surroundings/migrations.ts'
import type { Scene } from '../cause.ts'

/** The text comes from applying a migration. */
export const whileMigrating = ({ codes, text }: ReadError): boolean =>
  codes.includes('P3018') || /migration/i.test(text)

/** The migration that the text names last: the one that was being applied. */
export function named({ project, error, failure }: Scene): Migration | undefined {
  const all = migrationsOf(project)
  const names = [...`${failure.text}\n${error.text}`.matchAll(/\b(\d{8,14}_\w+)\b/g)].map(([name]) => name)
  const last = names.at(-1)
  return all.find(({ name }) => name === last)
}

/** The first statement of that migration, or else of the newest that has one, that a pattern finds. */
export function statementOf(scene: Scene, pattern: RegExp): Migration['statements'][number] | undefined {
  const own = named(scene)
  const order = own ? [own] : migrationsOf(scene.project).reverse()
  for (const { statements } of order) {
    const found = statements.find(({ text }) => pattern.test(text))
    if (found) return found
  }
  return undefined
}

/** What Prisma has to be told after a migration that failed. */
export const resolved = (name: string | undefined): { what: string; code: string } => ({
  what: 'Tell Prisma that it failed and left nothing behind, then deploy again.',
  code: `npx prisma migrate resolve --rolled-back ${name ?? 'NAME'}\nnpx prisma migrate deploy`,
})
