import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import type { DataModel, Entity, EntityField } from '../../../project/data-model.ts'
import type { Project } from '../../../project/project.ts'
import { words } from '../../../project/words.ts'

const fault: Fault<Project> = {
  id: 'schema/key-without-relation',
  title: 'Foreign key that the database does not know',
  severity: 'info',
  tags: ['schema'],
  cwe: [],
  references: ['https://www.prisma.io/docs/orm/prisma-schema/data-model/relations'],

  find: (project) => drafts(project),
}

/** Rows that outlive what they speak of. */
const RECORD =
  /^(?:logs?|audit|events?|history|archived?|snapshots?|analytics|metrics?|webhooks?|cache|temp|backup)$/

function* drafts(project: Project): Iterable<Draft> {
  for (const dataModel of project.dataModels)
    for (const model of dataModel.models) {
      if (model.view || model.ignored || words(model.name).some((word) => RECORD.test(word))) continue
      const related = new Set(model.relations.flatMap(({ keys }) => keys))
      for (const field of model.fields) {
        const target = related.has(field.name) ? undefined : targetOf(dataModel, model, field)
        if (!target) continue
        yield {
          location: field.location,
          subject: `${model.name}.${field.name}`,
          certainty: 'possible',
          found: `\`${model.name}.${field.name}\` looks like the id of a ${target.name}, and no relation says so.`,
          why: `The database takes any value, and keeps it when the ${target.name} is deleted. Queries cannot \`include\` it, and nobody indexes it.`,
          remedy: `Add the relation: \`${field.name.replace(/_?id$/i, '')} ${target.name}${field.optional ? '?' : ''} @relation(fields: [${field.name}], references: [id])\`, with an \`onDelete\` and an index. Look for ids without a row first.`,
          evidence: [
            {
              kind: 'trace',
              steps: [
                { location: field.location, note: `${field.name} ${field.type}, without a relation` },
                { location: target.location, note: `model ${target.name}` },
              ],
            },
          ],
        }
      }
    }
}

/** The model whose name the column carries, when its id has the same type. */
function targetOf(dataModel: DataModel, model: Entity, field: EntityField): Entity | undefined {
  const name = /^(\w+?)_?id$/i.exec(field.name)?.[1]?.replaceAll('_', '').toLowerCase()
  if (name === undefined || field.list || field.relation || field.id || !/_id$|Id$|ID$/.test(field.name))
    return undefined
  return dataModel.models.find(
    (one) =>
      one !== model &&
      one.name.toLowerCase() === name &&
      one.fields.some(({ id, type, name: key }) => id && key === 'id' && type === field.type),
  )
}

export default fault
