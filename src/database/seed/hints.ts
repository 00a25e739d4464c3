/** What the schema of the project says beyond the catalog of its database. */
import { type DataModel, type Entity, type EntityField, secretFields } from '../../project/data-model.ts'
import type { IdFormat, SeedHints, TableHints, WorldLink } from './world.ts'

/** Texts that the code takes for a field of a model, in the order in which they were found. */
export type Vocabulary = (model: string, field: string) => readonly string[]

/**
 * Roles, formats of ids, secret columns and declared relations, by name of the table. `vocabulary`: what the code says of
 * columns that the schema calls text.
 */
export function hintsFor(dataModel: DataModel, vocabulary: Vocabulary = () => []): SeedHints {
  const tables: Record<string, TableHints> = {}
  for (const entity of dataModel.models)
    if (!entity.view) tables[entity.table] = tableHints(entity, dataModel, vocabulary)
  const tableOf = (entity: Entity | undefined): string | undefined => entity?.table
  const user = dataModel.user === undefined ? undefined : tableOf(dataModel.model(dataModel.user))
  const tenant = dataModel.tenant === undefined ? undefined : tableOf(dataModel.model(dataModel.tenant))
  const membership = tableOf(bestMembership(dataModel.models.filter(({ role }) => role === 'membership')))
  return {
    tables,
    ...(user === undefined ? {} : { user }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(membership === undefined ? {} : { membership }),
  }
}

/** The one that carries a role, where several join users to tenants. */
function bestMembership(models: Entity[]): Entity | undefined {
  return models.find((model) => roleField(model) !== undefined) ?? models[0]
}

function tableHints(entity: Entity, dataModel: DataModel, vocabulary: Vocabulary): TableHints {
  const columnOf = (of: Entity, name: string): string =>
    of.fields.find((field) => field.name === name)?.column ?? name
  const ids: Record<string, IdFormat> = {}
  for (const field of entity.fields) {
    const format = idFormat(field)
    if (format) ids[field.column] = format
  }
  const links = entity.relations.flatMap((relation): WorldLink[] => {
    const target = dataModel.model(relation.model)
    if (!target || target.view || relation.keys.length === 0) return []
    return [
      {
        columns: relation.keys.map((key) => columnOf(entity, key)),
        references: target.table,
        referencedColumns: relation.references.map((name) => columnOf(target, name)),
      },
    ]
  })
  const role = roleField(entity)
  const words: Record<string, string[]> = {}
  for (const { name, column } of entity.fields) {
    const known = vocabulary(entity.name, name)
    if (known.length > 0) words[column] = [...known]
  }
  return {
    role: entity.role,
    ids,
    secrets: secretFields(entity).map((name) => columnOf(entity, name)),
    ...(role === undefined ? {} : { roleColumn: role.column }),
    ...(Object.keys(words).length === 0 ? {} : { words }),
    links,
  }
}

function roleField(entity: Entity): EntityField | undefined {
  const named = entity.fields.filter(
    (field) =>
      !field.relation &&
      /(^|_|[a-z])roles?$/i.test(field.name) &&
      !/^(Int|BigInt|DateTime)$/.test(field.type),
  )
  return named.find(({ name }) => /^roles?$/i.test(name)) ?? named[0]
}

function idFormat({ default: value }: EntityField): IdFormat | undefined {
  if (value?.kind !== 'call') return undefined
  const first = value.args[0]?.value
  const argument = first?.kind === 'number' ? Number(first.value) : undefined
  if (value.name === 'cuid') return { format: argument === 2 ? 'cuid2' : 'cuid' }
  if (value.name === 'uuid') return { format: argument === 7 ? 'uuid7' : 'uuid4' }
  if (value.name === 'ulid') return { format: 'ulid' }
  if (value.name === 'nanoid') return { format: 'nanoid', length: argument ?? 21 }
  return undefined
}
