/** What a validation schema lets through, as far as its own source tells (Zod 3 and 4, and builders of the same form). */
import { keepsKey } from './passage.ts'
import { textsOf, type Value } from './value.ts'

/** Types that accept keys nobody listed. */
const LOOSE = /^(any|unknown|record|passthrough|loose|looseObject|catchall|custom|json|map)$/
/** Calls that keep the type they are called on. */
export const KEEPS_SCHEMA =
  /^(optional|nullable|nullish|default|describe|refine|superRefine|transform|readonly|brand|meta|catch|check|pipe|min|max|trim|strict|partial|required|strip)$/

/** True when the parsed value may carry keys that the schema does not name. A schema that cannot be read is trusted. */
export function isLoose(schema: Value | undefined): boolean {
  const shape = schema?.shape
  return shape?.k === 'chain' && shape.steps.some((step) => LOOSE.test(step.name))
}

/** Schemas of these packages leave out what they do not name, unless they say otherwise. */
const STRIPS = /^(zod|valibot)(\/|$)/

/** A schema of one object has parsed it, and that does not name the key: there is nothing under it any more. */
export function isDropped(schema: Value | undefined, key: string): boolean {
  const shape = schema?.shape
  if (!schema || shape?.k !== 'chain' || !STRIPS.test(shape.from)) return false
  const isObject = shape.steps.every(
    ({ name }) => !/^(array|set|tuple|map|record|lazy|transform|pipe|preprocess|codec)$/.test(name),
  )
  return isObject && keepsKey(schema, key) === 'no'
}

/** The schema of one field of an object schema, also where that was picked, extended, or stands in a list. */
export function fieldSchema(schema: Value | undefined, key: string, depth = 6): Value | undefined {
  const shape = schema?.shape
  if (shape?.k !== 'chain' || depth === 0) return undefined
  const inside = (value: Value | undefined): Value | undefined => fieldSchema(value, key, depth - 1)
  for (const step of shape.steps.toReversed()) {
    const [first, second] = step.args
    const names = fieldsOf(first)
    if (/^(pick|omit)$/.test(step.name) && names) {
      if (names.has(key) === (step.name === 'omit')) return undefined
      continue
    }
    if (KEEPS_SCHEMA.test(step.name) || /^(shape|array|deepPartial|nonempty|or)$/.test(step.name)) {
      if (step.name !== 'array' || step.args.length === 0) continue
      return inside(first)
    }
    if (/^(array|set|preprocess)$/.test(step.name)) return inside(step.name === 'preprocess' ? second : first)
    if (step.name === 'intersection') return inside(first) ?? inside(second)
    if (/^(union|discriminatedUnion)$/.test(step.name)) {
      const options = (step.name === 'union' ? first : second)?.shape
      return options?.k === 'array' ? firstOf(options.items ?? [options.of], inside) : undefined
    }
    if (!/^(object|strictObject|looseObject|extend|safeExtend|merge|and)$/.test(step.name)) return undefined
    const field =
      names?.get(key) ?? firstOf([...openOf(first)], inside) ?? (names ? undefined : inside(first))
    if (field) return field
  }
  return undefined
}

const fieldsOf = (value: Value | undefined): ReadonlyMap<string, Value> | undefined =>
  value?.shape?.k === 'object' ? value.shape.fields : undefined

const openOf = (value: Value | undefined): readonly Value[] =>
  value?.shape?.k === 'object' ? (value.shape.open ?? []) : []

function firstOf(values: readonly Value[], find: (value: Value) => Value | undefined): Value | undefined {
  for (const value of values) {
    const found = find(value)
    if (found) return found
  }
  return undefined
}

/** The texts that a schema lets through: `z.enum(['a', 'b'])`, `z.literal('a')`, `.exclude([…])` taken off. */
export function allowedTexts(schema: Value | undefined): string[] | undefined {
  const shape = schema?.shape
  if (shape?.k !== 'chain') return undefined
  let texts: string[] | undefined
  for (const { name, args } of shape.steps) {
    const [given] = args
    if (!given) continue
    if (/^(enum|picklist|literal)$/.test(name)) texts = textsOf(given)
    else if (name === 'extract') texts = textsOf(given)
    else if (name === 'exclude' && texts) {
      const without = new Set(textsOf(given))
      texts = texts.filter((text) => !without.has(text))
    }
  }
  return texts && texts.length > 0 ? texts : undefined
}
