import { migrationsOf } from '../../project/surroundings/migrations.ts'
import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'
import { isMissing, mentions, missing, nameOf } from './missing.ts'

export const notWritten: Cause = {
  id: 'migrations/not-written',
  title: 'The schema was changed, and no migration was written',
  matches: isMissing,
  examine(scene) {
    const thing = missing(scene)
    if (mentions(scene.project, thing).length > 0) return contradicted(`A migration names ${nameOf(thing)}.`)
    const all = migrationsOf(scene.project)
    const at = thing.field?.location ?? thing.model?.location
    const cure = [
      {
        what: 'Write it from the difference, read it, and apply it.',
        code: `npx prisma migrate dev --name add_${(thing.column ?? thing.table).toLowerCase()}`,
      },
      { what: 'On a deployment, `npx prisma migrate deploy` before the new version starts.' },
    ]
    if (!at)
      return unconfirmed(
        `\`${nameOf(thing)}\` is not in the schema that was read.`,
        cure,
        ['Is the schema of this checkout the one of the version that runs?'],
        callStep(scene),
      )
    if (all.length === 0)
      return unconfirmed(
        `The project has no migrations: its tables come from \`prisma db push\`, or from elsewhere.`,
        [
          { what: 'Bring the database up to the schema.', code: 'npx prisma db push   # development only' },
          ...cure,
        ],
        [],
        [step(at, nameOf(thing)), ...callStep(scene)],
      )
    return confirmed(
      `\`${nameOf(thing)}\` is in the schema, and none of the ${all.length === 1 ? 'migrations' : `${all.length} migrations`} makes it.`,
      [
        step(at, thing.field ? `${thing.model?.name}.${thing.field.name}` : `model ${thing.model?.name}`),
        ...callStep(scene),
      ],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production'],
}
