/** Which columns of which rows a value holds, as the `select`, `omit` and `include` of its query let them through. */
import type { Location } from '../core/finding.ts'
import { type Expr, placeOf } from '../source/syntax.ts'
import { walk } from '../source/walk.ts'
import { type Entity, secretFields } from './data-model.ts'
import type { Access } from './flow/events.ts'
import { letsThrough, type Passage } from './flow/passage.ts'
import { allDeps, isNothing, type Sieve, type Value, visibleFields } from './flow/value.ts'
import { omittedByClient } from './omitted-columns.ts'
import { argument, isOpen } from './ownership.ts'
import type { Project } from './project.ts'

export interface HeldRow {
  access: Access
  /** Fields that were taken out of it. */
  without: ReadonlySet<string>
  /** What else it was put through. */
  sieves: readonly Sieve[]
}

interface HeldPart {
  value: Value
  /** Fields that something else takes the place of: `{ ...row, email: undefined }`. */
  hidden: ReadonlySet<string>
}

const NOTHING: ReadonlySet<string> = new Set()

/** The parts of a value that have no parts of their own: in lists, in the fields of objects, in the body of a response. */
export function partsIn(value: Value, depth = 6, hidden = NOTHING): HeldPart[] {
  const shape = value.shape
  if (depth === 0) return []
  if (shape?.k === 'array')
    return [shape.of, ...(shape.items ?? [])].flatMap((item) => partsIn(item, depth - 1))
  if (shape?.k === 'object') {
    const named = new Set([...hidden, ...shape.fields.keys()])
    return [
      ...[...shape.fields.values()].flatMap((item) => partsIn(item, depth - 1)),
      ...(shape.open ?? []).flatMap((item) => partsIn(item, depth - 1, named)),
    ]
  }
  if (shape?.k === 'promise') return partsIn(shape.of, depth - 1, hidden)
  if (shape?.k === 'response') return shape.body ? partsIn(shape.body, depth - 1) : []
  return [{ value, hidden }]
}

/** The rows that a value holds as a whole. */
export const rowsIn = (value: Value): HeldRow[] => partsIn(value).flatMap((one) => rowOf(one) ?? [])

export function rowOf({ value: { shape }, hidden }: HeldPart): HeldRow | undefined {
  return shape?.k === 'row'
    ? { access: shape.access, without: new Set([...shape.without, ...hidden]), sieves: shape.sieves ?? [] }
    : undefined
}

/**
 * Whether a column, or a relation, is still in a row. `path`: the relations that lead to it, and its name.
 */
export function isLeft(
  project: Project,
  { access, without, sieves }: HeldRow,
  path: readonly string[],
): Passage {
  const [first = ''] = path
  if (without.has(first) || (path.length === 1 && isUnsetByCreate(project, access, first))) return 'no'
  const passed = sieves.map((sieve): Passage => {
    if (sieve === 'unknown') return 'unknown'
    if ('schema' in sieve) return letsThrough(sieve.schema, path)
    return sieve.keys.has(first) ? 'yes' : 'no'
  })
  return passed.find((one) => one === 'no') ?? passed.find((one) => one === 'unknown') ?? 'yes'
}

/** A row that was just made without a value for a column that has no default: it is null. */
function isUnsetByCreate(project: Project, access: Access, column: string): boolean {
  const field = project.entity(access.model)?.fields.find(({ name }) => name === column)
  const data = argument(access, 'data')?.shape
  if (access.operation !== 'create' || !field?.optional || field.hasDefault || field.relation) return false
  if (data?.k !== 'object' || data.open?.length) return false
  const given = data.fields.get(column)
  return given === undefined || isNothing(given)
}

/** Rows that stand for a message to somebody: whoever reads what is in it can take their place. */
const MESSAGES = /verif|reset|invit|magic|otp|confirm|session|recover/i
/** What people choose, and what is kept of a secret so that it can be held against one. */
const CHOSEN = /passw|passphrase|passcode|pin\b|hash|encrypt/i

/** A key of an own model that the server has just made up: it is shown to whoever asked for it, this once. */
function isShownOnce(access: Access, model: Entity, column: string): boolean {
  const made = visibleFields(argument(access, 'data')).get(column)
  if (access.operation !== 'create' || !made || model.role === 'user') return false
  if (MESSAGES.test(`${model.name} ${column}`) || CHOSEN.test(column)) return false
  return ![...allDeps(made)].some((dep) => /^client:|hash/.test(dep))
}

export interface HeldSecret {
  /** `User.passwordHash` */
  name: string
  /**
   * It is there as it was stored, and not meant to be: nothing that could not be read may have taken it out, and it is no
   * key that is shown once, when it is made.
   */
  sure: boolean
  /** The query names it. */
  named: boolean
  /** The relations that lead to it, and its name. */
  path: readonly string[]
  model: Entity
}

/** The secret columns that a row carries. None where the query could not be read. */
export function secretsIn(project: Project, row: HeldRow): HeldSecret[] {
  const { access, without } = row
  const entity = project.entity(access.model)
  if (!entity || isOpen(access)) return []
  return selected(project, access, entity, access.args, []).flatMap(({ path, model, named }) => {
    const column = path.at(-1) ?? ''
    const left = without.has(column) ? 'no' : isLeft(project, row, path)
    if (left === 'no') return []
    const sure = left === 'yes' && !(path.length === 1 && isShownOnce(access, model, column))
    return [{ name: `${model.name}.${column}`, sure, named, path, model }]
  })
}

