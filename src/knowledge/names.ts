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
}

export function namesOf(project: Project, habits: Habits, subject: Subject): Names {
  const dataModel = modelsWith(project, subject.entity)
  const pairs = pairsOf(dataModel, subject.entity, habits)
  const owner = subject.entity && dataModel ? ownerOf(dataModel, subject.entity) : undefined
  const created = subject.entity?.fields.find(
    ({ name, default: value, type }) =>
      type === 'DateTime' && value?.kind === 'call' && value.name === 'now' && /creat|insert|add/i.test(name),
  )
  return {
    habits,
    subject,
    pairs,
    ownerPath: owner?.path ?? [],
    ...(owner && { ownerKey: owner.key }),
    ...(created && { createdAt: created.name }),
  }
}

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
