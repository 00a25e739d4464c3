/** What an endpoint accepts, as plain data: read from validation schemas (Zod 3 and 4, and builders of the same form). */
import type { Value } from './flow/value.ts'

export type InputSchema = { optional?: true; nullable?: true } & (
  | {
      k: 'string'
      min?: number
      max?: number
      format?: StringFormat
      /** Source and flags of a regular expression that must match. */
      pattern?: { source: string; flags: string }
      startsWith?: string
    }
  | { k: 'number'; int?: true; min?: number; max?: number }
  | { k: 'boolean' }
  | { k: 'date' }
  | { k: 'values'; values: (string | number | boolean | null)[] }
  | { k: 'object'; fields: Map<string, InputSchema>; loose: boolean }
  | { k: 'array'; of: InputSchema; min: number }
  | { k: 'union'; options: InputSchema[] }
  | { k: 'record' }
  | { k: 'file' }
  | { k: 'unknown' }
)

/** Names of formats that Zod checks a string for; each has a sample in `proof/sample.ts`. */
export type StringFormat =
  | 'email'
  | 'url'
  | 'uuid'
  | 'cuid'
  | 'cuid2'
  | 'ulid'
  | 'nanoid'
  | 'datetime'
  | 'date'
  | 'time'
  | 'ip'
  | 'base64'
  | 'emoji'
  | 'jwt'
  | 'e164'

/** Values of an enum of the Prisma schema, by its name. */
export type EnumValues = (name: string) => readonly string[] | undefined

const FORMATS: ReadonlySet<string> = new Set<StringFormat>([
  'email',
  'url',
  'uuid',
  'cuid',
  'cuid2',
  'ulid',
  'nanoid',
  'datetime',
  'date',
  'time',
  'ip',
  'base64',
  'emoji',
  'jwt',
  'e164',
])
const ALIASES: Record<string, StringFormat> = {
  guid: 'uuid',
  uuidv4: 'uuid',
  uuidv7: 'uuid',
  ipv4: 'ip',
  httpUrl: 'url',
}
const DEPTH = 8

type Step = { name: string; args: Value[] }

/** The schema that a value of the source denotes; `unknown` where it cannot be read. */
export function readInputSchema(value: Value | undefined, enums: EnumValues, depth = DEPTH): InputSchema {
  const shape = value?.shape
  if (depth === 0 || !shape) return { k: 'unknown' }
  if (shape.k === 'object') return objectOf(shape.fields, false, enums, depth)
  if (shape.k !== 'chain') return { k: 'unknown' }
  let schema: InputSchema = { k: 'unknown' }
  for (const step of shape.steps) schema = apply(schema, step, enums, depth)
  return schema
}

function apply(schema: InputSchema, step: Step, enums: EnumValues, depth: number): InputSchema {
  return begin(step, enums, depth) ?? combine(schema, step, enums, depth) ?? refine(schema, step)
}

/** A step that says what kind of value it is. */
function begin({ name, args }: Step, enums: EnumValues, depth: number): InputSchema | undefined {
  const read = (value: Value | undefined): InputSchema => readInputSchema(value, enums, depth - 1)
  const first = args[0]
  switch (name) {
    case 'object':
    case 'strictObject':
    case 'looseObject':
      return first?.shape?.k === 'object'
        ? objectOf(first.shape.fields, name === 'looseObject', enums, depth)
        : undefined
    case 'string':
    case 'stringFormat':
      return { k: 'string' }
    case 'number':
    case 'float32':
    case 'float64':
      return { k: 'number' }
    case 'int32':
    case 'bigint':
      return { k: 'number', int: true }
    case 'boolean':
    case 'stringbool':
      return { k: 'boolean' }
    case 'enum':
    case 'picklist':
    case 'nativeEnum':
      return { k: 'values', values: choices(first, enums) }
    case 'literal':
      return { k: 'values', values: choices(first, enums) }
    case 'array':
    case 'set':
      return first ? { k: 'array', of: read(first), min: 0 } : undefined
    case 'tuple':
      return {
        k: 'array',
        of: first?.shape?.k === 'array' ? read(first.shape.items?.[0]) : { k: 'unknown' },
        min: 1,
      }
    case 'union':
    case 'discriminatedUnion': {
      const list = args.at(name === 'union' ? 0 : 1)?.shape
      return list?.k === 'array' ? { k: 'union', options: (list.items ?? [list.of]).map(read) } : undefined
    }
    case 'intersection':
      return both(read(first), read(args[1]))
    case 'record':
    case 'map':
    case 'json':
      return { k: 'record' }
    case 'any':
    case 'unknown':
    case 'custom':
      return { k: 'unknown' }
    case 'file':
      return { k: 'file' }
    case 'preprocess':
      return read(args[1])
    case 'lazy':
      return { k: 'unknown' }
    default:
      return undefined
  }
}

/** What two schemas accept together: the fields of both, for each choice that there is. */
function both(one: InputSchema, other: InputSchema): InputSchema {
  if (one.k === 'unknown') return other
  if (one.k === 'union') return { ...one, options: one.options.map((option) => both(option, other)) }
  if (other.k === 'union') return { ...other, options: other.options.map((option) => both(one, option)) }
  if (one.k !== 'object' || other.k !== 'object') return one
  return { ...one, fields: new Map([...one.fields, ...other.fields]), loose: one.loose || other.loose }
}

