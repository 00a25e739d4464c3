import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Project } from '../../../project/project.ts'
import type { PrismaIndex } from '../../../source/prisma-schema.ts'

const fault: Fault<Project> = {
  id: 'schema/redundant-index',
  title: 'Redundant index',
  severity: 'info',
  tags: ['performance', 'schema'],
  cwe: [],
  references: ['https://www.prisma.io/docs/orm/prisma-schema/data-model/indexes'],
  *find(project) {
    for (const { models } of project.dataModels)
      for (const model of models) {
        yield* redundant(model)
        yield* widerKeys(model, models)
      }
  },
}

export default fault

function* redundant(model: Entity): Iterable<Draft> {
  const seen = new Map<string, number>()
  for (const [position, index] of model.indexes.entries()) {
    if (index.kind !== 'index' || index.clustered || !isPlain(index)) continue
    const other = model.indexes
      .filter((other, at) => covers(other, at, index, position))
      .sort((a, b) => a.fields.length - b.fields.length)[0]
    if (!other) continue
    const list = print(index)
    const count = (seen.get(list) ?? 0) + 1
    seen.set(list, count)
    const same = other.fields.length === index.fields.length
    const unique = other.kind !== 'index'
    yield {
      location: index.location,
      subject: `${model.name} @@index([${list}])${count > 1 ? ` ${count}` : ''}`,
      certainty: 'likely',
      found: `\`@@index([${list}])\` of model \`${model.name}\` ${same ? 'indexes the same fields as' : 'indexes the first fields of'} ${name(other)} (line ${other.location.line}).`,
      why: `${unique ? 'An id or unique constraint is an index too' : same ? 'One of the two is enough' : 'An index also serves queries on its leading fields'}, so this index answers no query that the other does not. Every write to \`${model.table}\` still maintains it, and it takes disk and cache.`,
      remedy: `Remove \`@@index([${list}])\` from model \`${model.name}\` and create a migration.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: index.location, note: 'the redundant index' },
            { location: other.location, note: `already covered by ${name(other)}` },
          ],
        },
      ],
    }
  }
}

/** `@@unique([id, boardId])`: what is unique stays unique with more fields. */
function* widerKeys(model: Entity, models: readonly Entity[]): Iterable<Draft> {
  for (const [position, index] of model.indexes.entries()) {
    if (index.kind !== 'unique' || index.inline || index.clustered || isReferenced(model, index, models))
      continue
    const key = model.indexes.find((other, at) => isKeyWithin(other, at, index, position))
    if (!key) continue
    const fields = index.fields.map((field) => field.name)
    const list = fields.join(', ')
    // As an index, it still leads from its first field to the rows.
    const leads = !key.fields.every((field, at) => field.name === fields[at])
    const selector = index.name ?? fields.join('_')
    yield {
      location: index.location,
      subject: `${model.name} @@unique([${list}])`,
      certainty: leads ? 'possible' : 'likely',
      found: `\`@@unique([${list}])\` of model \`${model.name}\` contains ${name(key)} (line ${key.location.line}), which is unique by itself.`,
      why: `It forbids nothing that ${name(key)} does not, ${leads ? 'and the check of it costs' : 'and leads to no row that it does not, but is maintained'} with every write to \`${model.table}\`. It would be needed only by a foreign key that references these fields together, and no model has one.`,
      remedy: `${leads ? `Make it \`@@index([${list}])\` where queries begin with \`${fields[0] ?? ''}\`, else remove it` : `Remove \`@@unique([${list}])\` from model \`${model.name}\``} and create a migration. Queries that pick a row by \`${selector}\` name the fields instead, which \`findUnique\`, \`update\` and \`delete\` take since Prisma 5: \`where: { ${list} }\`.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: index.location, note: 'a unique key' },
            { location: key.location, note: `with a unique key in it: ${name(key)}` },
          ],
        },
      ],
    }
  }
}

/** Every field of `other` is one of `index`. Of two with the same fields, the id stays, then the earlier one. */
function isKeyWithin(other: PrismaIndex, at: number, index: PrismaIndex, position: number): boolean {
  if (at === position || (other.kind !== 'id' && other.kind !== 'unique') || other.where !== undefined)
    return false
  const names = new Set(index.fields.map((field) => field.name))
  if (other.fields.length === 0 || !other.fields.every((field) => names.has(field.name))) return false
  return other.fields.length < names.size || other.kind === 'id' || at < position
}

/** A compound foreign key needs a unique key of exactly the fields that it references. */
const isReferenced = (model: Entity, index: PrismaIndex, models: readonly Entity[]): boolean =>
  models.some(({ relations }) =>
    relations.some(
      (relation) =>
        relation.model === model.name &&
        relation.references.length === index.fields.length &&
        index.fields.every((field) => relation.references.includes(field.name)),
    ),
  )

/** A normal B-tree over whole columns, without a condition. */
function isPlain(index: PrismaIndex): boolean {
  return (
    index.fields.length > 0 &&
    (index.type === undefined || index.type === 'BTree') &&
    index.where === undefined &&
    index.fields.every(({ ops, length }) => ops === undefined && length === undefined)
  )
}

function covers(other: PrismaIndex, at: number, index: PrismaIndex, position: number): boolean {
  if (at === position || other.kind === 'fulltext' || !isPlain(other)) return false
  if (other.fields.length < index.fields.length) return false
  const prefix = index.fields.every((field, i) => {
    const its = other.fields[i]
    return its?.name === field.name && (its.sort ?? 'Asc') === (field.sort ?? 'Asc')
  })
  if (!prefix) return false
  // Of two equal indexes, the later one goes, unless the other is kept for another reason.
  const equal = other.kind === 'index' && other.fields.length === index.fields.length
  return !equal || at < position || other.clustered === true
}

function print(index: PrismaIndex): string {
  return index.fields.map(({ name, sort }) => (sort ? `${name}(sort: ${sort})` : name)).join(', ')
}

function name(index: PrismaIndex): string {
  return index.inline ? `\`@${index.kind}\` on \`${print(index)}\`` : `\`@@${index.kind}([${print(index)}])\``
}
