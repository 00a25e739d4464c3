import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'
import { fieldsText, isUnique, violated } from './violated.ts'

const deleted = /^(?:deleted(?:At|On)?|isDeleted|removed(?:At)?|archived(?:At)?|isArchived)$/

export const softDeletedTwin: Cause = {
  id: 'constraints/soft-deleted-twin',
  title: 'A row that was deleted softly still holds the value',
  matches: isUnique,
  examine(scene) {
    const rule = violated(scene)
    if (!rule) {
      const marked = scene.project.dataModels
        .flatMap(({ models }) => models)
        .flatMap(({ name, fields }) =>
          fields.filter((field) => deleted.test(field.name)).map((field) => ({ name, field })),
        )
      if (marked.length === 0) return contradicted('No model has a field that marks deleted rows.')
      return unconfirmed(
        'Which unique rule was broken, the text does not say. Of these models, rows that are marked as deleted still hold their values.',
        [{ what: 'Give the whole message: it names the constraint.' }],
        [],
        marked.map(({ name, field }) => step(field.location, `marks deleted rows of ${name}`)),
      )
    }
    const mark = rule.model.fields.find(({ name }) => deleted.test(name))
    if (!mark) return contradicted(`${rule.model.name} has no field that marks deleted rows.`)
    if (rule.fields.includes(mark.name)) return contradicted(`The unique rule includes ${mark.name}.`)
    const uses = scene.project.map.queries.filter(
      (one) =>
        one.model === rule.model.name &&
        new RegExp(`\\b${mark.name}\\b`).test(`${one.where ?? ''} ${one.data ?? ''}`),
    )
    if (uses.length === 0) return contradicted(`No call reads or writes ${rule.model.name}.${mark.name}.`)
    const columns = rule.fields.map(
      (name) => `"${rule.model.fields.find((one) => one.name === name)?.column ?? name}"`,
    )
    return confirmed(
      `${fieldsText(rule)} is unique over all rows, those with ${mark.name} included: what is deleted softly keeps its value, although the code does not see it any more.`,
      [
        step(mark.location, `marks deleted rows of ${rule.model.name}`),
        ...uses
          .slice(0, 3)
          .map(({ location, operation }) =>
            step(location, `${rule.model.delegate}.${operation} by ${mark.name}`),
          ),
        ...callStep(scene),
      ],
      [
        {
          what: `Let the rule hold for living rows only: in a migration, take the unique index away and make a partial one (then \`@unique\` goes from the schema, and \`findUnique\` by it becomes \`findFirst\`).`,
          code: `DROP INDEX "${rule.model.table}_${rule.fields.join('_')}_key";\nCREATE UNIQUE INDEX "${rule.model.table}_${rule.fields.join('_')}_live_key" ON "${rule.model.table}" (${columns.join(', ')}) WHERE "${mark.column}" IS NULL;`,
        },
        {
          what: 'Or give the value free on deletion, or bring the old row back instead of creating a new one.',
        },
      ],
    )
  },
  references: ['https://www.postgresql.org/docs/current/indexes-partial.html'],
}
