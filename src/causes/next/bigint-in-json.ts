import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { statementAt } from '../queries/raw.ts'

export const bigintInJson: Cause = {
  id: 'next/bigint-in-json',
  title: 'A BigInt is to become JSON',
  matches: ({ text }) => /Do not know how to serialize a BigInt/.test(text),
  examine(scene) {
    const { project, places } = scene
    const files = new Set(places.map(({ location }) => location.file))
    const here = project.map.queries.filter(({ location }) => files.has(location.file))
    const raw = here.find(
      (one) =>
        one.operation.startsWith('$queryRaw') &&
        /\b(?:count|sum|max|min)\s*\(/i.test(statementAt(scene, one)) &&
        !/::(?:int|float|text)/.test(statementAt(scene, one)),
    )
    if (raw)
      return confirmed(
        'Postgres counts and sums in bigint, which Prisma gives as BigInt, and JSON has none.',
        [...places.slice(0, 1), step(raw.location, `${raw.operation}: a count without a cast`)],
        [
          {
            what: 'Cast it in the statement, where the number stays below 2,147,483,647.',
            code: 'SELECT count(*)::int AS n',
          },
        ],
      )
    const models = project.dataModels.flatMap((one) => one.models)
    for (const call of here.length > 0 ? here : project.map.queries) {
      const model = models.find(({ name }) => name === call.model)
      const field = model?.fields.find(
        ({ type, name }) =>
          type === 'BigInt' && (call.select === undefined || new RegExp(`\\b${name}\\b`).test(call.select)),
      )
      if (!model || !field) continue
      return confirmed(
        `${model.name}.${field.name} is a BigInt, and the row becomes JSON as it is.`,
        [
          ...places.slice(0, 1),
          step(call.location, `${model.delegate}.${call.operation}`),
          step(field.location, `${field.name} BigInt`),
        ],
        [
          {
            what: 'Say what goes out, and turn it into text (a number loses digits above 2^53).',
            code: `rows.map(({ ${field.name}, ...row }) => ({ ...row, ${field.name}: ${field.name}.toString() }))`,
          },
          { what: `Or leave it out.`, code: `omit: { ${field.name}: true }` },
        ],
      )
    }
    return unconfirmed(
      'Something in what was turned into JSON is a BigInt.',
      [{ what: 'Turn it into text where the response is made.', code: 'value.toString()' }],
      [],
      places.slice(0, 2),
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/special-fields-and-types#working-with-bigint'],
}
