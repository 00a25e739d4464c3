import { lineWith } from '../../project/surroundings/places.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { callStep, inputOf } from '../words.ts'

export const textTooLong: Cause = {
  id: 'constraints/text-too-long',
  title: 'A text longer than its column',
  matches: (error) =>
    hasCode('P2000', '22001')(error) || /value too long for type|too long for the column/.test(error.text),
  examine(scene) {
    const { model, error, call, project } = scene
    const limit = Number(/character varying\((\d+)\)/.exec(error.text)?.[1])
    const limited = (model?.fields ?? []).flatMap((field) => {
      const size = Number(/^(?:VarChar|Char)\((\d+)\)/.exec(field.nativeType ?? '')?.[1])
      return size > 0 && (Number.isNaN(limit) || size === limit) ? [{ field, size }] : []
    })
    const written = limited.filter(({ field }) => new RegExp(`\\b${field.name}\\b`).test(call?.data ?? ''))
    const [suspect] = written.length > 0 ? written : limited
    if (!suspect || !model)
      return unconfirmed(
        'The schema that was read has no text column of that length: the database may have been changed by a migration of another version.',
        [{ what: 'Check lengths where input is parsed, against those of the columns.' }],
        [],
        callStep(scene),
      )
    const { field, size } = suspect
    const rule = call
      ? lineWith(project, call.location.file, new RegExp(`\\b${field.name}\\s*:.*\\.max\\((\\d+)\\)`))
      : undefined
    const allowed = rule
      ? Number(
          /\.max\((\d+)\)/.exec((project.sourceText(rule.file) ?? '').split('\n')[rule.line - 1] ?? '')?.[1],
        )
      : undefined
    const cure = [
      { what: `Refuse it where the input is parsed.`, code: `${field.name}: z.string().max(${size})` },
      {
        what: 'Or let the column be longer: in Postgres that rewrites nothing.',
        code: `${field.name} String${field.optional ? '?' : ''} @db.VarChar(${Math.max(allowed ?? 0, size * 2)})`,
      },
    ]
    const input = inputOf(scene, 'data').find((one) => one.includes(field.name))
    return confirmed(
      `${model.name}.${field.name} holds ${size} characters${allowed !== undefined && allowed > size ? `, and the validation lets ${allowed} through` : input ? `, and ${input} is not checked for that` : ''}.`,
      [
        step(field.location, `@db.${field.nativeType}`),
        ...(rule ? [step(rule, `max(${allowed})`)] : []),
        ...callStep(scene),
      ],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2000'],
}
