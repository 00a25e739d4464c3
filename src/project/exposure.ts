/** Which columns of which rows a value holds, as the `select`, `omit` and `include` of its query let them through. */
import type { Location } from '../core/finding.ts'
import { type Expr, placeOf } from '../source/syntax.ts'
import { walk } from '../source/walk.ts'
import { type Entity, secretFields } from './data-model.ts'
import type { Access } from './flow/events.ts'
import { type Value, visibleFields } from './flow/value.ts'
import { argument, isOpen } from './ownership.ts'
import type { Project } from './project.ts'

export interface HeldRow {
  access: Access
  /** Fields that were taken out of it. */
  without: ReadonlySet<string>
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
    ? { access: shape.access, without: new Set([...shape.without, ...hidden]) }
    : undefined
}

/** `User.passwordHash`, …: the secret columns that a row carries. None where the query could not be read. */
export function secretsIn(project: Project, { access, without }: HeldRow): string[] {
  const entity = project.entity(access.model)
  if (!entity || isOpen(access)) return []
  return selected(project, entity, access.args, 3).filter((name) => !without.has(name.split('.')[1] ?? ''))
}

function selected(project: Project, entity: Entity, args: Value | undefined, depth: number): string[] {
  const part = (name: string): Value | undefined => visibleFields(args).get(name)
  const [select, omit, include] = [part('select'), part('omit'), part('include')]
  // A `select` that could not be read is no evidence.
  if (select && select.shape?.k !== 'object') return []
  const chosen = visibleFields(select)
  const omitted = visibleFields(omit)
  const own = secretFields(entity).filter((name) =>
    select ? isTrue(chosen.get(name)) : !isTrue(omitted.get(name)),
  )
  const nested = [...chosen, ...visibleFields(include)].flatMap(([name, value]) => {
    const model = relatedBy(project, entity, name)
    return !model || depth === 0 || isFalse(value) ? [] : selected(project, model, value, depth - 1)
  })
  return [...own.map((name) => `${entity.name}.${name}`), ...nested]
}

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
export function columnsBrought(entity: Entity, args: Value): string[] {
  const [select, omit] = [visibleFields(args).get('select'), visibleFields(args).get('omit')]
  if ((select && select.shape?.k !== 'object') || (omit && omit.shape?.k !== 'object')) return []
  const [chosen, omitted] = [visibleFields(select), visibleFields(omit)]
  return entity.fields
    .filter(({ relation }) => !relation)
    .filter(({ name }) => (select ? isTrue(chosen.get(name)) : !isTrue(omitted.get(name))))
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
