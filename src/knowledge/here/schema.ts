/** What schema.prisma says of the model in question, or of all. */
import type { Fact } from '../../core/guidance.ts'
import { plural } from '../../core/wording.ts'
import type { EntityField } from '../../project/data-model.ts'
import { type About, type Facts, modelsOf, some } from './about.ts'

const MONEY = /price|amount|total|cost|fee|balance|salary|revenue|cents/i

/** The columns for which `test` gives a text. */
function columns(about: About, test: (field: EntityField, model: string) => string | undefined): Fact[] {
  return modelsOf(about).flatMap(({ name, fields }) =>
    fields.flatMap((field) => {
      const text = field.relation ? undefined : test(field, name)
      return text === undefined ? [] : [{ text, at: field.location }]
    }),
  )
}

export const money: Facts = (about) => {
  const all = columns(about, ({ name, type }, model) =>
    MONEY.test(name) && /^(Float|Decimal|Int|BigInt)$/.test(type)
      ? `\`${model}.${name}\` is ${type === 'Float' ? 'a Float: sums of it are off by fractions of a cent' : `${type === 'Int' ? 'an' : 'a'} ${type}`}.`
      : undefined,
  )
  return some(
    all.sort((a, b) => Number(b.text.includes('Float')) - Number(a.text.includes('Float'))),
    'column',
  )
}

export const states: Facts = (about) => {
  const enums = new Map(
    about.project.dataModels.flatMap((model) =>
      model.enums.map((one) => [one.name, one.values.map(({ name }) => name)] as const),
    ),
  )
  return some(
    columns(about, ({ name, type }, model) => {
      if (!/status|state|type|kind|role|stage/i.test(name)) return undefined
      const values = enums.get(type)
      if (values) return `\`${model}.${name}\` is the enum ${type} (${values.join(', ')}).`
      return type === 'String' ? `\`${model}.${name}\` is a String, so every text fits.` : undefined
    }),
    'column',
  )
}

export const ids: Facts = ({ habits: { schema } }) =>
  schema?.id.at
    ? [
        {
          text: `Most ids are \`${schema.id.value.type} ${schema.id.value.attribute}\`${schema.id.value.native ? ` ${schema.id.value.native}` : ''} (${schema.id.of?.count ?? 0} of ${schema.id.of?.total ?? 0} models).`,
          at: schema.id.at,
        },
      ]
    : []

export const softDelete: Facts = (about) => {
  const marked = columns(about, ({ name, type }, model) =>
    /^(deleted|archived|removed)_?(at|on)?$|^is_?(deleted|archived)$/i.test(name)
      ? `\`${model}.${name}\` (${type}) marks rows that are gone.`
      : undefined,
  )
  if (marked.length > 0) return some(marked, 'column')
  return [
    {
      text:
        about.subject.named && about.subject.entity
          ? `${about.subject.entity.name} has no column that marks a row as deleted.`
          : 'No model marks rows as deleted.',
      ...(about.subject.named && about.subject.entity && { at: about.subject.entity.location }),
    },
  ]
}

export const uniques: Facts = (about) => {
  if (!about.subject.named || !about.subject.entity) return []
  return about.subject.entity.indexes
    .filter(({ kind }) => kind === 'unique')
    .map(({ text, location }) => ({ text: `\`${text}\` is unique.`, at: location }))
}

export const indexes: Facts = (about) => {
  if (!about.subject.named || !about.subject.entity) {
    const models = modelsOf(about)
    const count = models.reduce(
      (sum, model) => sum + model.indexes.filter(({ kind }) => kind === 'index').length,
      0,
    )
    return [
      {
        text: `${plural(count, 'index', 'indexes')} in ${plural(models.length, 'model')}, unique constraints not counted.`,
      },
    ]
  }
  const { indexes: own, name, location } = about.subject.entity
  const told = own
    .filter(({ kind }) => kind !== 'id')
    .map((one) => ({ text: `\`${one.text}\` of ${name}.`, at: one.location }))
  return told.length > 0 ? told : [{ text: `${name} has no index but its id.`, at: location }]
}

export const polymorphic: Facts = (about) =>
  some(
    columns({ ...about, subject: { named: false } }, ({ name }, model) =>
      /^(entity|target|subject|owner|commentable|parent)_?type$/i.test(name)
        ? `\`${model}.${name}\` says which model its id belongs to: no foreign key can hold it.`
        : undefined,
    ),
    'column',
  )

export const parents: Facts = (about) => {
  if (!about.subject.named || !about.subject.entity) return []
  const { relations, name } = about.subject.entity
  return relations
    .filter(({ keys }) => keys.length > 0)
    .map(({ field, model, location, onDelete }) => ({
      text: `\`${name}.${field}\` → ${model}${onDelete ? `, \`onDelete: ${onDelete}\`` : ', no `onDelete` written'}.`,
      at: location,
    }))
}

export const times: Facts = (about) => {
  const stamped = columns(about, ({ type }) => (type === 'DateTime' ? 'time' : undefined)).length
  const { schema } = about.habits
  if (stamped === 0) return []
  return [
    {
      text: schema?.time
        ? `Times are \`${schema.time.value}\`.`
        : `${plural(stamped, 'column')} of DateTime, without a native type: \`timestamp(3)\`, which knows no zone.`,
      ...(schema?.time?.at && { at: schema.time.at }),
    },
  ]
}

export const versionColumn: Facts = (about) => {
  const { entity, named } = about.subject
  const models = modelsOf(about)
  const having = models.filter(({ fields }) =>
    fields.some(({ name, type }) => /^(version|revision|lock_?version)$/i.test(name) && type === 'Int'),
  )
  if (having.length > 0)
    return having
      .slice(0, 2)
      .map(({ name, location }) => ({ text: `${name} has a column for it.`, at: location }))
  const updates = about.project.map.queries.filter(
    (one) => /^update(Many)?$/.test(one.operation) && (!named || one.model === entity?.name),
  )
  return [
    {
      text:
        named && entity
          ? `${entity.name} has no version: the last writer wins.`
          : 'No model has a version: the last writer wins.',
      ...(named && entity && { at: entity.location }),
    },
    ...some(
      updates.map((one) => ({
        text: `\`${one.model}.${one.operation}\` writes without asking what it was.`,
        at: one.location,
      })),
      'write',
    ),
  ]
}

export const migrations: Facts = ({ project, habits: { schema, packages } }) => {
  const folder = schema?.migrations
  const count =
    folder === undefined
      ? 0
      : project.files.filter((file) => file.startsWith(`${folder}/`) && file.endsWith('.sql')).length
  const scripts = project.sourceText(packages.manifest) ?? ''
  return [
    {
      text:
        count > 0
          ? `${plural(count, 'migration')} in ${folder}.`
          : 'No migration is in the repository: the schema reaches the database by `db push` or not at all.',
    },
    ...(/db push/.test(scripts)
      ? [
          {
            text: 'A script runs `prisma db push`.',
            at: { file: packages.manifest, line: lineWith(scripts, 'db push'), column: 1 },
          },
        ]
      : []),
    ...(/migrate deploy/.test(scripts)
      ? [
          {
            text: 'A script runs `prisma migrate deploy`.',
            at: { file: packages.manifest, line: lineWith(scripts, 'migrate deploy'), column: 1 },
          },
        ]
      : []),
  ]
}

const lineWith = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length
