/** From the names of the canonical application to those of a project: whole identifiers, and only those that were found. */
import type { DataModel, Entity } from '../project/data-model.ts'
import type { Habits } from '../project/habits/habits.ts'
import type { Project } from '../project/project.ts'
import { canonical } from './canonical.ts'
import type { Subject } from './subject.ts'

/** A model of the canonical application, and the one of the project that stands for it. */
export interface Pair {
  from: string
  to: Entity
}

/** What the names of the project are. */
export interface Names {
  habits: Habits
  subject: Subject
  pairs: Pair[]
  /** Key of the tenant, or of the user, on the subject's own table; absent when it has none. */
  ownerKey?: string
  /** Relation path from the subject to what has the key: `['invoice']` of an InvoiceLine. Empty when it is on its table. */
  ownerPath: string[]
  /** When a row was made. */
  createdAt?: string
  /** Values of the canonical enums, and those of the project that stand for them, by their sequence. */
  values: ReadonlyMap<string, string>
  /** What an enum was taken for, for who has to know. */
  enums: Enumeration[]
  /** A text that people write. */
  note?: string
}

/** `code`: the samples that are to be filled in. They decide what the model in question stands for. */
export function namesOf(project: Project, habits: Habits, asked: Subject, code: string): Names {
  const dataModel = modelsWith(project, asked.entity)
  const subject = mainOf(dataModel, asked, code)
  const { entity } = subject
  const owner = entity && dataModel ? ownerOf(dataModel, entity) : undefined
  const created = entity?.fields.find(
    ({ name, default: value, type }) =>
      type === 'DateTime' && value?.kind === 'call' && value.name === 'now' && /creat|insert|add/i.test(name),
  )
  const note =
    asked.field ?? entity?.fields.find(({ name, type }) => type === 'String' && TEXT.test(name))?.name
  const enums = enumsOf(dataModel, entity)
  return {
    habits,
    subject,
    pairs: [...(entity ? specialPairs(asked, code) : []), ...pairsOf(dataModel, entity, habits)],
    ownerPath: owner?.path ?? [],
    values: new Map(enums.flatMap(({ canonical: from, values }) => standIns(from, values))),
    enums,
    ...(owner && { ownerKey: owner.key }),
    ...(created && { createdAt: created.name }),
    ...(note !== undefined && { note }),
  }
}

/** Of a row that is part of another one, the other one is what the canonical application calls an order. */
function mainOf(dataModel: DataModel | undefined, asked: Subject, code: string): Subject {
  const [other] = asked.also ?? []
  if (other && asked.entity && code.includes(canonical.remark)) return { ...asked, entity: other }
  const parent = dataModel && asked.entity && parentOf(dataModel, asked.entity)
  return parent ? { ...asked, entity: parent } : asked
}

/** Where samples are about the other canonical models: what is searched, what belongs to one of several. */
function specialPairs({ entity, also = [], named }: Subject, code: string): Pair[] {
  if (!entity || !named) return []
  if (code.includes(canonical.remark)) {
    const [, second] = also
    return also.length === 0
      ? []
      : [{ from: canonical.remark, to: entity }, ...(second ? [{ from: canonical.product, to: second }] : [])]
  }
  const has = (name: RegExp): boolean => entity.fields.some((field) => name.test(field.name))
  const fits = code.includes('stock') ? has(/^stock$/) : has(/^name$/)
  const isMain = code.includes(canonical.product) && !new RegExp(`\\b${canonical.model}\\b`).test(code)
  return isMain && fits ? [{ from: canonical.product, to: entity }] : []
}

/** An enum of the project, and what the canonical application has in its place. */
export interface Enumeration {
  name: string
  values: string[]
  canonical: readonly string[]
}

function enumsOf(dataModel: DataModel | undefined, entity: Entity | undefined): Enumeration[] {
  const status = entity?.fields.find(({ name }) => name === 'status')?.type
  const wanted = [
    { name: status, canonical: canonical.states },
    { name: 'Role', canonical: canonical.roles },
  ]
  return wanted.flatMap(({ name, canonical: from }) => {
    const found = dataModel?.enums.find((one) => one.name === name)
    return found ? [{ name: found.name, values: found.values.map((one) => one.name), canonical: from }] : []
  })
}

