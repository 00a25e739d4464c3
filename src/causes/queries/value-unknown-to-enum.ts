import { lastStatement } from '../../project/surroundings/migrations.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

const said = /Value '([^']+)' not found in enum '(\w+)'/

export const valueUnknownToEnum: Cause = {
  id: 'queries/value-unknown-to-enum',
  title: 'The table has a value that the enum of this client does not have',
  matches: ({ text }) => said.test(text),
  examine(scene) {
    const [, value = '', name = ''] = said.exec(scene.error.text) ?? []
    const known = scene.project.dataModels.flatMap(({ enums }) => enums).find((one) => one.name === name)
    const added = lastStatement(
      scene.project,
      new RegExp(`ADD VALUE (?:IF NOT EXISTS )?'${value.replace(/\W/g, '\\$&')}'`, 'i'),
    )
    const cure = [
      { what: 'Add it to the schema, and generate the client.', code: `enum ${name} {\n  ${value}\n}` },
      {
        what: 'Next time in two releases: first the version that can read the new value, then the one that writes it.',
      },
    ]
    if (!known || known.values.some((one) => one.name === value))
      return unconfirmed(
        known
          ? `${name} of the schema has ${value}: the version that runs was generated before.`
          : `No schema that was read has an enum ${name}.`,
        [{ what: 'Generate the client and deploy.', code: 'npx prisma generate' }],
        [],
        callStep(scene),
      )
    return confirmed(
      `${name} has ${known.values.map((one) => one.name).join(', ')}${added ? `; the migration ${added.migration.name} added ${value} to the database` : `; ${value} was written by something else`}.`,
      [
        step(known.location, `enum ${name}`),
        ...(added ? [step(added.location, added.text)] : []),
        ...callStep(scene),
      ],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2023'],
}
