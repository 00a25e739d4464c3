/**
 * Rows in a state in which a request has something to do: what is to be deleted when done has to be done, and what is to
 * be restored must not be there already. Read from the constants of what is written; the rows of both sides get the same.
 * Who somebody is, and what everybody may see, stays as it was seeded: attacks are about nothing else.
 */
import type { DataModel, EntityField } from '../project/data-model.ts'
import type { Access } from '../project/flow/events.ts'
import { isWrite } from '../project/flow/prisma.ts'
import { argument, type Leaf, leaves } from '../project/ownership.ts'
import type { Template } from './request.ts'

/** All rows of a table get this value in this column. */
export interface Setting {
  table: string
  column: string
  value: string | number | boolean | null
}

const VISIBLE = /public|publish|visib|shar|listed|open|access|allow|private|role|admin|permission/i

/** For all rows that an endpoint changes: what it asks of them is so, and what it writes is not so yet. */
export function settingsFor({ run, dataModel }: Template): Setting[] {
  const settings = new Map<string, Setting>()
  const put = (one: Setting | undefined): void => {
    const key = one && `${one.table}.${one.column}`
    if (one && key !== undefined && !settings.has(key)) settings.set(key, one)
  }
  const accesses = run.events.filter(
    (event): event is Access =>
      event.k === 'access' && isWrite(event.operation) && dataModel.model(event.model)?.role === 'owned',
  )
  for (const access of accesses)
    for (const leaf of leaves(argument(access, 'where'))) put(settingOf(access, leaf, dataModel, asked))
  for (const access of accesses)
    for (const leaf of leaves(argument(access, 'data'))) put(settingOf(access, leaf, dataModel, other))
  return [...settings.values()]
}

type Literal = Setting['value']

function settingOf(
  access: Access,
  { path, value }: Leaf,
  dataModel: DataModel,
  choose: (value: Literal, field: EntityField, dataModel: DataModel) => Literal | undefined,
): Setting | undefined {
  const entity = dataModel.model(access.model)
  const name = path.replace(/\.(equals|set)$/, '')
  const field = entity?.fields.find((one) => one.name === name && !one.id && !one.unique && !one.relation)
  const literal = value.shape?.k === 'literal' ? value.shape.value : undefined
  if (!entity || !field || literal === undefined || VISIBLE.test(name)) return undefined
  const chosen = choose(literal, field, dataModel)
  return chosen === undefined || (chosen === null && !field.optional)
    ? undefined
    : { table: entity.table, column: field.column, value: chosen }
}

const asked = (value: Literal): Literal => value

/** Any other value that the column takes. */
function other(value: Literal, field: EntityField, dataModel: DataModel): Literal | undefined {
  if (value === null) return field.type === 'DateTime' ? '2020-02-02T02:02:02.000Z' : sampleOf(field)
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  const values = dataModel.enums.find((one) => one.name === field.type)?.values.map(({ name }) => name)
  return values?.find((one) => one !== value)
}

const sampleOf = ({ type }: EntityField): Literal | undefined =>
  type === 'String' ? 'before' : type === 'Boolean' ? true : /^(Int|Float)$/.test(type) ? 1 : undefined
