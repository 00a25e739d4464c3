import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { callStep, inputOf } from '../words.ts'

export const malformedId: Cause = {
  id: 'queries/malformed-id',
  title: 'An id that has not the form of one',
  matches: ({ text }) =>
    /invalid input syntax for type uuid|Error creating UUID|Malformed ObjectID|Inconsistent column data: .*(?:UUID|ObjectID)/i.test(
      text,
    ),
  examine(scene) {
    const { model, call } = scene
    const ids = (model?.fields ?? []).filter(
      ({ nativeType }) => nativeType === 'Uuid' || nativeType === 'ObjectId',
    )
    const field = ids.find(({ name }) =>
      new RegExp(`\\b${name}\\b`).test(`${call?.where ?? ''} ${call?.data ?? ''}`),
    )
    const input = [...inputOf(scene, 'where'), ...inputOf(scene, 'data')]
    const cure = [
      {
        what: 'Check the form before the query, and answer 404: there cannot be such a row.',
        code: `const id = z.uuid().safeParse(${input[0]?.split('.').at(-1) ?? 'id'})\nif (!id.success) return Response.json({ error: 'not found' }, { status: 404 })`,
      },
    ]
    if (!field || !model)
      return unconfirmed('A column of type uuid was compared with something else.', cure, [], callStep(scene))
    return confirmed(
      `${model.name}.${field.name} is a ${field.nativeType}${input.length > 0 ? `, and is compared with what the caller sends (${input[0]}), whatever it is` : ', and was compared with another text'}.`,
      [...callStep(scene), step(field.location, `@db.${field.nativeType}`)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2007'],
}
