import { type Cause, confirmed, unconfirmed } from '../cause.ts'
import { callStep, inputOf } from '../words.ts'

export const dateAsText: Cause = {
  id: 'queries/date-as-text',
  title: 'A date that is no moment',
  matches: ({ text }) =>
    /Expected ISO-8601 DateTime|Provided Date object is invalid|Invalid time value/.test(text) &&
    /argument|prisma/i.test(text),
  examine(scene) {
    const input = [...inputOf(scene, 'where'), ...inputOf(scene, 'data')]
    const fields = (scene.model?.fields ?? [])
      .filter(({ type }) => type === 'DateTime')
      .map(({ name }) => name)
    const field = fields.find((name) =>
      new RegExp(`\\b${name}\\b`).test(`${scene.call?.where ?? ''} ${scene.call?.data ?? ''}`),
    )
    const cure = [
      {
        what: 'Parse it before the query; a day needs a time and a zone.',
        code: 'const since = z.coerce.date().safeParse(value)\nif (!since.success) return Response.json({ error: "since is no date" }, { status: 422 })',
      },
    ]
    if (!scene.call || field === undefined)
      return unconfirmed(
        'A DateTime was given a text that is no full ISO-8601 moment, or a Date that is invalid.',
        cure,
        [],
        callStep(scene),
      )
    return confirmed(
      `${scene.model?.name}.${field} is a DateTime, and is given text${input.length > 0 ? ` from the caller (${input[0]})` : ''}: Prisma takes a Date, or text such as 2026-11-30T00:00:00Z.`,
      callStep(scene),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/prisma-schema-reference#datetime'],
}
