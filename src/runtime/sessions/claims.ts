/** What a session says of its user: the names that the code uses, filled with the seeded rows. */
import { type Entity, secretFields } from '../../project/data-model.ts'
import type { Project } from '../../project/project.ts'
import type { Person, PersonRow } from './minter.ts'
import { fieldsOf, type Place, settle } from './reading.ts'

/** The form of one value: a literal, an object, or what the code calls it (`user.id` is `['user', 'id']`). */
export type Form =
  | { k: 'literal'; value: unknown }
  | { k: 'called'; words: string[] }
  | { k: 'object'; fields: Map<string, Form> }
  | { k: 'list'; items: Form[] }

/** The form of an expression that is put into a session. */
export function formOf(project: Project, place: Place, depth = 6): Form {
  const { program } = project
  const { syntax, expr } = place
  if (depth === 0) return { k: 'called', words: [] }
  const inner = (one: Place): Form => formOf(project, one, depth - 1)
  if (expr.k === 'literal') return { k: 'literal', value: expr.value }
  if (expr.k === 'object' || expr.k === 'name') {
    const fields = fieldsOf(program, place)
    if (fields.size > 0 || expr.k === 'object')
      return { k: 'object', fields: new Map([...fields].map(([key, one]) => [key, inner(one)])) }
  }
  if (expr.k === 'array') return { k: 'list', items: expr.items.map((one) => inner({ syntax, expr: one })) }
  if (expr.k === 'template' && expr.items[0] && expr.items.length === 1)
    return inner({ syntax, expr: expr.items[0] })
  if (expr.k === 'logic' || expr.k === 'binary') return inner({ syntax, expr: expr.left })
  if (expr.k === 'choose') return inner({ syntax, expr: expr.yes })
  if (expr.k === 'await') return inner({ syntax, expr: expr.of })
  if (expr.k === 'call') return ofCall(project, place, inner)
  const settled = expr.k === 'name' || expr.k === 'member' ? settle(program, place) : place
  if (settled.expr.k === 'literal') return { k: 'literal', value: settled.expr.value }
  if (expr.k === 'name' && settled.expr.k === 'member') return inner(settled)
  return { k: 'called', words: wordsOf(place) }
}

/** `String(user.id)`, `user.id.toString()`: what it is called on, or with. */
function ofCall(project: Project, { syntax, expr }: Place, inner: (one: Place) => Form): Form {
  if (expr.k !== 'call') return { k: 'called', words: [] }
  const { callee, args } = expr
  if (callee.k === 'member' && /^(toString|toLowerCase|trim|valueOf)$/.test(callee.key))
    return inner({ syntax, expr: callee.of })
  const name = callee.k === 'name' ? callee.name : ''
  if (/^(String|Number)$/.test(name) && args[0]) return inner({ syntax, expr: args[0] })
  const returned = settle(project.program, { syntax, expr })
  return returned.expr === expr ? { k: 'called', words: [] } : inner(returned)
}

function wordsOf({ syntax, expr }: Place): string[] {
  if (expr.k === 'name') return [expr.name]
  if (expr.k === 'await') return wordsOf({ syntax, expr: expr.of })
  return expr.k === 'member' ? [...wordsOf({ syntax, expr: expr.of }), expr.key] : []
}

/** Fills forms for one user. What could not be told is noted in `guessed`. */
export class Filler {
  readonly guessed = new Set<string>()
  private readonly project: Project
  private readonly user: Person

  constructor(project: Project, user: Person) {
    this.project = project
    this.user = user
  }

  /** The value of a form that stands at `name` of the session. */
  fill(name: string, form: Form): unknown {
    if (form.k === 'literal') return form.value
    if (form.k === 'list') return form.items.map((one) => this.fill(name, one))
    if (form.k === 'object')
      return Object.fromEntries([...form.fields].map(([key, one]) => [key, this.fill(key, one)]))
    const known = this.byWords(form.words)
    return known === undefined ? this.byName(name) : known
  }

  /** The value that a claim of this name has by custom. */
  byName(name: string): unknown {
    const known = this.byWords([name])
    if (known !== undefined) return known
    this.guessed.add(name)
    if (/logged_?in|signed_?in|authenticated|verified|active/i.test(name)) return true
    return /^(is|has|can)[A-Z]/.test(name) ? false : name
  }

