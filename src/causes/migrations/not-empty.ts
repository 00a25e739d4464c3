import { migrationsOf } from '../../project/surroundings/migrations.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'

export const notEmpty: Cause = {
  id: 'migrations/not-empty',
  title: 'The database has tables, and no history of migrations',
  matches: (error) =>
    hasCode('P3005')(error) || /database schema (?:for `\w+` )?is not empty/.test(error.text),
  examine(scene) {
    const [first] = migrationsOf(scene.project)
    const cure = [
      {
        what: `Its tables are those of ${first?.name ?? 'the first migration'} (it was pushed, or is older than the migrations): say that it is applied.`,
        code: `npx prisma migrate resolve --applied ${first?.name ?? 'NAME'}\nnpx prisma migrate deploy`,
      },
      {
        what: 'It has tables that no migration makes: write a first migration of what is there, and mark that one.',
        code: 'mkdir -p prisma/migrations/0_init\nnpx prisma migrate diff --from-empty --to-schema prisma/schema.prisma --script > prisma/migrations/0_init/migration.sql\nnpx prisma migrate resolve --applied 0_init',
      },
      { what: 'It is a database to throw away: empty it. Never one that is in use.' },
    ]
    const check = [
      '`\\dt` on that database: are these the tables of the schema, and is it the database that you mean?',
    ]
    if (!first) return unconfirmed('The project has no migrations of its own.', cure, check)
    return confirmed(
      'Prisma finds tables and no `_prisma_migrations`: they were made another way.',
      [step({ file: first.file, line: 1, column: 1 }, 'the first migration, not recorded there')],
      cure,
      check,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-migrate/workflows/baselining'],
}
