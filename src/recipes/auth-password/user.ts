/** The model that people sign in as, in its own words. */
import { UserError } from '../../core/error.ts'
import type { UserHabit } from '../../project/habits/habits.ts'
import type { AuthFacts, AuthInput } from './input.ts'

export interface UserTarget {
  model: string
  delegate: string
  table: string
  /** `made`: by the project's code; the database has no default for it. */
  id: { name: string; type: 'String' | 'Int' | 'BigInt'; made: boolean }
  /** The field that people type in to say who they are. Names are compared as they are, addresses without their case. */
  email: string
  identifier: 'email' | 'name'
  hash: { name: string; optional: boolean; added: boolean }
  /** Fields besides that sign-up fills in, as the body names them. */
  filled: { name: string; type: 'String' | 'Int' | 'DateTime' }[]
  /** What a user is shown of themselves, in order. */
  shown: string[]
  disabled: UserHabit['fields']['disabled']
  /** `true`, or the field that nobody may choose for themselves. */
  registrable: true | string
  /** The recipe makes the model. */
  added: boolean
  /** Columns in the database, and all fields by name. */
  columns: { id: string; email: string; hash: string; disabled?: string }
  names: string[]
}

const choosable = new Set(['String', 'Int', 'DateTime'])

export function userOf(facts: AuthFacts, { createUser }: AuthInput): UserTarget {
  const { habits } = facts
  const found = habits.user ?? guessed(facts)
  if (!found) {
    if (!createUser)
      throw new UserError(
        'The Prisma schema has no model of people who sign in.',
        'Name it User or Account, with an email; or run the command again with `--set createUser=true`, which adds one.',
      )
    return newModel(habits.schema?.id.value.type ?? 'String')
  }
  const { model, fields } = found
  const known = identifierOf(found)
  const made = model.fields.some(({ name, hasDefault }) => name === fields.id.name && !hasDefault)
  const stored = fields.passwordHash ?? secretOf(found)
  const keys = new Set(model.relations.flatMap((one) => one.keys))
  const apart = new Set([known.name, stored?.name, fields.id.name])
  const called = fields.name && !fields.name.optional ? [{ name: fields.name.name, type: 'String' }] : []
  const required = [...called, ...fields.required].filter(
    ({ name }, index, all) => !apart.has(name) && all.findIndex((one) => one.name === name) === index,
  )
  const refused = required.find(
    ({ name, type }) => keys.has(name) || !choosable.has(type) || /hash|secret|token|salt|role/i.test(name),
  )
  return {
    model: model.name,
    delegate: model.delegate,
    table: model.table,
    id: { ...fields.id, made },
    email: known.name,
    identifier: known.kind,
    hash: stored
      ? { name: stored.name, optional: stored.optional, added: false }
      : { name: 'passwordHash', optional: true, added: true },
    filled: required.flatMap(({ name, type }) =>
      type === 'String' || type === 'Int' || type === 'DateTime' ? [{ name, type }] : [],
    ),
    shown: [...new Set([fields.id.name, known.name, ...(fields.name ? [fields.name.name] : [])])],
    disabled: fields.disabled,
    registrable: refused?.name ?? (made && fields.id.type !== 'String' ? fields.id.name : true),
    added: false,
    columns: columnsOf(found, habits.schema?.columns.value === 'snake_case'),
    names: model.fields.filter((one) => !one.relation).map(({ name }) => name),
  }
}

/** An address, or a name where the addresses are none or not unique. */
function identifierOf({ model, fields, at }: UserHabit): { name: string; kind: UserTarget['identifier'] } {
  const { email, username } = fields
  if (email?.unique) return { name: email.name, kind: 'email' }
  if (username?.unique) return { name: username.name, kind: 'name' }
  const some = email ?? username
  if (!some)
    throw new UserError(
      `${model.name} has no email to sign in with.`,
      `Add \`email String @unique\` to ${model.name} in ${at.file}, and run the command again.`,
    )
  throw new UserError(
    `${model.name}.${some.name} is not unique: two people could sign in as each other.`,
    `Add @unique to it in ${at.file}, and run the command again.`,
  )
}

/** The one model with a unique address and a hash of something that people know, by whatever name: `Staff`. */
export function guessed({ project }: AuthFacts): UserHabit | undefined {
  const found = project.dataModels
    .flatMap(({ models }) => models)
    .flatMap((model): UserHabit[] => {
      const columns = model.fields.filter((one) => !one.relation && !one.list)
      const text = (pattern: RegExp) =>
        columns.find(({ name, type }) => type === 'String' && pattern.test(name))
      const email = columns.find(
        ({ name, type, unique }) => unique && type === 'String' && /mail/i.test(name),
      )
      const hash = text(/^(password|pass|pwd|secret|credential)s?_?(hash|digest)?$/i)
      const id = columns.find((one) => one.id)
      if (!email || !hash || !id || !isIdType(id.type)) return []
      const name = text(/^(full|display)?_?name$/i)
      const required = columns.filter(
        (one) => !one.optional && !one.hasDefault && one !== email && one !== hash,
      )
      return [
        {
          model,
          at: model.location,
          fields: {
            id: { name: id.name, type: id.type },
            email: { name: email.name, optional: email.optional, unique: true },
            passwordHash: { name: hash.name, optional: hash.optional },
            ...(name && { name: { name: name.name, optional: name.optional } }),
            required: required.filter((one) => one !== name && !/^updated_?at$/i.test(one.name)),
            disabled: [],
          },
        },
      ]
    })
  return found.length === 1 ? found[0] : undefined
}

const isIdType = (type: string): type is 'String' | 'Int' | 'BigInt' =>
  type === 'String' || type === 'Int' || type === 'BigInt'

/** A hash of what people know, by another word than password: `secretHash`. */
function secretOf({ model }: UserHabit): { name: string; optional: boolean } | undefined {
  return model.fields.find(
    ({ name, type, relation }) =>
      !relation && type === 'String' && /(secret|pass|pwd|credential|pin).*(hash|digest)$/i.test(name),
  )
}

function columnsOf(found: UserHabit, inSnake: boolean): UserTarget['columns'] {
  const { model, fields } = found
  const column = (name: string): string => model.fields.find((one) => one.name === name)?.column ?? name
  const hash = (fields.passwordHash ?? secretOf(found))?.name
  const [disabled] = fields.disabled
  return {
    id: column(fields.id.name),
    email: column(identifierOf(found).name),
    hash: hash ? column(hash) : inSnake ? 'password_hash' : 'passwordHash',
    ...(disabled && { disabled: column(disabled.name) }),
  }
}

const newModel = (type: UserTarget['id']['type']): UserTarget => ({
  model: 'User',
  delegate: 'user',
  table: 'User',
  id: { name: 'id', type, made: false },
  email: 'email',
  identifier: 'email',
  hash: { name: 'passwordHash', optional: false, added: false },
  filled: [],
  shown: ['id', 'email'],
  disabled: [],
  registrable: true,
  added: true,
  columns: { id: 'id', email: 'email', hash: 'passwordHash' },
  names: ['id', 'email', 'passwordHash'],
})
