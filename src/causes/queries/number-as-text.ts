import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { callStep, inputOf } from '../words.ts'

const said = /Argument `(\w+)`: Invalid value provided\. Expected (\w+)[^.]*, provided (\w+)/

export const numberAsText: Cause = {
  id: 'queries/number-as-text',
  title: 'A value of another type than the field',
  matches: ({ text }) => said.test(text),
  examine(scene) {
    const [, name = '', wanted = '', given = ''] = said.exec(scene.error.text) ?? []
    const { model } = scene
    const field = model?.fields.find((one) => one.name === name)
    const input =
      [...inputOf(scene, 'where'), ...inputOf(scene, 'data')].find((one) => one.includes(name)) ??
      inputOf(scene, 'where')[0]
    const isNumber = /^(?:Int|Float|BigInt|Decimal)/.test(wanted)
    const cure = [
      isNumber
        ? {
            what: 'Parameters of routes and of the query string are text: turn them into a number, and refuse what is none.',
            code: `const ${name} = z.coerce.number().int().safeParse(value)\nif (!${name}.success) return Response.json({ error: 'not found' }, { status: 404 })`,
          }
        : { what: `Give a ${wanted}; parse the input with a schema that says so.` },
    ]
    const told = `${model ? `${model.name}.` : ''}${name} is ${wanted}, and was given a ${given}${input ? ` from the caller (${input})` : ''}`
    if (!field) return unconfirmed(`${told}.`, cure, [], callStep(scene))
    return confirmed(
      `${told}.`,
      [...callStep(scene), step(field.location, `${field.name} ${field.type}`)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference'],
}
