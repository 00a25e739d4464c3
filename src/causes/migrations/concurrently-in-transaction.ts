import { migrationsOf } from '../../project/surroundings/migrations.ts'
import { majorVersion } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { named, resolved } from './in-file.ts'

export const concurrentlyInTransaction: Cause = {
  id: 'migrations/concurrently-in-transaction',
  title: 'CREATE INDEX CONCURRENTLY shares its file with another statement',
  matches: (error) =>
    hasCode('25001')(error) || /CONCURRENTLY cannot (?:run|be executed) (?:inside|from)/.test(error.text),
  examine(scene) {
    const own = named(scene)
    const guilty = (own ? [own] : migrationsOf(scene.project)).find(
      ({ statements }) =>
        statements.length > 1 && statements.some(({ text }) => /\bCONCURRENTLY\b/i.test(text)),
    )
    const cure = [
      {
        what: 'Give each such statement a migration of its own, with nothing else in the file, not even SET.',
        code: 'npx prisma migrate dev --create-only --name index_alone',
      },
      {
        what: 'A lock_timeout for it goes into the connection, not into the file.',
        code: "PGOPTIONS='-c lock_timeout=5s' npx prisma migrate deploy",
      },
      resolved(own?.name),
    ]
    if (!guilty)
      return unconfirmed('No migration that was read has CONCURRENTLY beside another statement.', cure)
    const prisma = majorVersion(scene.project, 'prisma')
    return confirmed(
      `${guilty.name} has ${guilty.statements.length} statements. Sent together, they are one transaction, in which Postgres builds no index concurrently${prisma !== undefined && prisma >= 7 ? ' (Prisma sends them one by one since 7.4; other ways to run the file do not)' : ''}.`,
      guilty.statements.map(({ location, text }) => step(location, text)),
      cure,
    )
  },
  references: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
}
