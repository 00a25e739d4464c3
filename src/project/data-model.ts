import type { Location } from '../core/finding.ts'
import type { Model } from '../core/map.ts'
import type {
  PrismaEnum,
  PrismaExpression,
  PrismaIndex,
  PrismaModel,
  PrismaSchema,
  PrismaSchemaError,
} from '../source/prisma-schema.ts'
import { namesOwner, partsOf } from './owned-by-name.ts'
import { words } from './words.ts'

type EntityRole = Model['role']

export interface EntityField {
  name: string
  type: string
  list: boolean
  optional: boolean
  id: boolean
  /** Unique on its own. */
  unique: boolean
  /** A relation to another model, not a column. */
  relation: boolean
  hasDefault: boolean
  default?: PrismaExpression
  column: string
  /** `VarChar(255)` of `@db.VarChar(255)`. */
  nativeType?: string
  location: Location
  doc?: string
}

export interface EntityRelation {
  field: string
  model: string
  list: boolean
  optional: boolean
  /** Scalar fields on this side that hold the relation; empty on the other side. */
  keys: string[]
  /** Fields of the other model that `keys` refer to. */
  references: string[]
  name?: string
  onDelete?: string
  location: Location
}

/** One model or view. */
export interface Entity {
  name: string
  /** Property of the client: `prisma.<delegate>`. */
  delegate: string
  table: string
  view: boolean
  ignored: boolean
  location: Location
  doc?: string
  fields: EntityField[]
  relations: EntityRelation[]
  /** Field sets that identify one row, the id included. */
  uniques: string[][]
  /** Everything that is indexed, ids and uniques included. */
  indexes: PrismaIndex[]
  role: EntityRole
  /** Shortest relation path to the user model: field names. Empty for the user itself, absent when none. */
  userPath?: string[]
  /** Shortest relation path to the tenant model. */
  tenantPath?: string[]
}

/** One Prisma schema, in terms of the application. */
export interface DataModel {
  /** Files it was read from, relative to the project root. */
  files: string[]
  provider?: string
  relationMode: 'foreignKeys' | 'prisma'
  models: Entity[]
  enums: PrismaEnum[]
  errors: PrismaSchemaError[]
  /** Names of the models that stand for a person and for an organization. */
  user?: string
  tenant?: string
  /** By name in the schema: `Invoice`. */
  model(name: string): Entity | undefined
  /** By property of the client: `invoice`. */
  delegate(name: string): Entity | undefined
}

/** `tenants`: models that are said to stand for an organization, the outermost first. */
export function buildDataModel(schema: PrismaSchema, tenants: readonly string[] = []): DataModel {
  const blocks = [...schema.models, ...schema.views]
  const names = new Set(blocks.map(({ name }) => name))
  const byName = new Map<string, Entity>()
  for (const block of blocks) if (!byName.has(block.name)) byName.set(block.name, entityOf(block, names))
  const models = [...byName.values()]
  const byDelegate = new Map(models.map((model) => [model.delegate, model]))

  const user = findUser(models)
  const named = tenants.flatMap((name) => byName.get(name) ?? [])
  const tenant = named[0] ?? findTenant(models, byName, user)
  for (const model of models) {
    const userPath = user && pathTo(model, user, byName)
    const tenantPath = tenant && pathTo(model, tenant, byName)
    if (userPath) model.userPath = userPath
    if (tenantPath) model.tenantPath = tenantPath
    model.role = roleOf(model, user, tenant)
  }
  // A part of a thing that belongs to somebody is theirs, though no relation leads on from it.
  const wholes = partsOf(models, longestPath)
  for (const model of models)
    if (model.role === 'global' && wholes(model).some((one) => one.role === 'owned')) model.role = 'owned'

  const result: DataModel = {
    files: schema.files,
    relationMode: schema.datasource?.relationMode === 'prisma' ? 'prisma' : 'foreignKeys',
    models,
    enums: schema.enums,
    errors: schema.errors,
    model: (name) => byName.get(name),
    delegate: (name) => byDelegate.get(name),
  }
  if (schema.datasource?.provider !== undefined) result.provider = schema.datasource.provider
  if (user) result.user = user.name
  if (tenant) result.tenant = tenant.name
  return result
}

