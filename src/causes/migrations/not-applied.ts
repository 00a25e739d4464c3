import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { callStep } from '../words.ts'
import { isMissing, mentions, missing, nameOf } from './missing.ts'

export const notApplied: Cause = {
  id: 'migrations/not-applied',
  title: 'A migration was not applied to this database',
  matches: isMissing,
  examine(scene) {
    const thing = missing(scene)
    const last = mentions(scene.project, thing).at(-1)
    if (!last) return contradicted(`No migration makes ${nameOf(thing)}.`)
    if (!last.makes)
      return contradicted(`The last migration that names it takes it away: ${last.migration.name}.`)
    return confirmed(
      `The migration ${last.migration.name} makes \`${nameOf(thing)}\`, and this database does not have it.`,
      [step(last.location, short(last.text)), ...callStep(scene)],
      [
        {
          what: 'Apply what is missing: on a deployment, before the new version starts.',
          code: 'npx prisma migrate deploy',
        },
        { what: 'On your machine.', code: 'npx prisma migrate dev' },
      ],
      [
        '`npx prisma migrate status` with the URL of that database. If it says that all is applied, the application uses another database or another schema (`?schema=`) than the migrations.',
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production'],
}

const short = (text: string): string => (text.length > 90 ? `${text.slice(0, 89)}…` : text)
