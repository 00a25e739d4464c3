import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { named, resolved, statementOf } from './in-file.ts'

export const requiredOnRows: Cause = {
  id: 'migrations/required-on-rows',
  title: 'A required column on a table that has rows',
  matches: ({ text }) =>
    /column "\w+" of relation "\w+" contains null values|Added the required column/.test(text),
  examine(scene) {
    const [, column = '', table = ''] =
      /column "(\w+)" of relation "(\w+)" contains null values/.exec(scene.error.text) ?? []
    const statement = statementOf(scene, new RegExp(`"${table}".*"${column}".*NOT NULL`, 'i'))
    const type =
      /ADD COLUMN\s+"\w+"\s+([A-Z][\w() ]*?)\s+NOT NULL/i.exec(statement?.text ?? '')?.[1] ?? 'TEXT'
    const cure = [
      {
        what: 'Write it in steps: add it empty, fill it, then demand it.',
        code: `ALTER TABLE "${table}" ADD COLUMN "${column}" ${type};\nUPDATE "${table}" SET "${column}" = '…' WHERE "${column}" IS NULL;\nALTER TABLE "${table}" ALTER COLUMN "${column}" SET NOT NULL;`,
      },
      {
        what: 'On a large table: `CHECK ("…" IS NOT NULL) NOT VALID`, `VALIDATE CONSTRAINT`, then SET NOT NULL, each in a migration of its own.',
      },
      resolved(named(scene)?.name),
    ]
    if (!statement)
      return unconfirmed(
        `No statement that makes "${table}"."${column}" required was found in the migrations.`,
        cure,
      )
    return confirmed(
      `Rows of "${table}" are there already, and have nothing in "${column}".`,
      [step(statement.location, statement.text)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-migrate/workflows/customizing-migrations'],
}
