import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { type FieldUse, textsIn, usesOf } from '../../../project/calls/field-uses.ts'
import type { EntityField } from '../../../project/data-model.ts'
import type { Project } from '../../../project/project.ts'
import { migrationsOf } from '../../../project/surroundings/migrations.ts'

const fault: Fault<Project> = {
  id: 'schema/status-as-text',
  title: 'Fixed set of values kept as text',
  severity: 'info',
  tags: ['schema', 'types'],
  cwe: [],
  references: ['https://www.prisma.io/docs/orm/prisma-schema/data-model/models#defining-enums'],

  find: (project) => drafts(project),
}

const NAME = /(?:status|state|role|type|kind|visibility|priority|level|plan|tier|phase|stage)$/i

function* drafts(project: Project): Iterable<Draft> {
  for (const { models, provider } of project.dataModels) {
    if (!/^(?:postgresql|cockroachdb|mysql|mongodb)$/.test(provider ?? '')) continue
    for (const model of models) {
      const columns = model.fields.filter((field) => isText(field) && NAME.test(field.name))
      const uses = columns.length > 0 ? usesOf(project, model.name) : []
      for (const field of columns) {
        const own = uses.filter((use) => use.field === field.name)
        const texts = own.map(({ value }) => textsIn(value))
        const values = [...new Set(texts.flatMap((one) => one ?? []))]
        if (values.length < 2 || own.length < 3 || isChecked(project, field)) continue
        yield {
          location: field.location,
          subject: `${model.name}.${field.name}`,
          certainty: texts.every((one) => one !== undefined) ? 'likely' : 'possible',
          found: `\`${model.name}.${field.name}\` is text; the code knows ${values.length} values of it: ${values
            .slice(0, 6)
            .map((value) => `"${value}"`)
            .join(', ')}.`,
          why: 'A misspelt value is written and compared without an error: neither the compiler nor the database knows which values there are.',
          remedy: `Make it an enum: \`enum ${model.name}${field.name.charAt(0).toUpperCase()}${field.name.slice(1)} { ${values.slice(0, 6).join(' ')} }\`. Look for other values in the rows first.`,
          evidence: [{ kind: 'trace', steps: stepsOf(field, own) }],
        }
      }
    }
  }
}

/** A migration limits the column to some values. */
const isChecked = (project: Project, { column }: EntityField): boolean =>
  migrationsOf(project).some(({ statements }) =>
    statements.some(
      ({ text }) => text.includes(column) && /\bCHECK\s*\(/i.test(text) && !/^CREATE TABLE/i.test(text),
    ),
  )

const isText = ({ type, list, relation, id, unique, nativeType }: EntityField): boolean =>
  type === 'String' && !list && !relation && !id && !unique && nativeType === undefined

const stepsOf = (field: EntityField, uses: readonly FieldUse[]) => [
  { location: field.location, note: `${field.name} String` },
  ...uses.slice(0, 4).map(({ call, value, write }) => ({
    location: call.location,
    note: `${write ? 'written' : 'compared'}: ${(textsIn(value) ?? ['a value that is not written there']).join(', ')}`,
  })),
]

export default fault
