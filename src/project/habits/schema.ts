/** How the Prisma schema is written: what a new model should look like. */
import { posix } from 'node:path'
import type { PrismaField, PrismaModel } from '../../source/prisma-schema.ts'
import { readSyntax } from '../../source/read-syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Habit, SchemaHabits } from './habits.ts'
import { inFolder, type Reading } from './reading.ts'
import { callName, type SchemaReading } from './schema-reading.ts'
import { versionOf } from './versions.ts'
import { best, type Votes, vote } from './votes.ts'

export function readSchema(reading: Reading, schema: SchemaReading): SchemaHabits {
  const { dataModel, models, owner } = schema
  const migrations = migrationsOf(reading, schema)
  const createdAt = timestamp(models, (field) => callName(field.default) === 'now')
  const updatedAt = timestamp(models, (field) => field.updatedAt)
  const from = [...(owner ? [owner] : []), ...reading.reach]
  return {
    file: fileForModels(schema),
    files: dataModel.files,
    provider: providerOf(dataModel.provider),
    id: idOf(models),
    tables: tablesOf(models),
    columns: columnsOf(models),
    fieldNames: fieldNamesOf(models),
    ...(createdAt && { createdAt: createdAt.name }),
    ...(updatedAt && { updatedAt: updatedAt.name }),
    ...nativeOf(models),
    ...(migrations !== undefined && { migrations }),
    prisma: versionOf(reading, 'prisma', from) ?? versionOf(reading, '@prisma/client', from) ?? '',
  }
}

function providerOf(provider: string | undefined): SchemaHabits['provider'] {
  switch (provider) {
    case 'mysql':
    case 'sqlite':
    case 'sqlserver':
    case 'mongodb':
    case 'cockroachdb':
      return provider
    default:
      return 'postgresql'
  }
}

/** Of several files the one with the model of users, else the one with the most models. */
function fileForModels({ dataModel, models, at }: SchemaReading): string {
  const [only, ...others] = dataModel.files
  if (only !== undefined && others.length === 0) return only
  const user = dataModel.user === undefined ? undefined : dataModel.model(dataModel.user)
  if (user) return user.location.file
  const votes: Votes<string> = new Map()
  for (const { location } of models) vote(votes, location.file, () => ({ value: location.file }))
  return best(votes)?.value ?? at.file
}

function idOf(models: PrismaModel[]): SchemaHabits['id'] {
  const votes: Votes<SchemaHabits['id']['value']> = new Map()
  for (const { fields } of models) {
    const field = fields.find(({ id }) => id)
    const type = field?.type
    if (!field || (type !== 'String' && type !== 'Int' && type !== 'BigInt')) continue
    const part = (name: string): string[] =>
      field.attributes.filter((one) => one.name === name).map(({ text }) => text)
    const named = field.map === '_id' ? part('map') : []
    const native = field.attributes.find(({ name }) => name.startsWith('db.'))?.text
    const attribute = [...part('id'), ...part('default'), ...named].join(' ')
    const value = { type, attribute, ...(native !== undefined && { native }) }
    // An id that is a reference, or that the caller gives, is no habit for others.
    const weight = field.default === undefined ? 0.1 : 1
    vote(votes, `${type} ${attribute} ${native}`, () => ({ value, at: field.location }), weight)
  }
  const found = best(votes)
  const counted = (n: number): number => Math.ceil(n)
  return found
    ? {
        ...found,
        ...(found.of && { of: { count: counted(found.of.count), total: counted(found.of.total) } }),
      }
    : { value: { type: 'String', attribute: '@id @default(cuid())' } }
}

const snake = /^[a-z\d]+(?:_[a-z\d]+)*$/

function tablesOf(models: PrismaModel[]): SchemaHabits['tables'] {
  const votes: Votes<SchemaHabits['tables']['value']> = new Map()
  for (const { name, map, location } of models) {
    // A model with a name such as `users` is its table as it is.
    const mapped = map !== undefined && map !== name && snake.test(map)
    const value = !mapped ? 'as model' : isPlural(map, name) ? 'snake_case plural' : 'snake_case'
    vote(votes, value, () => ({ value, at: location }))
  }
  const mapped = [...votes].filter(([key]) => key !== 'as model')
  const count = mapped.reduce((sum, [, one]) => sum + one.count, 0)
  const found = best(votes)
  if (count * 2 <= models.length) return found?.value === 'as model' ? found : { value: 'as model' }
  return best(new Map(mapped)) ?? { value: 'as model' }
}