export function toMapModels(dataModel: DataModel): Model[] {
  return dataModel.models.map((entity) => ({
    name: entity.name,
    table: entity.table,
    location: entity.location,
    fields: entity.fields.map(({ name, type, list, optional, id, unique }) => ({
      name,
      type,
      list,
      optional,
      id,
      unique,
    })),
    relations: entity.relations.map(({ field, model, list, optional, keys }) => ({
      field,
      model,
      list,
      optional,
      keys,
    })),
    indexes: entity.indexes.map(({ kind, fields }) => ({
      fields: fields.map(({ name }) => name),
      unique: kind === 'id' || kind === 'unique',
      id: kind === 'id',
    })),
    ...(entity.userPath ? { userPath: entity.userPath } : {}),
    ...(entity.tenantPath ? { tenantPath: entity.tenantPath } : {}),
    role: entity.role,
  }))
}

function entityOf(block: PrismaModel, models: Set<string>): Entity {
  const entity: Entity = {
    name: block.name,
    delegate: block.name.charAt(0).toLowerCase() + block.name.slice(1),
    table: block.map ?? block.name,
    view: block.kind === 'view',
    ignored: block.ignored,
    location: block.location,
    fields: [],
    relations: [],
    uniques: [],
    indexes: block.indexes,
    role: 'global',
  }
  if (block.doc !== undefined) entity.doc = block.doc
  for (const index of block.indexes)
    if (index.kind === 'id' || index.kind === 'unique')
      entity.uniques.push(index.fields.map(({ name }) => name))
  const single = new Set(entity.uniques.filter((set) => set.length === 1).flat())
  for (const field of block.fields) {
    const { name, type, list, optional, id, location } = field
    const relation = models.has(type)
    entity.fields.push({
      name,
      type,
      list,
      optional,
      id:
        id || (single.has(name) && block.indexes.some((i) => i.kind === 'id' && i.fields[0]?.name === name)),
      unique: single.has(name),
      relation,
      hasDefault: field.default !== undefined || field.updatedAt,
      ...(field.default === undefined ? {} : { default: field.default }),
      column: field.map ?? name,
      ...(field.nativeType === undefined ? {} : { nativeType: field.nativeType }),
      location,
      ...(field.doc === undefined ? {} : { doc: field.doc }),
    })
    if (!relation) continue
    const { name: relationName, onDelete } = field.relation ?? {}
    entity.relations.push({
      field: name,
      model: type,
      list,
      optional,
      keys: field.relation?.fields ?? [],
      references: field.relation?.references ?? [],
      ...(relationName === undefined ? {} : { name: relationName }),
      ...(onDelete === undefined ? {} : { onDelete }),
      location,
    })
  }
  return entity
}

function held(model: Entity): EntityRelation[] {
  return model.relations.filter(({ list, keys }) => !list && keys.length > 0)
}

function hasField(model: Entity, pattern: RegExp): boolean {
  return model.fields.some(({ name }) => pattern.test(words(name).join(' ')))
}

const userNames = new Map([
  ['user', 3],
  ['users', 3],
  ['account', 1],
  ['accounts', 1],
  ['profile', 1],
  ['profiles', 1],
  ['member', 1],
  ['members', 1],
  ['person', 1],
  ['user profile', 2],
  ['customer', 1],
])

const tenantWord =
  /^(organi[sz]ations?|orgs?|teams?|workspaces?|companys?|companies|tenants?|business(es)?|agency|agencies|clinics?|schools?)$/
const weakTenantWord =
  /^(groups?|accounts?|communit(y|ies)|households?|family|families|clubs?|stores?|shops?)$/
const membershipWord = /^(members?|memberships?|participants?|seats?|collaborators?)$/