interface Selected {
  path: readonly string[]
  model: Entity
  named: boolean
}

const RELATIONS = 3

function selected(
  project: Project,
  access: Access,
  entity: Entity,
  args: Value | undefined,
  path: readonly string[],
): Selected[] {
  const part = (name: string): Value | undefined => visibleFields(args).get(name)
  const [select, omit, include] = [part('select'), part('omit'), part('include')]
  // A `select` that could not be read is no evidence.
  if (select && select.shape?.k !== 'object') return []
  const chosen = visibleFields(select)
  const own = secretFields(entity).filter((name) =>
    select
      ? isTrue(chosen.get(name))
      : !isOmitted(project, access, entity, visibleFields(omit).get(name), name),
  )
  const nested = [...chosen, ...visibleFields(include)].flatMap(([name, value]) => {
    const model = relatedBy(project, entity, name)
    return !model || path.length === RELATIONS || isFalse(value)
      ? []
      : selected(project, access, model, value, [...path, name])
  })
  return [
    ...own.map((name) => ({ path: [...path, name], model: entity, named: select !== undefined })),
    ...nested,
  ]
}

/** What a query says of a column in `omit` goes before what its client says. */
export const isOmitted = (
  project: Project,
  access: Access,
  entity: Entity,
  said: Value | undefined,
  column: string,
): boolean =>
  isTrue(said) || (!isFalse(said) && omittedByClient(project, access.location.file, entity).has(column))

export interface WholeRelation {
  /** `surveys.segment`. */
  path: string[]
  model: Entity
}

/**
 * Relations that bring all columns of their rows. `chosen`: only those inside of a `select`, where the query names its
 * columns everywhere else.
 */
export function wholeRelations(project: Project, access: Access, chosen: boolean): WholeRelation[] {
  const entity = project.entity(access.model)
  return entity && !isOpen(access)
    ? whole(project, entity, access.args, [], chosen ? 'outside' : 'inside')
    : []
}

function whole(
  project: Project,
  entity: Entity,
  args: Value,
  path: string[],
  where: 'outside' | 'inside',
): WholeRelation[] {
  if (path.length > 4) return []
  const parts = visibleFields(args)
  const select = visibleFields(parts.get('select'))
  const inside = where === 'inside' || select.size > 0
  return [...select, ...visibleFields(parts.get('include'))].flatMap(([name, value]) => {
    const model = relatedBy(project, entity, name)
    if (!model || isFalse(value)) return []
    const here = [...path, name]
    const inner = visibleFields(value)
    const readable = isTrue(value) || (value.shape?.k === 'object' && !value.shape.open?.length)
    const all = readable && inside && !inner.has('select') && !inner.has('omit')
    const deeper = whole(project, model, value, here, inside ? 'inside' : 'outside')
    return all ? [{ path: here, model }, ...deeper] : deeper
  })
}

export function relatedBy(project: Project, entity: Entity, field: string): Entity | undefined {
  const relation = entity.relations.find((one) => one.field === field)
  return relation && project.entity(relation.model)
}

const isTrue = (value: Value | undefined): boolean =>
  value?.shape?.k === 'literal' && value.shape.value === true
const isFalse = (value: Value | undefined): boolean =>
  value?.shape?.k === 'literal' && value.shape.value === false

/** Whether the query names the columns that it wants. */
export const namesColumns = (access: Access): boolean => argument(access, 'select')?.shape?.k === 'object'

/** Where a relation stands in the arguments of its query; the query itself where they are not written there. */
export function placeInQuery(project: Project, access: Access, path: readonly string[]): Location {
  const { file, line, column } = access.location
  const syntax = project.program.syntax(file)
  let args: Expr | undefined
  if (syntax)
    walk(syntax, (expr) => {
      if (expr.k !== 'call') return
      const at = placeOf(syntax, expr.at)
      if (at.line === line && at.column === column) args ??= expr.args[0]
    })
  for (const name of path) {
    const picked = memberOf(args, 'select') ?? memberOf(args, 'include')
    args = memberOf(picked, name)
  }
  return args && syntax ? placeOf(syntax, args.at) : access.location
}

const memberOf = (expr: Expr | undefined, key: string): Expr | undefined =>
  expr?.k === 'object' ? expr.props.find((prop) => prop.key === key)?.value : undefined

/** The columns that the arguments of a query or of a relation (`true`, `{ select: … }`) bring of its model; none where they could not be read. */
export function columnsBrought(project: Project, access: Access, entity: Entity, args: Value): string[] {
  const [select, omit] = [visibleFields(args).get('select'), visibleFields(args).get('omit')]
  if ((select && select.shape?.k !== 'object') || (omit && omit.shape?.k !== 'object')) return []
  const [chosen, omitted] = [visibleFields(select), visibleFields(omit)]
  return entity.fields
    .filter(({ relation }) => !relation)
    .filter(({ name }) =>
      select ? isTrue(chosen.get(name)) : !isOmitted(project, access, entity, omitted.get(name), name),
    )
    .map(({ name }) => name)
}

/** The relations that arguments bring, with their own arguments. */
export const relationsBrought = (project: Project, entity: Entity, args: Value): [string, Entity, Value][] =>
  ['select', 'include'].flatMap((kind) =>
    [...visibleFields(visibleFields(args).get(kind))].flatMap(([name, value]): [string, Entity, Value][] => {
      const model = relatedBy(project, entity, name)
      const isRead = isTrue(value) || (value.shape?.k === 'object' && !value.shape.open?.length)
      return model && isRead ? [[name, model, value]] : []
    }),
  )
