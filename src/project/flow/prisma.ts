/** How Prisma's client behaves, as far as the flow of data is concerned. Checked against Prisma 4–7. */
import type { Location } from '../../core/finding.ts'
import { placeOf, type Syntax } from '../../source/syntax.ts'
import type { Access } from './events.ts'
import type { Machine } from './machine.ts'
import {
  allDeps,
  isRole,
  literal,
  NO_TEXT,
  NONE,
  type Sources,
  shaped,
  source,
  textsOf,
  union,
  unknown,
  type Value,
} from './value.ts'

const READS = [
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
  'findRaw',
  'aggregateRaw',
]
const WRITES = [
  'create',
  'createMany',
  'createManyAndReturn',
  'update',
  'updateMany',
  'updateManyAndReturn',
  'upsert',
  'delete',
  'deleteMany',
]
export const OPERATIONS: ReadonlySet<string> = new Set([...READS, ...WRITES])
export const RAW: ReadonlySet<string> = new Set([
  '$queryRaw',
  '$executeRaw',
  '$queryRawUnsafe',
  '$executeRawUnsafe',
  '$queryRawTyped',
  '$runCommandRaw',
])
export const isWrite = (operation: string): boolean => WRITES.includes(operation)

/** `where: { OR: [{ workspace: { members: { some: { userId } } } }] }` and one level more. */
const WHERE_DEPTH = 8

/** A value looked up by a credential is an identity: a session row found by its cookie, an account by its API key. */
function resultSources(machine: Machine, model: string, operation: string, args: Value): Sources {
  const where = args.shape?.k === 'object' ? args.shape.fields.get('where') : undefined
  const deps = where ? allDeps(where, WHERE_DEPTH) : NONE
  const extra = new Set([`row:${model}`])
  // The list of one's own memberships says nothing of the right to a thing.
  const asked = operation !== 'findMany' || [...deps].some((dep) => dep.startsWith('client:'))
  if (machine.memberships.has(model) && asked) extra.add(`member:${model}`)
  if (machine.posts.has(model) && where && isOfOneTenant(where, deps)) extra.add(`${OPERATOR}${model}`)
  for (const role of where ? rolesAsked(where) : []) extra.add(role)
  for (const dep of deps)
    if (dep.startsWith('credential:')) extra.add(`identity:${model} by ${dep.slice(11)}`)
  return union(deps, extra)
}

/** The caller was found among the members of one tenant that is written down: of those who run the application. */
export const OPERATOR = 'operator:'

/** `where: { userId, teamId: OUR_TEAM }`: the request has no say in which tenant it is. */
const isOfOneTenant = (where: Value, deps: Sources): boolean =>
  ![...deps].some((dep) => dep.startsWith('client:')) &&
  [...deps].some((dep) => dep.startsWith('identity:')) &&
  namesTenant(where)

function namesTenant(where: Value, depth = 4): boolean {
  if (where.shape?.k !== 'object' || depth === 0) return false
  return [...where.shape.fields].some(([key, value]) =>
    value.shape?.k === 'object'
      ? namesTenant(value, depth - 1)
      : /(id|slug)$/i.test(key) && isWrittenDown(value),
  )
}

/** A literal, or what the installation says. */
const isWrittenDown = ({ shape, deps }: Value): boolean =>
  (shape?.k === 'literal' && typeof shape.value === 'string') ||
  (deps.size > 0 && [...deps].every((dep) => dep.startsWith('env:')))

/** `where: { role: { in: ['OWNER'] } }`: a row that is found has such a role. */
function rolesAsked(where: Value, depth = 4): string[] {
  if (where.shape?.k !== 'object' || depth === 0) return []
  return [...where.shape.fields].flatMap(([key, value]) => {
    if (!isRole(key)) return rolesAsked(value, depth - 1)
    const inside = value.shape?.k === 'object' ? [...value.shape.fields.values()] : [value]
    const texts = inside.flatMap(textsOf)
    return texts.length > 0
      ? [`field:${key}`, ...texts.map((text) => `text:${text}`)]
      : rolesAsked(value, depth - 1)
  })
}

