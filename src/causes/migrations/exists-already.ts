import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { named, statementOf, whileMigrating } from './in-file.ts'

export const existsAlready: Cause = {
  id: 'migrations/exists-already',
  title: 'What the migration makes is in the database already',
  matches: (error) =>
    (whileMigrating(error) || hasCode('42P07', '42701', '42710')(error)) &&
    /(?:relation|column|type|constraint|index) "\w+"(?: of relation "\w+")? already exists/.test(error.text),
  examine(scene) {
    const name = /"(\w+)"(?: of relation "(\w+)")? already exists/.exec(scene.error.text)?.[1] ?? ''
    const statement = statementOf(scene, new RegExp(`(?:CREATE|ADD).*"${name}"`, 'i'))
    const own = named(scene)?.name
    const cure = [
      {
        what: 'If the database has all that the migration makes (somebody used `db push`, or ran the SQL by hand), say so.',
        code: `npx prisma migrate resolve --applied ${own ?? 'NAME'}`,
      },
      {
        what: 'If it has a part only, remove that part by hand and run the migration again; look at what is in it first.',
      },
    ]
    const check = [
      `\`npx prisma migrate diff --from-config-datasource --to-schema prisma/schema.prisma --script\` shows what still differs.`,
    ]
    if (!statement)
      return unconfirmed(`No statement that makes "${name}" was found in the migrations.`, cure, check)
    return confirmed(
      `The database has "${name}", and its history says that this migration was not applied.`,
      [step(statement.location, statement.text)],
      cure,
      check,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-migrate/workflows/patching-and-hotfixing'],
}
