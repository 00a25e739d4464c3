import { type Cause, confirmed, contradicted, hasCode, step, unconfirmed } from '../cause.ts'
import { isRaw, noState, rawCalls, statementAt } from './raw.ts'

export const rawNameNotQuoted: Cause = {
  id: 'queries/raw-name-not-quoted',
  title: 'A name with capitals is not quoted, and Postgres reads it in lower case',
  matches: (error) => isRaw(error) && (noState(error) || hasCode('42P01', '42703')(error)),
  examine(scene) {
    const { project, error } = scene
    const name =
      /(?:relation|column) \\?"(?:\w+\.)?(\w+)\\?" does not exist|column (?:\w+\.)?(\w+) does not exist/.exec(
        error.text,
      )
    const low = name?.[1] ?? name?.[2] ?? ''
    if (low === '')
      return unconfirmed('Which name it was, the text does not say.', [
        { what: 'Quote names that have capitals: `"OrderLine"`.' },
      ])
    const models = project.dataModels.flatMap((one) => one.models)
    const real = [
      ...models.map(({ table }) => table),
      ...models.flatMap(({ fields }) => fields.filter((one) => !one.relation).map(({ column }) => column)),
    ].find((one) => one.toLowerCase() === low && one !== low)
    if (real === undefined)
      return contradicted(
        `No table and no column of the schema is called \`${low}\` apart from its capitals.`,
      )
    const calls = rawCalls(scene).filter((one) =>
      new RegExp(`(?<!["\\w])${real}(?!["\\w])`, 'i').test(statementAt(scene, one)),
    )
    const model = models.find(({ table }) => table === real)
    return confirmed(
      `Without quotes, Postgres reads \`${real}\` as \`${low}\`.`,
      [
        ...calls.map(({ location, operation }) => step(location, `${operation}: ${real} without quotes`)),
        ...(model ? [step(model.location, `the table is "${real}"`)] : []),
      ],
      [
        { what: 'Quote it.', code: `"${real}"` },
        ...(model
          ? [
              {
                what: 'Or let the name in the database be in lower case, so that raw SQL needs no quotes (a migration renames it).',
                code: `@@map("${low}s")`,
              },
            ]
          : []),
      ],
    )
  },
  references: ['https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS'],
}
