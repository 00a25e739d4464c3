/** What a validation schema lets through, as far as its own source tells (Zod 3 and 4, and builders of the same form). */
import { textsOf, type Value, visibleFields } from './value.ts'

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

/** The schema of one field of an object schema. */
export function fieldSchema(schema: Value | undefined, key: string): Value | undefined {
  const shape = schema?.shape
  if (shape?.k !== 'chain') return undefined
  for (const step of shape.steps.toReversed()) {
    const named = /^(omit|pick)$/.test(step.name) ? visibleFields(step.args[0]).has(key) : undefined
    if (named !== undefined) {
      if (named === (step.name === 'omit')) return undefined
      continue
    }
    if (KEEPS_SCHEMA.test(step.name)) continue
    const fields = /^(object|strictObject|looseObject|extend|safeExtend|merge)$/.test(step.name)
      ? step.args[0]?.shape
      : undefined
    if (fields?.k !== 'object') return undefined
    const field = fields.fields.get(key)
    if (field) return field
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
