/** What a validation schema lets through, as far as its own source tells (Zod 3 and 4, and builders of the same form). */
import type { Value } from './value.ts'

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
