import { migrationsOf } from '../../project/surroundings/migrations.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'

export const failedBefore: Cause = {
  id: 'migrations/failed-before',
  title: 'An earlier migration failed, and Prisma waits to be told what became of it',
  matches: (error) =>
    hasCode('P3009')(error) || /found failed migrations in the target database/.test(error.text),
  examine(scene) {
    const name = /`(\d{8,14}_\w+)` migration/.exec(scene.error.text)?.[1]
    const own = migrationsOf(scene.project).find((one) => one.name === name)
    const concurrent = own?.statements.some(({ text }) => /CONCURRENTLY/i.test(text)) ?? false
    const several = (own?.statements.length ?? 0) > 1
    const cure = [
      {
        what: `Look why it failed.`,
        code: `SELECT migration_name, logs FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL;`,
      },
      {
        what: concurrent
          ? 'An index that was broken off is there and INVALID: drop it first.'
          : `Look which of its ${several ? `${own?.statements.length} statements` : 'statements'} took effect, and undo or finish them by hand.`,
        ...(concurrent ? { code: 'SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid;' } : {}),
      },
      {
        what: 'Nothing of it is left in the database: have it run again.',
        code: `npx prisma migrate resolve --rolled-back ${name ?? 'NAME'}\nnpx prisma migrate deploy`,
      },
      { what: 'All of it is there: say so.', code: `npx prisma migrate resolve --applied ${name ?? 'NAME'}` },
    ]
    if (!own)
      return unconfirmed('The migration that the text names is not in this checkout.', cure, [
        'Was it deployed from another branch?',
      ])
    return confirmed(
      `${own.name} began and did not end.`,
      own.statements.slice(0, 4).map(({ location, text }) => step(location, text)),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-migrate/workflows/patching-and-hotfixing'],
}
