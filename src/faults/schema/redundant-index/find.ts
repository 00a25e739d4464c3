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
    for (const { models } of project.dataModels) for (const model of models) yield* redundant(model)
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