/** `user_roles` of `UserRole`, `people` of `Person`; not `address` of `Address`. */
const isPlural = (table: string, model: string): boolean =>
  table !== model.replace(/(?<=[a-z\d])(?=[A-Z])/g, '_').toLowerCase() &&
  /(?:s|people|children|data|media)$/.test(table)

const scalar = (field: PrismaField, names: ReadonlySet<string>): boolean => !names.has(field.type)

function columnsOf(models: PrismaModel[]): SchemaHabits['columns'] {
  const names = new Set(models.map(({ name }) => name))
  const votes: Votes<SchemaHabits['columns']['value']> = new Map()
  for (const { fields } of models) {
    for (const field of fields) {
      if (!/[a-z\d][A-Z]/.test(field.name) || !scalar(field, names)) continue
      const value = field.map !== undefined && snake.test(field.map) ? 'snake_case' : 'as field'
      vote(votes, value, () => ({ value, at: field.location }))
    }
  }
  return best(votes) ?? { value: 'as field' }
}

function fieldNamesOf(models: PrismaModel[]): SchemaHabits['fieldNames'] {
  const names = new Set(models.map(({ name }) => name))
  const votes: Votes<'camelCase' | 'snake_case'> = new Map()
  for (const { fields } of models) {
    for (const field of fields) {
      if (!scalar(field, names)) continue
      const value = /[a-z\d]_[a-z\d]/.test(field.name)
        ? 'snake_case'
        : /[a-z\d][A-Z]/.test(field.name)
          ? 'camelCase'
          : undefined
      if (value) vote(votes, value, () => ({ value, at: field.location }))
    }
  }
  return best(votes) ?? { value: 'camelCase' }
}

function timestamp(models: PrismaModel[], is: (field: PrismaField) => boolean): PrismaField | undefined {
  const votes: Votes<PrismaField> = new Map()
  for (const { fields } of models)
    for (const field of fields)
      if (field.type === 'DateTime' && is(field)) vote(votes, field.name, () => ({ value: field }))
  return best(votes)?.value
}

/** `@db.Timestamptz(3)`, where most times have it. */
function nativeOf(models: PrismaModel[]): { time?: Habit<string> } {
  const votes: Votes<string> = new Map()
  for (const { fields } of models) {
    for (const field of fields) {
      if (field.type !== 'DateTime') continue
      const native = field.attributes.find(({ name }) => name.startsWith('db.'))?.text ?? ''
      vote(votes, native, () => ({ value: native, at: field.location }))
    }
  }
  const time = best(votes)
  return time && time.value !== '' ? { time } : {}
}

const configFile = /^(?:prisma\d*\.config|\.config\/prisma\d*)\.[cm]?[jt]s$/

/** As the configuration names it, else the folder beside the schema that holds migrations. */
function migrationsOf({ project, text, has }: Reading, { folder, owner }: SchemaReading): string | undefined {
  const place = owner?.folder ?? '.'
  const inside = place === '.' ? '' : `${place}/`
  const found = project.files.flatMap((file) => /^(.+)\/[^/]+\/migration\.sql$/.exec(file)?.[1] ?? [])
  for (const file of project.files) {
    if (!file.startsWith(inside) || !configFile.test(file.slice(inside.length))) continue
    const named = migrationsIn(text(file))
    const path = named === undefined ? undefined : posix.join(posix.dirname(file), named)
    if (path !== undefined && (has(path) || found.length === 0)) return path
  }
  const near = [folder, posix.dirname(folder), inFolder(place, 'prisma')].map((one) =>
    posix.join(one, 'migrations'),
  )
  return (
    near.find((one) => found.includes(one)) ??
    found.find((one) => one.startsWith(inside) && /(?:^|\/)migrations?$/.test(one))
  )
}

/** `migrations: { path: 'db/migrations' }` */
function migrationsIn(text: string): string | undefined {
  let path: string | undefined
  walk(readSyntax('prisma.config.ts', text), (expr) => {
    if (expr.k !== 'object') return
    const value = expr.props.find(({ key }) => key === 'migrations')?.value
    const inner = value?.k === 'object' ? value.props.find(({ key }) => key === 'path')?.value : undefined
    if (inner?.k === 'literal' && typeof inner.value === 'string') path ??= inner.value
    if (inner?.k === 'call') {
      const parts = inner.args.flatMap((arg) => (arg.k === 'literal' ? [String(arg.value)] : []))
      if (parts.length > 0) path ??= parts.join('/')
    }
  })
  return path
}
