/** Which columns of which models a value carries, as the queries that read it say. */
import type { Entity, EntityField } from '../data-model.ts'
import type { Access } from '../flow/events.ts'
import type { Value } from '../flow/value.ts'
import { argument, isOpen } from '../ownership.ts'
import type { Project } from '../project.ts'

export interface Column {
  entity: Entity
  field: EntityField
  access: Access
}

/** The columns of a type in the rows that a value holds. Nothing where the query could not be read. */
export function columnsIn(project: Project, value: Value, type: string): Column[] {
  return rowsIn(value, 6).flatMap(({ access, without }) => {
    const entity = project.entity(access.model)
    if (!entity || isOpen(access)) return []
    const parts = { select: argument(access, 'select'), omit: argument(access, 'omit') }
    return held(project, entity, { ...parts, include: argument(access, 'include') }, type, 3)
      .filter(({ entity: of, field }) => of !== entity || !without.has(field.name))
      .map((one) => ({ ...one, access }))
  })
}

interface Row {
  access: Access
  without: Set<string>
}

function rowsIn(value: Value, depth: number): Row[] {
  const shape = value.shape
  if (!shape || depth === 0) return []
  switch (shape.k) {
    case 'row':
      return [{ access: shape.access, without: shape.without }]
    case 'array':
      return [shape.of, ...(shape.items ?? [])].flatMap((item) => rowsIn(item, depth - 1))
    case 'object':
      return [
        ...[...shape.fields.values()].flatMap((item) => rowsIn(item, depth - 1)),
        // `{ ...row, size: … }`: what is named takes the place of the column.
        ...(shape.open ?? []).flatMap((item) =>
          rowsIn(item, depth - 1).map((row) => ({
            ...row,
            without: new Set([...row.without, ...shape.fields.keys()]),
          })),
        ),
      ]
    case 'promise':
      return rowsIn(shape.of, depth - 1)
    case 'response':
      return shape.body ? rowsIn(shape.body, depth - 1) : []
    default:
      return []
  }
}

interface Parts {
  select: Value | undefined
  omit: Value | undefined
  include: Value | undefined
}

function held(
  project: Project,
  entity: Entity,
  { select, omit, include }: Parts,
  type: string,
  depth: number,
): Omit<Column, 'access'>[] {
  const chosen = fieldsOf(select)
  // A `select` or `omit` that could not be read may leave the column out.
  if ((select && !chosen) || (omit && !fieldsOf(omit)) || depth === 0) return []
  const own = entity.fields.filter(
    (field) =>
      field.type === type &&
      (chosen ? saysTrue(chosen.get(field.name)) : !saysTrue(fieldsOf(omit)?.get(field.name))),
  )
  const nested = [...(chosen ?? []), ...(fieldsOf(include) ?? [])].flatMap(([name, value]) => {
    const target = entity.relations.find((relation) => relation.field === name)
    const model = target && project.entity(target.model)
    const inner = fieldsOf(value)
    if (!model || (!inner && !saysTrue(value))) return []
    const parts = { select: inner?.get('select'), omit: inner?.get('omit'), include: inner?.get('include') }
    return held(project, model, parts, type, depth - 1)
  })
  return [...own.map((field) => ({ entity, field })), ...nested]
}

const fieldsOf = (value: Value | undefined): Map<string, Value> | undefined =>
  value?.shape?.k === 'object' && (value.shape.open ?? []).length === 0 ? value.shape.fields : undefined

const saysTrue = (value: Value | undefined): boolean =>
  value?.shape?.k === 'literal' && value.shape.value === true

/** Somewhere the project teaches JSON to write a BigInt. */
export const patchesBigInt = (project: Project): boolean =>
  project.code.some((file) => {
    const text = project.sourceText(file) ?? ''
    return text.includes('toJSON') && /BigInt\.prototype|BigInt\)?\.prototype/.test(text)
  })

/** Names of functions that turn each BigInt of what they are given into something else: they test for its type. */
export function bigIntSerializers(project: Project): Set<string> {
  const names = project.code.flatMap((file) => {
    const text = project.sourceText(file) ?? ''
    if (!/['"`]bigint['"`]/.test(text)) return []
    return (project.program.syntax(file)?.functions ?? []).flatMap((fn) =>
      fn.name !== '' && /['"`]bigint['"`]/.test(text.slice(fn.at, fn.end)) ? [fn.name] : [],
    )
  })
  return new Set(names)
}