/** Models that only exist because of sign-in: sessions, linked accounts, passkeys. */
function isSignInModel(model: Entity): boolean {
  const name = words(model.name)
  if (name.includes('session') && hasField(model, /^(session )?token$|^expires( at)?$|^refresh token$/))
    return true
  // A person's own row may name the account that they sign in with; a linked account belongs to somebody.
  if (hasField(model, /^provider account id$|^provider user id$/) && held(model).some((to) => !to.optional))
    return true
  if (
    name.includes('account') &&
    hasField(model, /^provider( id)?$/) &&
    hasField(model, /^(access|id|refresh) token$/)
  )
    return true
  return /^(passkey|authenticator|webauthn ?credential|password reset( token)?|two factor)s?$/.test(
    name.join(' '),
  )
}

/** A row that joins two others: required keys to both, and both together are unique or it carries a role. */
function joins(model: Entity, user: Entity): { model: string; strength: number }[] {
  const relations = held(model)
  const toUsers = relations.filter((relation) => relation.model === user.name && !relation.optional)
  const result: { model: string; strength: number }[] = []
  for (const other of relations) {
    if (other.optional || other.model === user.name || other.model === model.name) continue
    for (const toUser of toUsers) {
      const keys = new Set([...toUser.keys, ...other.keys])
      const together = model.uniques.some(
        (set) => set.length === keys.size && set.every((name) => keys.has(name)),
      )
      const named = isMembershipName(model, user.name, other.model)
      const role = hasField(model, /(^| )(roles?|permissions?)( id)?$/)
      const invitation = words(model.name).some((word) => /^(invit|request)/.test(word))
      if (invitation || !(together || named || role)) continue
      result.push({ model: other.model, strength: (together ? 2 : 0) + (role ? 3 : 0) + (named ? 2 : 0) })
      break
    }
  }
  return result
}

/** Models whose rows give a person a role in something: `UserProject { role, userId, projectId, @@unique([userId, projectId]) }`. */
export function postsIn({ models, user, model }: DataModel): string[] {
  const person = user === undefined ? undefined : model(user)
  const isPost = (one: Entity): boolean =>
    one.role === 'membership' ||
    (person !== undefined && hasField(one, /(^| )roles?( id)?$/) && joins(one, person).length > 0)
  return models.filter(isPost).map(({ name }) => name)
}

function isMembershipName(model: Entity, user: string, other: string): boolean {
  const name = words(model.name)
  const last = name.at(-1)
  if (last !== undefined && membershipWord.test(last)) return true
  const joined = name.join('')
  const [a, b] = [words(user).join(''), words(other).join('')]
  return joined.startsWith(`${a}${b}`) || joined.startsWith(`${b}${a}`)
}

function findUser(models: Entity[]): Entity | undefined {
  let best: { model: Entity; score: number } | undefined
  for (const model of models) {
    if (model.view || model.ignored || isSignInModel(model)) continue
    const incoming = models.flatMap((from) =>
      from === model ? [] : held(from).some((relation) => relation.model === model.name) ? [from] : [],
    )
    const email = model.fields.find((field) => words(field.name).at(-1) === 'email' && !field.relation)
    let score = 0
    if (incoming.some(isSignInModel)) score += 4
    if (email) score += email.unique ? 2 : 1
    if (hasField(model, /^(encrypted |hashed )?passw(or)?d( hash)?$|^hashed password$/)) score += 2
    if (hasField(model, /^email verified( at)?$|^last (login|sign in|seen)( at)?$/)) score += 1
    if (hasField(model, /^(clerk|auth0|supabase|firebase|auth|workos|kinde|cognito)( user)?( id)?$/))
      score += 2
    if (incoming.some((from) => joins(from, model).some((join) => join.strength >= 3))) score += 2
    // Of two, one of them a left-over of a template, it is the one that the application hangs on.
    score += Math.min(5, incoming.length / 4)
    const name = words(model.name)
    score += userNames.get(name.join(' ')) ?? (name.at(-1) === 'user' ? 1.5 : 0)
    // A tenant may have members and an e-mail address for its bills; it is no person.
    if (name.some((word) => tenantWord.test(word))) score -= 4
    // A membership points at the person.
    if (
      name.at(-1) !== 'user' &&
      held(model).some((to) => !to.optional && userNames.get(words(to.model).join(' ')) === 3)
    )
      score -= 3
    if (score >= 3 && (best === undefined || score > best.score)) best = { model, score }
  }
  return best?.model
}

