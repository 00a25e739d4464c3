/** The model that people sign in as, with the names that its columns have here. */
import { type Expr, placeOf } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Entity, EntityField } from '../data-model.ts'
import type { UserHabit } from './habits.ts'
import type { Reading } from './reading.ts'
import { callName, type SchemaReading } from './schema-reading.ts'
import { best, type Votes, vote } from './votes.ts'

type Fields = UserHabit['fields']

export function readUser(reading: Reading, { dataModel }: SchemaReading): UserHabit | undefined {
  const model = dataModel.user === undefined ? undefined : dataModel.model(dataModel.user)
  const id = model && idOf(model)
  if (!model || !id) return undefined
  const columns = model.fields.filter((field) => !field.relation && !field.list)
  const email = emailOf(columns)
  const password = passwordOf(columns)
  const name = find(columns, /^(?:full |display |real )?name$/, 'String')
  const username = find(columns, /^(?:user ?name|login|login name|handle)$/, 'String')
  // Without a column for it, what is hashed elsewhere is no password of theirs.
  const hashing = password && hashingOf(reading)
  const taken = new Set([email, username, password, name])
  return {
    model,
    at: model.location,
    fields: {
      id,
      ...(email && { email: { name: email.name, optional: email.optional, unique: email.unique } }),
      ...(username && {
        username: { name: username.name, optional: username.optional, unique: username.unique },
      }),
      ...(password && { passwordHash: { name: password.name, optional: password.optional } }),
      ...(name && { name: { name: name.name, optional: name.optional } }),
      ...times(columns),
      required: columns
        .filter((field) => !field.optional && !field.hasDefault && !taken.has(field))
        .map((field) => ({ name: field.name, type: field.type })),
      disabled: columns.flatMap(disabling),
    },
    ...(hashing && { hashing }),
  }
}

/** `emailAddress`, `email_address` → `email address` */
const spaced = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()

const find = (fields: EntityField[], name: RegExp, type: string): EntityField | undefined =>
  fields.find((field) => field.type === type && name.test(spaced(field.name)))

function idOf({ fields }: Entity): Fields['id'] | undefined {
  const field = fields.find(({ id }) => id)
  const type = field?.type
  return field && (type === 'String' || type === 'Int' || type === 'BigInt')
    ? { name: field.name, type }
    : undefined
}

function emailOf(columns: EntityField[]): EntityField | undefined {
  const mail = columns.filter(
    ({ name, type }) =>
      type === 'String' && /^(?:(?:primary|user|login|sign in) )?e? ?mail(?: address)?$/.test(spaced(name)),
  )
  return mail.find(({ unique }) => unique) ?? mail[0]
}

/** A text that holds a password, hashed or named as if it were not. */
function passwordOf(columns: EntityField[]): EntityField | undefined {
  const is =
    /^(?:(?:encrypted|hashed|crypted) )?(?:password|passwd|passphrase|pwd|pass)(?: ?(?:hash|digest|encrypted|hashed))?$|^hash(?:ed)? ?(?:password|pass)$|^credential hash$/
  return columns.find(({ name, type }) => type === 'String' && is.test(spaced(name)))
}

function times(columns: EntityField[]): { createdAt?: string; updatedAt?: string } {
  const stamps = columns.filter(({ type }) => type === 'DateTime')
  const now = stamps.filter((field) => callName(field.default) === 'now')
  const created = now.find(({ name }) => /^(?:creat|regist|join|signed up|insert)/.test(spaced(name)))
  const updated =
    stamps.find((field) => field.hasDefault && field.default === undefined) ??
    stamps.find(({ name }) => /^(?:updated|modified)(?: at| on)?$/.test(spaced(name)))
  return { ...(created && { createdAt: created.name }), ...(updated && { updatedAt: updated.name }) }
}

const off = 'disabled|deactivated|banned|blocked|suspended|locked|inactive|archived|deleted|removed'

/** What keeps somebody out of an account. */
function disabling({ name, type }: EntityField): Fields['disabled'] {
  const words = spaced(name)
  if (type === 'Boolean') {
    if (new RegExp(`^(?:is )?(?:${off})$`).test(words)) return [{ name, type, when: true }]
    if (/^(?:is )?(?:active|enabled|activated)$/.test(words)) return [{ name, type, when: false }]
  }
  if (type === 'DateTime' && new RegExp(`^(?:${off})(?: at| on| date)?$`).test(words))
    return [{ name, type, when: true }]
  return []
}

type Hashing = NonNullable<UserHabit['hashing']>['value']

const hashers: Record<string, Hashing> = {
  bcrypt: 'bcrypt',
  bcryptjs: 'bcryptjs',
  argon2: 'argon2',
  '@node-rs/argon2': '@node-rs/argon2',
}
const derivations: Record<string, Hashing> = {
  scrypt: 'scrypt',
  scryptSync: 'scrypt',
  pbkdf2: 'pbkdf2',
  pbkdf2Sync: 'pbkdf2',
}

/** The package or function that code about passwords calls. */
function hashingOf({ own }: Reading): UserHabit['hashing'] {
  const votes: Votes<Hashing> = new Map()
  for (const { file, text } of own.files) {
    if (!/bcrypt|argon2|scrypt|pbkdf2/.test(text) || !/password/i.test(`${file} ${text}`)) continue
    const syntax = own.program.syntax(file)
    if (!syntax) continue
    const used = new Map<string, number>()
    walk(syntax, (expr) => {
      for (const name of namesOf(expr)) if (!used.has(name)) used.set(name, expr.at)
    })
    for (const binding of syntax.bindings) {
      if (binding.k !== 'import') continue
      const crypto = /^(?:node:)?crypto$/.test(binding.from)
      const kind = crypto ? derivations[binding.imported] : hashers[binding.from]
      const at = used.get(binding.name)
      if (kind === undefined || at === undefined) continue
      vote(votes, kind, () => ({ value: kind, at: placeOf(syntax, at) }))
    }
    // `crypto.scryptSync(…)`
    walk(syntax, (expr) => {
      if (expr.k !== 'member' || expr.of.k !== 'name' || expr.of.name !== 'crypto') return
      const kind = derivations[expr.key]
      if (kind) vote(votes, kind, () => ({ value: kind, at: placeOf(syntax, expr.at) }))
    })
  }
  // A derivation of keys is often for something else than passwords; a package for passwords never is.
  const packaged = new Map([...votes].filter(([kind]) => Object.values(hashers).some((one) => one === kind)))
  const found = best(packaged.size > 0 ? packaged : votes)
  return found && { value: found.value, ...(found.at && { at: found.at }) }
}

function namesOf(expr: Expr): string[] {
  if (expr.k === 'call')
    return [expr.callee, ...expr.args].flatMap((one) => (one.k === 'name' ? [one.name] : []))
  return expr.k === 'member' && expr.of.k === 'name' ? [expr.of.name] : []
}
