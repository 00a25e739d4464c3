import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { named, resolved, statementOf } from './in-file.ts'

export const uniqueOnDuplicates: Cause = {
  id: 'migrations/unique-on-duplicates',
  title: 'A unique index over values that repeat',
  matches: ({ text }) => /could not create unique index/.test(text),
  examine(scene) {
    const name = /could not create unique index "(\w+)"/.exec(scene.error.text)?.[1] ?? ''
    const statement = statementOf(scene, new RegExp(`UNIQUE.*"${name}"`, 'i'))
    const [, table = 'TABLE', columns = '"column"'] =
      /ON "?(\w+)"?\s*\(([^)]*)\)/i.exec(statement?.text ?? '') ?? []
    const cure = [
      {
        what: 'See which repeat.',
        code: `SELECT ${columns}, count(*) FROM "${table}" GROUP BY ${columns} HAVING count(*) > 1;`,
      },
      {
        what: 'Decide which row stays, and remove or change the others in the same migration, above the index.',
      },
      resolved(named(scene)?.name),
    ]
    if (!statement) return unconfirmed(`No statement that makes "${name}" was found in the migrations.`, cure)
    return confirmed(
      `Rows of "${table}" have the same ${columns} already.`,
      [step(statement.location, statement.text)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-migrate/workflows/customizing-migrations'],
}
