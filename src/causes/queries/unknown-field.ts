import { nearest } from '../../core/nearest.ts'
import { lineWith } from '../../project/surroundings/places.ts'
import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { fieldOf, isUnknownName, unknownName } from '../client/unknown-name.ts'
import { callStep } from '../words.ts'

export const unknownField: Cause = {
  id: 'queries/unknown-field',
  title: 'A field that the schema does not have',
  matches: isUnknownName,
  examine(scene) {
    const name = unknownName(scene.error) ?? ''
    if (fieldOf(scene, name)) return contradicted(`The schema has a field \`${name}\`.`)
    const { model, call, project } = scene
    const written = call && lineWith(project, call.location.file, new RegExp(`\\b${name}\\b`))
    const fields = model?.fields.map((one) => one.name) ?? []
    const guess = nearest(name, fields)
    const cure = [
      guess === undefined
        ? {
            what: `Leave \`${name}\` out, or add it to ${model?.name ?? 'the model'} and migrate. Fields that are there: ${fields.slice(0, 12).join(', ')}.`,
          }
        : { what: `Write \`${guess}\`.` },
    ]
    if (call && !written) return contradicted(`\`${name}\` is not written in ${call.location.file}.`)
    if (!model) return unconfirmed(`No model that the text names has a field \`${name}\`.`, cure)
    return confirmed(
      `${model.name} has no field \`${name}\`${guess === undefined ? '' : `; it has \`${guess}\``}.`,
      [...callStep(scene), step(model.location, `model ${model.name}`)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/prisma-client-reference'],
}
