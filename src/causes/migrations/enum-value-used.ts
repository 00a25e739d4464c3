import { migrationsOf } from '../../project/surroundings/migrations.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { named, resolved } from './in-file.ts'

export const enumValueUsed: Cause = {
  id: 'migrations/enum-value-used',
  title: 'A new enum value is used in the file that adds it',
  matches: (error) => hasCode('55P04')(error) || /unsafe use of new value/.test(error.text),
  examine(scene) {
    const value = /unsafe use of new value "([^"]+)"/.exec(scene.error.text)?.[1] ?? ''
    const own = named(scene)
    const guilty = (own ? [own] : migrationsOf(scene.project))
      .flatMap(({ statements }) => statements)
      .filter(({ text }) => text.includes(`'${value}'`))
    const cure = [
      {
        what: 'Two migrations: the first adds the value, the second uses it.',
        code: 'npx prisma migrate dev --create-only --name use_new_value',
      },
      resolved(own?.name),
    ]
    if (guilty.length < 2) return unconfirmed(`No migration that was read adds '${value}' and uses it.`, cure)
    return confirmed(
      `The file adds '${value}' and uses it: within one transaction, Postgres does not let it.`,
      guilty.map(({ location, text }) => step(location, text)),
      cure,
    )
  },
  references: ['https://www.postgresql.org/docs/current/sql-altertype.html'],
}