function findTenant(
  models: Entity[],
  byName: Map<string, Entity>,
  user: Entity | undefined,
): Entity | undefined {
  const memberships = new Map<string, number>()
  if (user) {
    for (const model of models)
      for (const { model: name, strength } of model.view ? [] : joins(model, user))
        memberships.set(name, Math.max(memberships.get(name) ?? 0, strength))
    // Implicit many-to-many, or a user that belongs to one tenant.
    for (const relation of user.relations) {
      const other = byName.get(relation.model)
      if (!other || other === user || !tenantWord.test(words(other.name).at(-1) ?? '')) continue
      const many = relation.list && other.relations.some((back) => back.list && back.model === user.name)
      const one = !relation.list && relation.keys.length > 0
      if (many || one) memberships.set(other.name, Math.max(memberships.get(other.name) ?? 0, 3))
    }
  }
  const candidates: { model: Entity; score: number }[] = []
  for (const [name, strength] of memberships) {
    const model = byName.get(name)
    if (!model || model === user || model.view) continue
    const incoming = models.filter(
      (from) => from !== model && held(from).some((to) => to.model === name),
    ).length
    const last = words(name).at(-1) ?? ''
    const named = tenantWord.test(last) ? 4 : weakTenantWord.test(last) ? 2 : 0
    // Likes and assignments join users to content just as well: without a name it takes a role and things it owns.
    if (named === 0 && (strength < 5 || incoming < 3)) continue
    // A feature with members (groups, clubs) is no tenant unless a good part of the schema hangs on it.
    if (named < 4 && incoming < models.length / 10) continue
    const billing = hasField(model, /^(plan|billing|stripe|subscription)( |$)/) ? 1 : 0
    candidates.push({ model, score: strength + named + billing + Math.min(3, incoming / 4) })
  }
  // The tenant is the outermost: a team inside an organization leads to it.
  for (const candidate of candidates)
    for (const other of candidates)
      if (candidate !== other && reaches(candidate.model, other.model, byName)) other.score += 3
  return candidates.sort((a, b) => b.score - a.score)[0]?.model
}

function reaches(from: Entity, to: Entity, byName: Map<string, Entity>): boolean {
  const seen = new Set([from.name])
  const queue = [from]
  for (const model of queue)
    for (const relation of held(model)) {
      if (relation.optional || seen.has(relation.model)) continue
      if (relation.model === to.name) return true
      seen.add(relation.model)
      const next = byName.get(relation.model)
      if (next) queue.push(next)
    }
  return false
}

const longestPath = 4

/** A required step costs 1. An optional one costs more, so that a required detour of two wins over it. */
function stepCost(relation: EntityRelation): number {
  const name = words(relation.field)
  const owner = name.some((word) =>
    /^(owner|user|author|creator|created|tenant|organi[sz]ation|team)$/.test(word),
  )
  const other = name.some((word) =>
    /^(assign(ee|ed)|review(er|ed)|approv(er|ed)|invit(er|ed)|updated|modified|deleted|archived|last|resolved|closed|parent)$/.test(
      word,
    ),
  )
  return (relation.optional ? 2.5 : 1) + (other ? 0.02 : owner ? 0 : 0.01)
}

const editing = /^(publish(ed|er)|review(ed|er)|approv(ed|er)|verifi(ed|er)|updated|modified|edited)$/

/**
 * Who published or reviewed an entry of a catalogue does not own it: it belongs to the catalogue, and stays when they go
 * (`onDelete: SetNull`, written down).
 */
