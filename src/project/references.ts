/** The rows of other models that a write points at: by a foreign key, or by `connect`. */
import type { Entity, EntityRelation } from './data-model.ts'
import type { Access } from './flow/events.ts'
import { fieldSchema } from './flow/schemas.ts'
import { client, isRole, type Value } from './flow/value.ts'
import { argument } from './ownership.ts'

export interface Reference {
  /** `contactId`, `items.productId`, `groups.connect.id`. */
  path: string
  /** The model that is pointed at. */
  target: Entity
  /** What picks the row. */
  value: Value
}

type Entities = (name: string) => Entity | undefined

const DEPTH = 4

/**
 * References in `data`, `create` and `update` of a write, those of nested writes included. Of an object that a schema has
 * parsed and that is written whole, the fields that the schema names count. `entities`: the models by name.
 */
export function referencesOf(access: Access, entity: Entity, entities: Entities): Reference[] {
  return ['data', 'create', 'update'].flatMap((name) =>
    referencesIn(argument(access, name), entity, entities, '', DEPTH),
  )
}

function referencesIn(
  data: Value | undefined,
  entity: Entity,
  entities: Entities,
  path: string,
  depth: number,
): Reference[] {
  if (!data || depth === 0) return []
  const shape = data.shape
  if (shape?.k === 'array')
    return (shape.items ?? [shape.of]).flatMap((item) => referencesIn(item, entity, entities, path, depth))
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`)
  const owners = entity.relations.filter(({ keys }) => keys.length > 0)
  const scalar = (relation: EntityRelation, key: string, value: Value): Reference[] => {
    const target = entities(relation.model)
    return target && relation.keys.length === 1 ? [{ path: at(key), target, value }] : []
  }
  if (shape?.k !== 'object') return ofSchema(data, owners, scalar)
  const named = [...shape.fields].flatMap(([key, value]) => {
    const owner = owners.find(({ keys }) => keys.includes(key))
    if (owner) return scalar(owner, key, setValue(value))
    const relation = entity.relations.find(({ field }) => field === key)
    const target = relation && entities(relation.model)
    return target ? nested(value, target, entities, at(key), depth - 1) : []
  })
  const known = new Set(shape.fields.keys())
  const open = (shape.open ?? []).flatMap((one) =>
    ofSchema(
      one,
      owners.filter(({ keys }) => !keys.some((key) => known.has(key))),
      scalar,
    ),
  )
  return [...named, ...open]
}

/** `{ set: id }` writes the same as `id`. */
function setValue(value: Value): Value {
  const set = value.shape?.k === 'object' ? value.shape.fields.get('set') : undefined
  return set ?? value
}

/** What a client object that was parsed brings along, as far as its schema names it. */
function ofSchema(
  value: Value,
  owners: readonly EntityRelation[],
  scalar: (relation: EntityRelation, key: string, value: Value) => Reference[],
): Reference[] {
  const input = value.client
  if (input === undefined || !value.parsed) return []
  return owners.flatMap((relation) =>
    relation.keys.flatMap((key) =>
      fieldSchema(value.schema, key) ? scalar(relation, key, client(`${input}.${key}`)) : [],
    ),
  )
}

/** `connect`, `set`, `connectOrCreate` name rows; `create`, `createMany`, `upsert`, `update` write others. */
function nested(value: Value, target: Entity, entities: Entities, path: string, depth: number): Reference[] {
  if (value.shape?.k !== 'object') return []
  return [...value.shape.fields].flatMap(([key, inner]) => {
    const at = `${path}.${key}`
    switch (key) {
      case 'connect':
      case 'set':
        return picked(inner, target, at)
      case 'connectOrCreate':
        return picked(fieldOf(inner, 'where'), target, at)
      case 'create':
        return referencesIn(inner, target, entities, at, depth)
      case 'createMany':
      case 'update':
      case 'updateMany':
        return referencesIn(fieldOf(inner, 'data') ?? inner, target, entities, at, depth)
      case 'upsert':
        return ['create', 'update'].flatMap((name) =>
          referencesIn(fieldOf(inner, name), target, entities, at, depth),
        )
      default:
        return []
    }
  })
}

function fieldOf(value: Value, name: string): Value | undefined {
  const shape = value.shape
  if (shape?.k === 'array') return fieldOf(shape.of, name)
  return shape?.k === 'object' ? shape.fields.get(name) : undefined
}

/** The ids that pick rows to connect. A row that is picked by more than its id is picked by all of it. */
function picked(value: Value | undefined, target: Entity, path: string): Reference[] {
  const shape = value?.shape
  if (!value) return []
  if (shape?.k === 'array') return (shape.items ?? [shape.of]).flatMap((item) => picked(item, target, path))
  if (shape?.k !== 'object') return [{ path, target, value }]
  const ids = [...shape.fields].filter(([key]) => target.fields.some(({ name, id }) => name === key && id))
  const all = [...shape.fields]
  const only = ids.length > 0 && all.length === ids.length ? ids[0] : undefined
  return only ? [{ path: `${path}.${only[0]}`, target, value: only[1] }] : []
}

/** A client value that a write puts into a column that says what somebody may do: `role`, `isAdmin`. */
export function rolesWritten(access: Access, entity: Entity): { field: string; value: Value }[] {
  const names = new Set(
    entity.fields.filter(({ name, relation }) => !relation && isRole(name)).map(({ name }) => name),
  )
  return ['data', 'create', 'update'].flatMap((name) => {
    const data = argument(access, name)
    const rows = data?.shape?.k === 'array' ? [data.shape.of] : data ? [data] : []
    return rows.flatMap(({ shape }) =>
      shape?.k === 'object'
        ? [...shape.fields].flatMap(([field, value]) =>
            names.has(field) ? [{ field, value: setValue(value) }] : [],
          )
        : [],
    )
  })
}
