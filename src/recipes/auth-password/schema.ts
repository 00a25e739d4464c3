/** The edit of the Prisma schema: two models, and what the model of users lacks. */

import { addBlock, addFields, type SchemaText } from '../../changes/schema-blocks.ts'
import type { Edit, NewFile } from '../../core/change.ts'
import { readPrismaSchema } from '../../source/prisma-schema.ts'
import { snake } from './naming.ts'
import type { Field } from './tables.ts'
import type { Target } from './target.ts'

export function schemaEdits(t: Target, files: readonly SchemaText[]): { edits: Edit[]; creates: NewFile[] } {
  const file = t.habits.schema?.file ?? files[0]?.file ?? ''
  const { user, tables } = t
  const relation =
    tables.field.id === 'id' && tables.field.userId === 'user_id' ? 'login_sessions' : 'loginSessions'
  const fields = [
    ...(user.hash.added
      ? [{ name: user.hash.name, type: 'String?', attributes: mapped(t, user.hash.name), after: besideOf(t) }]
      : []),
    { name: relation, type: `${tables.session.model}[]` },
  ]
  const blocks = [...(user.added ? [userModel(t, relation)] : []), sessionModel(t, files), limitModel(t)].map(
    (block) => addBlock(files, file, block),
  )
  return {
    edits: joined([
      ...(user.added ? [] : addFields(files, user.model, fields)),
      ...blocks.flatMap((one) => one.edits),
    ]),
    creates: blocks.flatMap((one) => one.creates),
  }
}

/** The field that the hash stands behind: what people sign in with, and what is said of it (`emailVerified`). */
function besideOf({ user }: Target): string {
  const next = user.names[user.names.indexOf(user.email) + 1]
  return next?.startsWith(user.email) ? next : user.email
}

/** What to do about addresses that are stored with capitals; nothing where case never mattered. */
export function capitals({ user, facts }: Target, files: readonly SchemaText[]): string[] {
  if (user.added || user.identifier !== 'email') return []
  const field = readPrismaSchema([...files])
    .models.find(({ name }) => name === user.model)
    ?.fields.find(({ name }) => name === user.email)
  const folds = new RegExp(
    `${user.email}\\b[^\\n]{0,80}toLowerCase\\(|toLowerCase\\([^\\n]{0,80}\\b${user.email}\\b`,
    'i',
  )
  const { project } = facts
  if (
    field?.nativeType === 'Citext' ||
    project.code.some((file) => folds.test(project.sourceText(file) ?? ''))
  )
    return []
  return [
    `Addresses are compared in lower case: who is stored with capitals cannot sign in before \`UPDATE "${user.table}" SET "${user.columns.email}" = lower("${user.columns.email}")\`.`,
  ]
}

/** Several insertions at one place become one. */
function joined(edits: Edit[]): Edit[] {
  const made: Edit[] = []
  for (const edit of edits) {
    const same = made.find((one) => one.file === edit.file && one.from === edit.from && one.to === edit.to)
    if (same) same.text = `${same.text.replace(/\n$/, '')}${edit.text}`
    else made.push({ ...edit })
  }
  return made
}

const mapped = ({ habits }: Target, name: string): string =>
  habits.schema?.columns.value === 'snake_case' && snake(name) !== name ? `@map("${snake(name)}")` : ''

function sessionModel(t: Target, files: readonly SchemaText[]): string {
  const { session, field: f, id } = t.tables
  const native = nativeOfUserId(t, files)
  const time = t.habits.schema?.time?.value ?? ''
  return model(
    t,
    'One sign-in on one device, and the refresh token that is valid for it now.',
    session,
    [
      ['id', id.type, id.attribute],
      ['userId', t.user.id.type, native],
      ['chainHash', 'String', '@unique'],
      ['linkHash', 'String', ''],
      ['network', 'String?', ''],
      ['createdAt', 'DateTime', `@default(now()) ${time}`],
      ['idleExpiresAt', 'DateTime', time],
      ['expiresAt', 'DateTime', time],
      ['revokedAt', 'DateTime?', time],
      [
        'user',
        t.user.model,
        `@relation(fields: [${f.userId}], references: [${t.user.id.name}], onDelete: Cascade)`,
      ],
    ],
    [f.userId],
  )
}

function limitModel(t: Target): string {
  const { limit, field: f } = t.tables
  const time = t.habits.schema?.time?.value ?? ''
  return model(
    t,
    'How often something was tried in a window of time. The key is a hash of both.',
    limit,
    [
      ['key', 'String', '@id'],
      ['count', 'Int', ''],
      ['createdAt', 'DateTime', `@default(now()) ${time}`],
    ],
    [f.createdAt],
  )
}

function userModel(t: Target, relation: string): string {
  const time = t.habits.schema?.time?.value ?? ''
  const created = t.tables.field.createdAt
  return `model User {
  id ${t.tables.id.type} ${t.tables.id.attribute}
  email String @unique
  passwordHash String ${mapped(t, 'passwordHash')}
  ${created} DateTime @default(now()) ${mapped(t, created)} ${time}
  ${relation} ${t.tables.session.model}[]
}`
}

function model(
  t: Target,
  about: string,
  { model: name, table }: { model: string; table: string },
  rows: [Field, string, string][],
  index: string[],
): string {
  const { field, column } = t.tables
  const lines = rows.map(([one, type, attributes]) => {
    const map = one !== 'user' && column(one) !== field[one] ? `@map("${column(one)}")` : ''
    return `  ${[field[one], type, attributes.replace(/(@db\S+)?$/, ` ${map} $1`)].join(' ').replace(/ +/g, ' ').trim()}`
  })
  const map = table === name ? '' : `\n  @@map("${table}")`
  return `/// ${about}
model ${name} {
${lines.join('\n')}

  @@index([${index.join(', ')}])${map}
}`
}

/** A foreign key has the column type of what it refers to. */
function nativeOfUserId(t: Target, files: readonly SchemaText[]): string {
  const schema = readPrismaSchema([...files])
  const id = schema.models
    .find(({ name }) => name === t.user.model)
    ?.fields.find(({ name }) => name === t.user.id.name)
  return id?.nativeType ? `@db.${id.nativeType}` : ''
}
