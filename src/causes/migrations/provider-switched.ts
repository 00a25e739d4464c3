import { lineWith } from '../../project/surroundings/places.ts'
import { schemaOf } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'

export const providerSwitched: Cause = {
  id: 'migrations/provider-switched',
  title: 'The migrations were written for another kind of database',
  matches: (error) =>
    hasCode('P3019')(error) || /does not match the one specified in the migration_lock/.test(error.text),
  examine({ project }) {
    const lock = project.files.find((file) => file.endsWith('/migration_lock.toml'))
    const at = lock === undefined ? undefined : lineWith(project, lock, /provider/)
    const written = /provider\s*=\s*"(\w+)"/.exec(
      lock === undefined ? '' : (project.sourceText(lock) ?? ''),
    )?.[1]
    const source = schemaOf(project).datasource
    const cure = [
      {
        what: 'SQL of one database does not run on another. Put the old history aside, and begin anew.',
        code: 'git mv prisma/migrations prisma/migrations_old\nnpx prisma migrate dev --name init',
      },
      { what: 'Move the rows with a script that reads the one and writes the other.' },
    ]
    if (!at || !source || written === source.provider)
      return unconfirmed('Lock file and schema of this checkout agree, or one of them was not found.', cure)
    return confirmed(
      `The history is for ${written}, the schema says ${source.provider}.`,
      [step(at, `provider = "${written}"`), step(source.location, `provider = "${source.provider}"`)],
      cure,
    )
  },
  references: [
    'https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/limitations-and-known-issues',
  ],
}
