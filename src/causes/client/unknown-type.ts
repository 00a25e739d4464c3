import { nearest } from '../../core/nearest.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { pointedAt, schemaInvalid } from './schema-invalid.ts'

const said = /Type "(\w+)" is neither a built-in type/

export const unknownType: Cause = {
  id: 'client/unknown-type',
  title: 'A type that is neither a model nor an enum',
  matches: (error) => schemaInvalid(error) && said.test(error.text),
  examine(scene) {
    const name = said.exec(scene.error.text)?.[1] ?? ''
    const known = scene.project.dataModels.flatMap(({ models, enums }) =>
      [...models, ...enums].map((one) => one.name),
    )
    const guess = nearest(name, [
      ...known,
      'String',
      'Int',
      'BigInt',
      'Float',
      'Decimal',
      'Boolean',
      'DateTime',
      'Json',
      'Bytes',
    ])
    const at = pointedAt(scene)
    const cure = [
      {
        what:
          guess === undefined
            ? `Define \`${name}\`, or name a type that is there: ${known.slice(0, 8).join(', ')}.`
            : `Write \`${guess}\`.`,
      },
    ]
    if (!at) return unconfirmed(`\`${name}\` is not defined in the schema that was read.`, cure)
    return confirmed(
      `\`${name}\` is not defined${guess === undefined ? '' : `; \`${guess}\` is`}.`,
      [step(at, name)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-schema/data-model/models'],
}
