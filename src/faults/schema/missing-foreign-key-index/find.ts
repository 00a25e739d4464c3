import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import type { DataModel, Entity, EntityRelation } from '../../../project/data-model.ts'
import { databaseNamed } from '../../../project/databases.ts'
import type { Project } from '../../../project/project.ts'
import { isNeverFilled } from '../../../project/unfilled-tables.ts'

const fault: Fault<Project> = {
  id: 'schema/missing-foreign-key-index',
  title: 'Missing index on a foreign key',
  severity: 'warning',
  tags: ['performance', 'schema'],
  cwe: [],
  references: [
    'https://www.prisma.io/docs/orm/prisma-schema/data-model/indexes',
    'https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/relation-mode#indexes',
  ],
  *find(project) {
    for (const dataModel of project.dataModels) {
      if (!needsOwnIndexes(dataModel)) continue
      for (const model of dataModel.models)
        if (!model.view && !isNeverFilled(project, model)) yield* missing(dataModel, model)
    }
  },
}

export default fault

/** MySQL makes an index with every foreign key; without foreign keys (relationMode "prisma") it makes none. */
function needsOwnIndexes({ provider, relationMode }: DataModel): boolean {
  if (provider === 'mysql') return relationMode === 'prisma'
  return (
    provider === 'postgresql' ||
    provider === 'sqlite' ||
    provider === 'cockroachdb' ||
    provider === 'sqlserver'
  )
}

function* missing(dataModel: DataModel, model: Entity): Iterable<Draft> {
  const reported = new Set<string>()
  for (const relation of model.relations) {
    const keys = relation.keys
    const keyList = keys.join(', ')
    if (keys.length === 0 || reported.has(keyList) || isCovered(model, decisive(dataModel, relation)))
      continue
    reported.add(keyList)
    const columns = keys.map((key) => `\`${key}\``).join(', ')
    yield {
      location: relation.location,
      subject: `${model.name}.${keys.join('+')}`,
      certainty: 'likely',
      found: `\`${model.name}.${relation.field}\` refers to \`${relation.model}\` through ${columns}, and no index, unique constraint or id of \`${model.name}\` starts with ${keys.length > 1 ? 'these fields' : 'it'}.`,
      why: why(dataModel, model, relation),
      remedy: `Add \`@@index([${keyList}])\` to model \`${model.name}\` and create a migration.`,
      evidence: [
        {
          kind: 'trace',
          steps: model.fields
            .filter(({ name }) => keys.includes(name))
            .map(({ name, location }) => ({
              location,
              note: `\`${name}\` holds the key of \`${relation.model}\``,
            })),
        },
      ],
    }
  }
}

/** Of a key of several fields, the one that is the other row's id by itself: an index of it finds the same rows. */
function decisive(dataModel: DataModel, relation: EntityRelation): string[] {
  const parent = dataModel.model(relation.model)
  const own = relation.keys.find((_, i) =>
    parent?.uniques.some((set) => set.length === 1 && set[0] === relation.references[i]),
  )
  return own === undefined ? relation.keys : [own]
}

function isCovered(model: Entity, keys: string[]): boolean {
  return model.indexes.some((index) => {
    const fields = index.fields.map(({ name }) => name)
    if (index.kind === 'fulltext') return false
    if (index.type === 'Hash') return fields.length === 1 && keys.length === 1 && fields[0] === keys[0]
    if (index.type !== undefined && index.type !== 'BTree') return false
    // One of the keys alone already leads to a single row.
    if (index.kind !== 'index' && fields.length > 0 && fields.every((name) => keys.includes(name)))
      return true
    return fields.length >= keys.length && fields.slice(0, keys.length).every((name) => keys.includes(name))
  })
}

function why(dataModel: DataModel, model: Entity, relation: EntityRelation): string {
  const { provider, relationMode } = dataModel
  const columns = relation.keys.map((key) => `\`${key}\``).join(', ')
  const narrowed = model.indexes.some(({ fields }) => relation.keys.includes(fields[0]?.name ?? ''))
  const cost = narrowed ? 'read more rows than needed' : `read the whole table \`${model.table}\``
  const queries = `Queries that filter \`${model.name}\` by ${columns}, or include it from \`${relation.model}\`,`
  const action = relation.onDelete ?? (isOptional(model, relation) ? 'SetNull' : 'Restrict')
  if (relationMode === 'prisma' && action === 'NoAction') return `${queries} have to ${cost}.`
  const by = relationMode === 'prisma' ? 'Prisma' : databaseNamed(provider)?.name
  const what =
    action === 'Cascade'
      ? 'to delete them as well'
      : action === 'SetNull' || action === 'SetDefault'
        ? 'to clear the reference'
        : 'to be sure that there are none'
  return `When a row of \`${relation.model}\` is deleted, ${by ?? 'the database'} looks for its \`${model.name}\` rows ${what}, and has to ${cost}. ${queries} do the same.`
}

function isOptional(model: Entity, relation: EntityRelation): boolean {
  return (
    relation.optional || relation.keys.every((key) => model.fields.some((f) => f.name === key && f.optional))
  )
}