/** What both have stays; the others stand for those that are left, in their sequence. Too few: none. */
function standIns(from: readonly string[], to: readonly string[]): [string, string][] {
  if (to.length < from.length) return []
  const left = to.filter((one) => !from.includes(one))
  return from.flatMap((one): [string, string][] => {
    const other = to.includes(one) ? one : left.shift()
    return other === undefined ? [] : [[one, other]]
  })
}

const TEXT = /^(notes?|remarks?|comments?|description|title|subject|body|name)$/i

function modelsWith(project: Project, entity: Entity | undefined): DataModel | undefined {
  return project.dataModels.find(({ models }) => entity && models.includes(entity)) ?? project.dataModels[0]
}

function pairsOf(dataModel: DataModel | undefined, subject: Entity | undefined, habits: Habits): Pair[] {
  if (!dataModel) return []
  const byName = (pattern: RegExp): Entity | undefined =>
    dataModel.models.find(({ name }) => pattern.test(name))
  const named = (name: string | undefined): Entity | undefined =>
    name === undefined ? undefined : dataModel.model(name)
  const wanted: [string, Entity | undefined][] = [
    [canonical.child, subject && childOf(dataModel, subject)],
    [canonical.model, subject],
    [canonical.user, habits.user?.model ?? named(dataModel.user)],
    [canonical.tenant, named(dataModel.tenant)],
    [canonical.membership, dataModel.models.find(({ role }) => role === 'membership')],
    [canonical.apiKey, byName(/api_?key/i)],
    [canonical.audit, byName(/^audit|audit_?(?:log|entry|event)/i)],
    [canonical.webhookEvent, byName(/webhook_?event|webhook_?delivery|processed_?event|stripe_?event/i)],
  ]
  return wanted.flatMap(([from, to]) => (to ? [{ from, to }] : []))
}

/** The rows that exist only as part of a row of the model: named after it. */
const childOf = (dataModel: DataModel, subject: Entity): Entity | undefined =>
  dataModel.models.find(
    ({ name, relations }) =>
      name !== subject.name &&
      name.startsWith(subject.name) &&
      relations.some(({ model, keys }) => model === subject.name && keys.length > 0),
  )

/** What a row is part of: the model that it is named after. Who belongs to a team is no part of it. */
const parentOf = (dataModel: DataModel, entity: Entity): Entity | undefined =>
  entity.role === 'membership'
    ? undefined
    : dataModel.models.find((one) => childOf(dataModel, one) === entity)

/** The key that says whose a row is, and the relations in front of it. */
function ownerOf(dataModel: DataModel, subject: Entity): { path: string[]; key: string } | undefined {
  for (const way of [subject.tenantPath, subject.userPath]) {
    if (!way || way.length === 0) continue
    let entity: Entity | undefined = subject
    for (const field of way.slice(0, -1)) {
      const relation: Entity['relations'][number] | undefined = entity?.relations.find(
        (one) => one.field === field,
      )
      entity = relation && dataModel.model(relation.model)
    }
    const key = entity?.relations.find(({ field }) => field === way.at(-1))?.keys[0]
    if (key !== undefined) return { path: way.slice(0, -1), key }
  }
  return undefined
}

/** `Invoice` → `invoices`, `Company` → `companies`, as a variable. */
export function pluralOf(name: string): string {
  if (/[^aeiou]y$/i.test(name)) return `${name.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh)$/i.test(name) ? `${name}es` : `${name}s`
}

const lower = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`

/**
 * An identifier with the models that are part of it replaced: `listOrders`, `orderId`, `OrderStatus`. Words that only look
 * like one stay: `orderBy`, `reorder`.
 */
export function renamed(identifier: string, pairs: readonly Pair[]): string {
  if (/^orderBy$/.test(identifier)) return identifier
  if (isChild(identifier) && !pairs.some(({ from }) => from === canonical.child)) return identifier
  for (const { from, to } of pairs) {
    const forms: [string, string][] = [
      [pluralOf(from), pluralOf(to.name)],
      [from, to.name],
    ]
    for (const [form, replacement] of forms) {
      const capital = new RegExp(`(?<![A-Z])${form}(?![a-z])`)
      if (capital.test(identifier)) return identifier.replace(capital, replacement)
      const small = new RegExp(`^${lower(form)}(?![a-z])`)
      if (small.test(identifier)) return identifier.replace(small, lower(replacement))
    }
  }
  return identifier
}

const isChild = (identifier: string): boolean => new RegExp(`^${canonical.child}`, 'i').test(identifier)
