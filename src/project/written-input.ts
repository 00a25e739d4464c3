/** Inputs that are written as a whole: which columns they set, and which of those a caller must not decide. */
import type { Entity } from './data-model.ts'
import type { Access } from './flow/events.ts'
import { schemaOf } from './flow/text.ts'
import { allDeps, type Value } from './flow/value.ts'
import { tiedInputs } from './guards.ts'
import { argument, clientInputs, isPrivileged, leaves } from './ownership.ts'

/** An object of the caller that is written with all of its keys. */
interface WholeInput {
  /** `body`, `input.updates`. */
  input: string
  /** The keys that its schema lets through; absent where no schema limits them. */
  keys?: string[]
}

/** The whole inputs that a query writes: passed as they are, or spread. Keys that are set beside a spread are not its. */
export function wholeInputs(access: Access): WholeInput[] {
  const values = ['data', 'create', 'update'].flatMap((name) => argument(access, name) ?? [])
  return values.flatMap((value) => wholeIn(value, new Set()))
}

function wholeIn(value: Value, set: ReadonlySet<string>): WholeInput[] {
  const { shape } = value
  if (value.client !== undefined && !shape) {
    if (!value.parsed) return [{ input: value.client }]
    const schema = value.schema ? schemaOf(value.schema) : undefined
    if (schema?.k !== 'object') return []
    return [{ input: value.client, keys: [...schema.fields.keys()].filter((key) => !set.has(key)) }]
  }
  if (shape?.k === 'object') {
    const own = new Set([...set, ...shape.fields.keys()])
    return (shape.open ?? []).flatMap((one) => wholeIn(one, own))
  }
  return shape?.k === 'array' ? wholeIn(shape.of, set) : []
}

/** Columns by which a product decides what somebody may do or has paid for. */
const RIGHTS =
  /^(roles?|is_?(admin|super_?(admin|user)|moderator|staff|owner)|admin|super_?(admin|user)|permissions?|email_?verified(_?at)?|(is_?)?verified(_?at)?|two_?factor_?(enabled|secret)|password(_?hash)?|identity_?provider(_?account_?id)?|banned)$/i
const PAID =
  /^(plan(_?id)?|tier|credits?|balance|quota|stripe_?\w+|subscription(_?(id|status|plan|tier))?|is_?(pro|paid|premium))$/i

/**
 * The columns among `keys` that the caller of this query must not set by sending them: rights and what is paid for, on a
 * user or tenant of one's own; and, where a row is changed, the key that says whose it is.
 */
export function forbiddenColumns(access: Access, entity: Entity, { input, keys = [] }: WholeInput): string[] {
  if (isPrivileged(access.facts)) return []
  const columns = keys.filter((key) => entity.fields.some((field) => field.name === key && !field.id))
  const rights = /user|tenant/.test(entity.role)
    ? columns.filter((key) => PAID.test(key) || (entity.role === 'user' && RIGHTS.test(key)))
    : []
  return [...rights, ...movedTo(access, entity, input, columns)]
}

/** The key to the tenant, or to the person where there is none, in the data of an update: the row moves to another. */
function movedTo(access: Access, entity: Entity, input: string, columns: readonly string[]): string[] {
  if (!access.operation.startsWith('update')) return []
  const picked = leaves(argument(access, 'where')).flatMap(({ value }) => clientInputs(allDeps(value)))
  const tied = tiedInputs(access.facts)
  const [owner] = entity.tenantPath ?? entity.userPath ?? []
  const keys = entity.relations.find(({ field }) => field === owner)?.keys ?? []
  return columns.filter((column) => {
    const source = `${input}.${column}`
    return keys.includes(column) && !tied.has(source) && !picked.includes(source)
  })
}