const isEditor = (model: Entity, { optional, onDelete, field }: EntityRelation): boolean =>
  optional &&
  onDelete === 'SetNull' &&
  words(field).some((word) => editing.test(word)) &&
  held(model).some((other) => !other.optional)

function pathTo(from: Entity, to: Entity, byName: Map<string, Entity>): string[] | undefined {
  if (from === to) return []
  const open: { model: Entity; path: string[]; cost: number }[] = [{ model: from, path: [], cost: 0 }]
  const seen = new Set<string>()
  for (;;) {
    let next = 0
    for (let i = 1; i < open.length; i++) if ((open[i]?.cost ?? 0) < (open[next]?.cost ?? 0)) next = i
    const [step] = open.splice(next, 1)
    if (!step) return undefined
    if (step.model === to) return step.path
    const state = `${step.path.length} ${step.model.name}`
    if (seen.has(state) || step.path.length === longestPath) continue
    seen.add(state)
    for (const relation of held(step.model)) {
      const model = byName.get(relation.model)
      if (model && model !== from && !isEditor(step.model, relation))
        open.push({ model, path: [...step.path, relation.field], cost: step.cost + stepCost(relation) })
    }
  }
}

function roleOf(model: Entity, user: Entity | undefined, tenant: Entity | undefined): EntityRole {
  if (model === user) return 'user'
  if (model === tenant) return 'tenant'
  if (user && tenant && joins(model, user).some((join) => join.model === tenant.name)) {
    // A thing of the tenant with an author is no membership, even if it is unique: there must be a role,
    // a name that says so, or nothing else but the two keys and their bookkeeping.
    const columns = model.fields.filter((field) => !field.relation)
    const named = isMembershipName(model, user.name, tenant.name)
    const role = hasField(model, /(^| )roles?( id)?$/)
    if (named || role || columns.length <= 6) return 'membership'
  }
  const named = [user, tenant].some(
    (owner) => owner !== undefined && namesOwner(model, owner, owner === user),
  )
  return model.userPath || model.tenantPath || named ? 'owned' : 'global'
}

const secretTypes = new Set(['String', 'Bytes', 'Json'])

/** Names of the fields that must not leave the server, judged by name and type. */
export function secretFields(model: Entity): readonly string[] {
  const known = secrets.get(model)
  if (known) return known
  const found = model.fields.flatMap((field) => (isSecret(model, field) ? [field.name] : []))
  secrets.set(model, found)
  return found
}

const secrets = new WeakMap<Entity, readonly string[]>()

function isSecret(model: Entity, field: EntityField): boolean {
  if (field.relation || !secretTypes.has(field.type)) return false
  const list = words(field.name)
  if (
    list.some((word) =>
      /^(public|publishable|csrf|next|page|cursor|sync|masked|redacted|partial|display|displayed|preview|truncated|shortened|obfuscated|visible|hint|last4)$/.test(
        word,
      ),
    )
  )
    return false
  // `hashedPassword`, `passwordHash` and `tokenEncrypted` are judged like `password` and `token`.
  const wrapper = /^(hash|hashed|encrypted|digest|ciphertext|enc|crypted|plain|raw)$/
  const wrapped = list.some((word) => wrapper.test(word))
  const name = list.filter((word) => !wrapper.test(word)).join(' ')
  if (/(^| )(password|passwd|pwd|passphrase|passcode)s?( salt)?$/.test(name)) return true
  if (/(^| )(secret|token|jwt|otp|totp|salt)s?$/.test(name)) return true
  if (/(^| )(secret|private|api|encryption|signing|master|access|webhook) keys?$/.test(name)) return true
  if (/(^| )apikeys?$|(^| )privatekeys?$/.test(name)) return true
  if (/(^| )(backup|recovery|otp|mfa|two factor|verification|reset) codes?$/.test(name)) return true
  if (/^keys?$/.test(name))
    return wrapped || /api ?(key|token)|personal access|access token/.test(words(model.name).join(' '))
  return wrapped && /(^| )(pin|codes?)$/.test(name)
}
