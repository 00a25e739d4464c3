import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { pointedAt, schemaInvalid } from './schema-invalid.ts'

const said =
  /relation field `(\w+)` on model `(\w+)` is missing an opposite relation field on the model `(\w+)`/

export const relationWithoutOpposite: Cause = {
  id: 'client/relation-without-opposite',
  title: 'A relation stands on one side only',
  matches: (error) => schemaInvalid(error) && said.test(error.text),
  examine(scene) {
    const [, field = '', from = '', to = ''] = said.exec(scene.error.text) ?? []
    const model = scene.project.entity(to)
    const plural = `${from.charAt(0).toLowerCase()}${from.slice(1)}s`
    const cure = [
      {
        what: `Add the other side to ${to}: a list, or a single field where \`${field}\` is unique.`,
        code: `model ${to} {\n  ${plural} ${from}[]\n}`,
      },
    ]
    const at = pointedAt(scene) ?? scene.project.entity(from)?.location
    if (!at || !model)
      return unconfirmed(`${from}.${field} points at ${to}, which has no field that points back.`, cure)
    return confirmed(
      `${from}.${field} points at ${to}, which has no field that points back.`,
      [step(at, `${from}.${field}`), step(model.location, `model ${to}`)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-schema/data-model/relations'],
}
