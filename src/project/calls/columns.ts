/** Which columns of which models a value carries, as the queries that read it say. */
import type { Entity, EntityField } from '../data-model.ts'
import { isLeft, isOmitted, rowsIn } from '../exposure.ts'
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
  return rowsIn(value).flatMap((row) => {
    const { access } = row
    const entity = project.entity(access.model)
    // What a schema has parsed may be of another type now.
    if (!entity || isOpen(access) || row.sieves.some((sieve) => sieve === 'unknown' || 'schema' in sieve))
      return []
    const parts = { select: argument(access, 'select'), omit: argument(access, 'omit') }
    return held(project, access, entity, { ...parts, include: argument(access, 'include') }, type, [])
      .filter(({ path }) => isLeft(project, row, path) === 'yes')
      .map(({ entity: of, field }) => ({ entity: of, field, access }))
  })
}

interface Parts {
  select: Value | undefined
  omit: Value | undefined
  include: Value | undefined
}

const RELATIONS = 3

function held(
  project: Project,
  access: Access,
  entity: Entity,
  { select, omit, include }: Parts,
  type: string,
  path: readonly string[],
): (Omit<Column, 'access'> & { path: readonly string[] })[] {
  const chosen = fieldsOf(select)
  // A `select` or `omit` that could not be read may leave the column out.
  if ((select && !chosen) || (omit && !fieldsOf(omit)) || path.length === RELATIONS) return []
  const own = entity.fields.filter(
    (field) =>
      field.type === type &&
      (chosen
        ? saysTrue(chosen.get(field.name))
        : !isOmitted(project, access, entity, fieldsOf(omit)?.get(field.name), field.name)),
  )
  const nested = [...(chosen ?? []), ...(fieldsOf(include) ?? [])].flatMap(([name, value]) => {
    const target = entity.relations.find((relation) => relation.field === name)
    const model = target && project.entity(target.model)
    const inner = fieldsOf(value)
    if (!model || (!inner && !saysTrue(value))) return []
    const parts = { select: inner?.get('select'), omit: inner?.get('omit'), include: inner?.get('include') }
    return held(project, access, model, parts, type, [...path, name])
  })
  return [...own.map((field) => ({ entity, field, path: [...path, field.name] })), ...nested]
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