export function prismaAccess(
  machine: Machine,
  model: string,
  operation: string,
  args: Value[],
  syntax: Syntax,
  at: number,
  client?: Value,
): Value {
  const first = args[0] ?? shaped({ k: 'object', fields: new Map() })
  const moment = machine.moment(syntax, at)
  const access: Access = { ...moment, k: 'access', model, operation, args: first }
  if (machine.transaction && isOuter(client)) access.outer = true
  machine.emit(access)
  const deps = resultSources(machine, model, operation, first)
  if (
    operation === 'count' ||
    operation === 'aggregate' ||
    (operation.endsWith('Many') === isWrite(operation) &&
      operation !== 'findMany' &&
      operation.endsWith('Many'))
  )
    return shaped({ k: 'object', fields: new Map([['count', unknown(deps)]]) }, deps)
  if (operation.endsWith('OrThrow') || operation === 'update' || operation === 'delete')
    machine.assume(deps, syntax, at, true)
  const many = operation === 'findMany' || operation.endsWith('AndReturn') || operation === 'groupBy'
  const plain = shaped({ k: 'row', access, many: false, without: new Set() }, deps)
  const row: Value = [...deps].some((dep) => dep.startsWith(`identity:${model} by `))
    ? { ...plain, who: true }
    : plain
  return many ? shaped({ k: 'array', of: row, literal: false }, deps) : row
}

/** Surely not the client of a transaction. */
const isOuter = (client: Value | undefined): boolean =>
  (client?.shape?.k === 'prisma' || client?.shape?.k === 'delegate') && !client.shape.tx

/** `prisma.$transaction(fn)` runs the function with a client; the array form has already been evaluated. */
export function transaction(machine: Machine, args: Value[], syntax: Syntax, at: number): Value {
  const work = args[0]
  if (work?.shape?.k !== 'closure') return work ?? unknown()
  const before = machine.transaction
  machine.transaction = true
  const result = machine.call(work, [shaped({ k: 'prisma', tx: true })], syntax, at, '$transaction')
  machine.transaction = before
  return result
}

interface Spliced {
  value: Value
  place?: Location
}

/** Text that reaches the database as SQL: the string itself, or what `Prisma.raw` wraps inside a tagged template. */
function splicedText(value: Value, depth = 5): Spliced[] {
  const shape = value.shape
  if (depth === 0 || !shape) return []
  if (shape.k === 'chain' && shape.root.endsWith('Prisma')) {
    return shape.steps.flatMap((step) =>
      step.name === 'raw'
        ? step.args.slice(0, 1).map((arg) => ({ value: arg, place: placeOf(step.syntax, step.at) }))
        : step.args.flatMap((arg) => splicedText(arg, depth - 1)),
    )
  }
  if (shape.k === 'array')
    return [...(shape.items ?? []), shape.of].flatMap((item) => splicedText(item, depth - 1))
  return []
}

export function rawQuery(
  machine: Machine,
  operation: string,
  args: Value[],
  tagged: boolean,
  syntax: Syntax,
  at: number,
): Value {
  const found: Spliced[] =
    operation.endsWith('Unsafe') && args[0]
      ? [{ value: args[0] }]
      : tagged
        ? args.flatMap((arg) => splicedText(arg))
        : args.slice(0, 1).flatMap((arg) => (arg.shape?.k === 'chain' ? splicedText(arg) : [{ value: arg }]))
  const spliced = found.map(({ value }) => value)
  const places = found.map(({ place }) => place)
  machine.emit({ ...machine.moment(syntax, at), k: 'raw', operation, spliced, places })
  const deps = union(...args.map((arg) => allDeps(arg)), new Set(['row:raw']))
  return shaped({ k: 'array', of: unknown(deps), literal: false }, deps)
}

/** Member of a row: a relation or a scalar; both depend on what found the row. */
export function rowMember(row: Value, key: string): Value {
  if (row.shape?.k !== 'row') return unknown(union(row.deps, source(`field:${key}`).deps), row.ctl)
  if (row.shape.without.has(key)) return literal(undefined)
  const { access } = row.shape
  const stored: Sources = new Set([`stored:${access.model}.${key}`])
  return {
    ...unknown(union(row.deps, source(`field:${key}`).deps, chosenBy(access, key)), row.ctl),
    text: { ...NO_TEXT, all: stored, head: stored },
  }
}

/** What picks the rows of a relation: `include: { members: { where: { userId } } }`. */
function chosenBy(access: Access, key: string): Sources {
  const field = (of: Value | undefined, name: string): Value | undefined =>
    of?.shape?.k === 'object' ? of.shape.fields.get(name) : undefined
  return union(
    ...['include', 'select'].map((kind) => {
      const where = field(field(field(access.args, kind), key), 'where')
      return where ? allDeps(where) : NONE
    }),
  )
}
