import { lineWith } from '../../project/surroundings/places.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

export const numberTooLarge: Cause = {
  id: 'constraints/number-too-large',
  title: 'A number larger than an Int column holds',
  matches: (error) =>
    hasCode('P2020', '22003')(error) ||
    /out of range for type (?:integer|smallint)|Unable to fit integer value/.test(error.text),
  examine(scene) {
    const { model, call, project } = scene
    const narrow = (model?.fields ?? []).filter(({ type, list }) => type === 'Int' && !list)
    const written = narrow.filter(({ name }) =>
      new RegExp(`\\b${name}:`).test(`${call?.data ?? ''} ${call?.where ?? ''}`),
    )
    const clock =
      call && lineWith(project, call.location.file, /Date\.now\(\)|\.getTime\(\)|performance\.timeOrigin/)
    const [field] = written.length > 0 ? written : narrow.filter(({ id }) => id)
    const cure = [
      {
        what: `Make it a BigInt, or a DateTime where it is a moment.${clock ? ' `Date.now()` counts milliseconds since 1970, a number of 13 digits; an Int ends at 2,147,483,647.' : ''}`,
        code: `${field?.name ?? 'field'} ${clock ? 'DateTime' : 'BigInt'}`,
      },
      {
        what: 'The migration rewrites the table: on a large one, add a new column, copy in batches, then switch.',
      },
    ]
    if (!field || !model || written.length === 0)
      return unconfirmed(
        'Which column it is, the text and the schema do not tell.',
        cure,
        [],
        callStep(scene),
      )
    return confirmed(
      `${model.name}.${field.name} is an Int${clock ? ', and is given a time in milliseconds' : ''}.`,
      [
        step(field.location, `${field.name} Int`),
        ...(clock ? [step(clock, 'a time in milliseconds')] : []),
        ...callStep(scene),
      ],
      cure,
    )
  },
  references: ['https://www.postgresql.org/docs/current/datatype-numeric.html'],
}