  /** `id`, the user's own key: what `sub` says. */
  get id(): unknown {
    return keyOf(this.entity(this.user.row), this.user.row)
  }

  /** The value that a name has by custom, nothing when there is none. */
  known(name: string): unknown {
    return this.byWords([name])
  }

  /** The key of the user's row of a model: of the user, the tenant or the membership. */
  keyFor(model: string): unknown {
    const { row, tenant, membership } = this.user
    const of = [row, tenant, membership].find((one) => one && this.entity(one)?.name === model)
    return of && keyOf(this.entity(of), of)
  }

  private byWords(words: readonly string[]): unknown {
    const name = words.at(-1)
    if (name === undefined) return undefined
    const owner = words.slice(0, -1).findLast((one) => !/^(data|payload|session|token|ctx|this)$/.test(one))
    if (/^(iat|exp|nbf)$/.test(name)) return undefined
    if (words.length === 1 && USER.test(name)) return this.everything(this.user.row)
    const [whose, field] = split(name)
    const of = this.rowFor(whose ?? owner)
    if (of && /^(id|sub|uid|_id)$/i.test(field)) return keyOf(this.entity(of), of)
    const direct = this.valueOf(of ?? this.user.row, name) ?? (of && this.valueOf(of, field))
    if (direct !== undefined) return direct
    if (/^roles?$/i.test(field)) return this.role(/s$/.test(field))
    if (/^(is)?admin$/i.test(name)) return /admin|owner/i.test(this.user.role ?? '')
    return undefined
  }

  /** The row as the code has it, without what is long or secret. */
  everything(row: PersonRow): Record<string, unknown> {
    const entity = this.entity(row)
    const secret = new Set(entity ? secretFields(entity) : [])
    const fields = (entity?.fields ?? []).filter((one) => !one.relation && !secret.has(one.name))
    const values = fields.map(({ name, column }) => [name, row.values[column]] as const)
    return Object.fromEntries(values.filter(([, value]) => String(value).length <= 200))
  }

  private role(many: boolean): unknown {
    const { row, membership } = this.user
    const role =
      this.valueOf(row, 'role') ?? (membership && this.valueOf(membership, 'role')) ?? this.user.role
    return many && role !== undefined ? [role] : role
  }

  /** The row that a word names; the user's own when the word says nothing else. */
  private rowFor(word: string | undefined): PersonRow | undefined {
    const { row, tenant, membership } = this.user
    if (word === undefined || USER.test(word)) return row
    const called = (of: PersonRow | undefined): boolean =>
      of !== undefined && word.toLowerCase() === this.entity(of)?.name.toLowerCase()
    if (called(row)) return row
    if (called(membership) || /member/i.test(word)) return membership
    if (called(tenant) || TENANT.test(word)) return tenant
    return undefined
  }

  private entity(row: PersonRow): Entity | undefined {
    // The name of a table outside of `public` has its schema before it.
    return this.project.dataModels
      .flatMap((one) => one.models)
      .find((one) => one.table === row.table.split('.').at(-1))
  }

  private valueOf(row: PersonRow, name: string): unknown {
    const field = this.entity(row)?.fields.find((one) => one.name === name)
    return row.values[field?.column ?? name]
  }
}

const USER =
  /^(user|account|me|self|person|u|dbUser|existingUser|foundUser|newUser|currentUser|profile|current|actor)$/i
const TENANT = /^(active|current)?(org|organi[sz]ation|tenant|team|workspace|company)$/i

/** `orgId` is the `id` of `org`; `user_id` the `id` of `user`; `email` stands alone. */
function split(name: string): [string | undefined, string] {
  const match = /^(.+?)_?(Id|ID|_id|Role|_role|Email)$/.exec(name)
  if (!match?.[1] || !match[2]) return [undefined, name]
  return [match[1], match[2].replace('_', '').toLowerCase()]
}

/** The value of the key of a row: its `@id`, otherwise a column called `id`. */
function keyOf(entity: Entity | undefined, row: PersonRow): unknown {
  const field = entity?.fields.find((one) => one.id)
  return row.values[field?.column ?? 'id']
}
