import type { Step } from '../../core/finding.ts'
import { migrationsOf } from '../../project/surroundings/migrations.ts'
import { type Cause, confirmed, contradicted, type Scene, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'
import { isUnique, type Violated, violated } from './violated.ts'

export const sequenceBehind: Cause = {
  id: 'constraints/sequence-behind',
  title: 'Rows were written with ids of their own, and the counter does not know',
  matches: isUnique,
  examine(scene) {
    const rule = violated(scene)
    const field = rule?.model.fields.find(({ name }) => name === rule.fields[0])
    const counted = field?.default?.kind === 'call' && field.default.name === 'autoincrement'
    if (!rule)
      return unconfirmed('Which unique rule was broken, the text does not say.', [
        { what: 'If it is the id: set its counter behind the largest one (`setval`).' },
      ])
    if (rule.fields.length !== 1 || !counted)
      return contradicted('The value that is taken is not one that the database counts up.')
    if (scene.call?.data && new RegExp(`\\b${field.name}:`).test(scene.call.data))
      return contradicted(`The call gives ${field.name} itself.`)
    const cure = [
      {
        what: 'Set the counter behind the largest id, once, where it happened.',
        code: `SELECT setval(pg_get_serial_sequence('"${rule.model.table}"', '${field.column}'), (SELECT max("${field.column}") FROM "${rule.model.table}"));`,
      },
      { what: `Leave \`${field.name}\` out where rows are written, or end the import with that line.` },
    ]
    const written = given(scene, rule)
    const check = [
      `\`SELECT max("${field.column}") FROM "${rule.model.table}"\`, against \`SELECT last_value FROM "${rule.model.table}_${field.column}_seq"\``,
    ]
    if (written.length === 0)
      return unconfirmed(
        'Rows that came with ids of their own (an import, a dump, a seed elsewhere) leave the counter behind. In the project, nothing writes them.',
        cure,
        check,
        callStep(scene),
      )
    return confirmed(
      `${rule.model.name}.${field.name} is counted by the database, and rows are written with ids of their own: the counter then gives out numbers that are taken.`,
      [...written, ...callStep(scene, `lets the database count ${field.name}`)],
      cure,
      check,
    )
  },
  references: ['https://www.postgresql.org/docs/current/functions-sequence.html'],
}

/** Where the project writes the id of the model itself. */
function given({ project, call }: Scene, { model, fields: [id = 'id'] }: Violated): Step[] {
  const calls = project.map.queries.filter(
    (one) =>
      one.model === model.name &&
      /^(?:create|upsert)/.test(one.operation) &&
      one !== call &&
      new RegExp(`\\b${id}:`).test(one.data ?? ''),
  )
  const sql = migrationsOf(project).flatMap(({ statements }) =>
    statements.filter(({ text }) =>
      new RegExp(`INSERT INTO "?${model.table}"? ?\\([^)]*"?\\b${id}\\b`, 'i').test(text),
    ),
  )
  return [
    ...calls.map(({ location, operation }) =>
      step(location, `${model.delegate}.${operation} gives ${id} itself`),
    ),
    ...sql.map(({ location }) => step(location, `INSERT gives ${id} itself`)),
  ]
}
