/** What of an object is left after a schema has parsed it (Zod 3 and 4, Valibot, and builders of the same form). */
import type { Value } from './value.ts'

export type Passage = 'yes' | 'no' | 'unknown'

type Step = (Value['shape'] & { k: 'chain' })['steps'][number]

interface Asked {
  path: readonly string[]
  /** What becomes of keys that the schema does not name, where something said so. */
  rest?: Passage
  /** The schema of the last key. */
  end: (field: Value) => Passage
  depth: number
}

/** Whether what stands at a path (`['user', 'password']`) is still there, as a text that was stored. */
export const letsThrough = (schema: Value, path: readonly string[]): Passage =>
  passage(schema, { path, end: asText, depth: 10 })

/** Whether the schema itself names what stands at a path: somebody wrote down that it is part of the answer. */
export const namesPath = (schema: Value, path: readonly string[]): boolean =>
  passage(schema, { path, rest: 'no', end: asText, depth: 10 }) === 'yes'

/** Whether an object has the key after it was parsed, with whatever value. */
export const keepsKey = (schema: Value, key: string): Passage =>
  passage(schema, { path: [key], end: () => 'yes', depth: 10 })

/** Types that no stored secret fits in. */
const NO_TEXT =
  /^(boolean|stringbool|number|bigint|int|int32|float32|float64|date|literal|enum|nativeEnum|picklist|undefined|null|void|never)$/
const CHANGES = /^(transform|pipe|preprocess|codec|lazy|custom|overwrite|catch)$/

function asText({ shape }: Value): Passage {
  if (shape?.k !== 'chain') return 'unknown'
  const names = shape.steps.map(({ name }) => name)
  if (names.some((name) => CHANGES.test(name))) return 'unknown'
  return names.some((name) => NO_TEXT.test(name)) && !names.some((name) => /^(union|or)$/.test(name))
    ? 'no'
    : 'yes'
}

/** Steps that leave the keys of an object as they are. */
const KEEPS =
  /^(optional|nullable|nullish|nonoptional|default|prefault|describe|refine|superRefine|check|readonly|brand|meta|openapi|register|catch|min|max|length|nonempty|partial|required|deepPartial|array|shape|entries|element|unwrap)$/
const OBJECTS = /^(object|strictObject|looseObject|extend|safeExtend)$/

const passage = (schema: Value | undefined, asked: Asked): Passage =>
  schema?.shape?.k === 'chain' && asked.depth > 0
    ? through(schema.shape.steps, { ...asked, depth: asked.depth - 1 })
    : 'unknown'

/** The steps of a schema from the last to the first, which is the object itself. */
function through(steps: readonly Step[], asked: Asked): Passage {
  const [key, ...deeper] = asked.path
  const step = steps.at(-1)
  if (!step || key === undefined) return 'unknown'
  const before = steps.slice(0, -1)
  const earlier = (more: Partial<Asked> = {}): Passage => through(before, { ...asked, ...more })
  const inside = (value: Value | undefined): Passage => passage(value, asked)
  const { name, args } = step
  const [first, second] = args
  // `schema.shape.user`
  if (before.at(-1)?.name === 'shape')
    return through(before.slice(0, -1), { ...withoutRest(asked), path: [name, ...asked.path] })
  if (name === 'array' && first) return inside(first)
  if (KEEPS.test(name)) return earlier()
  if (/^(strict|strip|passthrough|loose|catchall)$/.test(name))
    return earlier({ rest: asked.rest ?? restAfter(name) })
  if (/^(pick|omit)$/.test(name)) {
    const names = keysOf(second ?? first)
    if (!names) return 'unknown'
    const next = (more: Partial<Asked> = {}): Passage =>
      second ? passage(first, { ...asked, ...more }) : earlier(more)
    return names.has(key) === (name === 'omit') ? next({ path: [UNNAMED] }) : next()
  }
  if (name === 'pipe')
    return both(before.length > 0 ? earlier() : inside(first), before.length > 0 ? inside(first) : 'unknown')
  if (name === 'transform') return earlier() === 'no' ? 'no' : 'unknown'
  if (name === 'preprocess') return inside(second)
  if (name === 'or') return alike([earlier(), inside(first)])
  if (/^(union|discriminatedUnion|variant)$/.test(name)) return alike(optionsOf(second ?? first).map(inside))
  if (name === 'and' || name === 'intersection')
    return most([inside(first), name === 'and' ? earlier() : inside(second)])
  if (name === 'merge') {
    const merged = inside(first)
    return merged === 'no' ? earlier({ rest: asked.rest ?? 'no' }) : merged
  }
  if (/^(any|unknown|record|map)$/.test(name)) return 'yes'
  if (!OBJECTS.test(name)) return 'unknown'
  const named = inObject(first, key, { ...asked, path: deeper })
  if (named !== undefined) return named
  if (/extend/i.test(name)) return earlier()
  return asked.rest ?? (name === 'looseObject' ? 'yes' : 'no')
}

/** A key that no schema names: what was left out of one is a key like any other. */
const UNNAMED = '\0'

/** What a schema of an object says of a key, where it names it. */
function inObject(given: Value | undefined, key: string, asked: Asked): Passage | undefined {
  const fields = given?.shape?.k === 'object' ? given.shape.fields : undefined
  const field = fields?.get(key)
  if (field) return asked.path.length === 0 ? asked.end(field) : passage(field, asked)
  const spread = fields && given?.shape?.k === 'object' ? (given.shape.open ?? []) : given ? [given] : []
  // `{ ...schema.shape }`: its fields, whatever the other schema does with the rest.
  const found = spread.map((one) => passage(one, { ...asked, path: [key, ...asked.path], rest: 'no' }))
  return found.find((one) => one === 'yes') ?? found.find((one) => one === 'unknown')
}

const withoutRest = ({ rest: _, ...asked }: Asked): Asked => asked

const restAfter = (name: string): Passage =>
  name === 'catchall' ? 'unknown' : /^(passthrough|loose)$/.test(name) ? 'yes' : 'no'

/** `{ id: true }`, or a list of names. */
function keysOf(value: Value | undefined): ReadonlySet<string> | undefined {
  const shape = value?.shape
  if (shape?.k === 'object') return shape.open?.length ? undefined : new Set(shape.fields.keys())
  if (shape?.k !== 'array' || !shape.items) return undefined
  const names = shape.items.flatMap(({ shape: one }) => (one?.k === 'literal' ? [String(one.value)] : []))
  return names.length === shape.items.length ? new Set(names) : undefined
}

const optionsOf = (value: Value | undefined): readonly Value[] =>
  value?.shape?.k === 'array' ? (value.shape.items ?? [value.shape.of]) : []

const both = (one: Passage, other: Passage): Passage =>
  one === 'no' || other === 'no' ? 'no' : one === 'unknown' || other === 'unknown' ? 'unknown' : 'yes'

const alike = (all: readonly Passage[]): Passage =>
  all[0] !== undefined && all.every((one) => one === all[0]) ? all[0] : 'unknown'

const most = (all: readonly Passage[]): Passage =>
  all.includes('yes') ? 'yes' : all.includes('unknown') ? 'unknown' : 'no'