/** A step that makes an object schema out of others. */
function combine(
  schema: InputSchema,
  { name, args }: Step,
  enums: EnumValues,
  depth: number,
): InputSchema | undefined {
  const other = args[0]
  if (schema.k === 'array' || schema.k === 'unknown') {
    if (name === 'or' && other)
      return { k: 'union', options: [schema, readInputSchema(other, enums, depth - 1)] }
    return undefined
  }
  if (schema.k !== 'object') return undefined
  switch (name) {
    case 'extend':
    case 'safeExtend':
    case 'merge':
    case 'and': {
      return both(schema, readInputSchema(other, enums, depth - 1))
    }
    case 'pick':
      return { ...schema, fields: filtered(schema.fields, (key) => named(other).includes(key)) }
    case 'omit':
      return { ...schema, fields: filtered(schema.fields, (key) => !named(other).includes(key)) }
    case 'partial':
    case 'deepPartial': {
      const only = named(other)
      const fields = [...schema.fields].map(([key, field]): [string, InputSchema] => [
        key,
        only.length > 0 && !only.includes(key) ? field : { ...field, optional: true },
      ])
      return { ...schema, fields: new Map(fields) }
    }
    case 'required':
      return {
        ...schema,
        fields: new Map(
          [...schema.fields].map(([key, { optional: _, ...field }]): [string, InputSchema] => [key, field]),
        ),
      }
    case 'passthrough':
    case 'loose':
    case 'catchall':
      return { ...schema, loose: true }
    default:
      return undefined
  }
}

/** A step that narrows. */
function refine(schema: InputSchema, { name, args }: Step): InputSchema {
  const number = numberOf(args[0])
  switch (name) {
    case 'optional':
    case 'exactOptional':
    case 'default':
    case 'prefault':
    case 'catch':
      return { ...schema, optional: true }
    case 'nullable':
      return { ...schema, nullable: true }
    case 'nullish':
      return { ...schema, optional: true, nullable: true }
    case 'coerce':
      return schema
    case 'array':
      return { k: 'array', of: schema, min: 0 }
    case 'or':
      return { k: 'union', options: [schema] }
    case 'int':
    case 'safe':
      return schema.k === 'number' || schema.k === 'unknown' ? { ...schema, k: 'number', int: true } : schema
    case 'positive':
      return schema.k === 'number' ? { ...schema, min: 1 } : schema
    case 'nonnegative':
      return schema.k === 'number' ? { ...schema, min: 0 } : schema
    case 'min':
    case 'gte':
      return number === undefined ? schema : bounded(schema, { min: number })
    case 'gt':
      return number === undefined ? schema : bounded(schema, { min: number + 1 })
    case 'nonempty':
      return bounded(schema, { min: 1 })
    case 'max':
    case 'lte':
      return number === undefined ? schema : bounded(schema, { max: number })
    case 'length':
      return number === undefined ? schema : bounded(schema, { min: number, max: number })
    case 'regex': {
      const of = args[0]?.shape
      return schema.k === 'string' && of?.k === 'regex'
        ? { ...schema, pattern: { source: of.pattern, flags: of.flags } }
        : schema
    }
    case 'startsWith': {
      const of = args[0]?.shape
      return schema.k === 'string' && of?.k === 'literal'
        ? { ...schema, startsWith: String(of.value) }
        : schema
    }
    default:
      return formatted(schema, name)
  }
}

/** `z.email()`, `z.string().email()`, `z.iso.datetime()`; `date` alone is a date. */
function formatted(schema: InputSchema, name: string): InputSchema {
  if (name === 'date' && schema.k === 'unknown') return { k: 'date' }
  const format = ALIASES[name] ?? (isFormat(name) ? name : undefined)
  if (format === undefined) return schema
  const before = schema.k === 'string' ? schema : { k: 'string' as const }
  return { ...before, format }
}

const isFormat = (name: string): name is StringFormat => FORMATS.has(name)

function bounded(schema: InputSchema, bounds: { min?: number; max?: number }): InputSchema {
  if (schema.k === 'array') return bounds.min === undefined ? schema : { ...schema, min: bounds.min }
  return schema.k === 'string' || schema.k === 'number' ? { ...schema, ...bounds } : schema
}

function objectOf(
  fields: ReadonlyMap<string, Value>,
  loose: boolean,
  enums: EnumValues,
  depth: number,
): InputSchema {
  const read = [...fields].map(([key, field]): [string, InputSchema] => [
    key,
    readInputSchema(field, enums, depth - 1),
  ])
  return { k: 'object', fields: new Map(read), loose }
}

/** `['A', 'B']`, `[Role.A]`, an enum of Prisma, an object of constants, or one literal. */
function choices(value: Value | undefined, enums: EnumValues): (string | number | boolean | null)[] {
  const shape = value?.shape
  if (!shape) return []
  if (shape.k === 'literal') return shape.value === undefined ? [] : [shape.value]
  if (shape.k === 'array') return (shape.items ?? []).flatMap((item) => choices(item, enums))
  if (shape.k === 'object') return [...shape.fields.values()].flatMap((item) => choices(item, enums))
  if (shape.k === 'external') return [...(enums(shape.name) ?? [])]
  if (shape.k !== 'chain') return []
  const last = shape.steps.at(-1)?.name
  const of = enums(shape.root) ?? (last === undefined ? undefined : enums(last))
  if (!of) return []
  return last !== undefined && of.includes(last) ? [last] : [...of]
}

const named = (value: Value | undefined): string[] =>
  value?.shape?.k === 'object' ? [...value.shape.fields.keys()] : []

const filtered = <T>(map: ReadonlyMap<string, T>, keep: (key: string) => boolean): Map<string, T> =>
  new Map([...map].filter(([key]) => keep(key)))

const numberOf = (value: Value | undefined): number | undefined =>
  value?.shape?.k === 'literal' && typeof value.shape.value === 'number' ? value.shape.value : undefined
