import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { callStep } from '../words.ts'
import { fieldOf, isUnknownName, unknownName } from './unknown-name.ts'

export const stale: Cause = {
  id: 'client/stale',
  title: 'The generated client is older than the schema',
  matches: isUnknownName,
  examine(scene) {
    const name = unknownName(scene.error) ?? ''
    const found = fieldOf(scene, name)
    if (!found)
      return contradicted(
        scene.model
          ? `${scene.model.name} has no field \`${name}\` in the schema either.`
          : `No model of the schema that the text names has a field \`${name}\`.`,
      )
    return confirmed(
      `\`${name}\` is in the schema, and the client does not know it: it was generated before.`,
      [step(found.field.location, `${found.model.name}.${name}`), ...callStep(scene)],
      [
        {
          what: 'Generate it again. In an editor, restart the TypeScript server afterwards.',
          code: 'npx prisma generate',
        },
        { what: 'If the field is new, its column has to be there too.', code: 'npx prisma migrate dev' },
      ],
    )
  },
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/generating-prisma-client',
  ],
}
