import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { callStep, inputOf } from '../words.ts'

const said = /Argument `(\w+)` is missing|Argument `(\w+)` must not be null/

export const argumentMissing: Cause = {
  id: 'queries/argument-missing',
  title: 'A required field is not given',
  matches: ({ text }) => said.test(text) && !/Argument `where` is missing/.test(text),
  examine(scene) {
    const [, missing, empty] = said.exec(scene.error.text) ?? []
    const name = missing ?? empty ?? ''
    const field = scene.model?.fields.find((one) => one.name === name)
    const input = inputOf(scene, 'data').find((one) => one.split('.').at(-1) === name)
    const cure = [
      {
        what: 'Say in the schema of the input that it is required, so that the caller hears of it.',
        code: `const data = z.object({ ${name}: z.string().min(1) /* … */ }).parse(await request.json())`,
      },
      { what: `Or give ${scene.model?.name ?? 'the model'}.${name} a default, or make it optional.` },
    ]
    if (!field)
      return unconfirmed(
        `\`${name}\` is required and was left out, or was undefined.`,
        cure,
        [],
        callStep(scene),
      )
    return confirmed(
      `${scene.model?.name}.${name} is required and has no default; it was undefined${input ? `: it comes from the caller (${input}), who left it out` : ''}.`,
      [...callStep(scene), step(field.location, `${name} ${field.type}`)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference'],
}
