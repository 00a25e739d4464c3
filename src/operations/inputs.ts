import { z } from 'zod'

/** One input of an operation, as its schema says. Flags of the command line and schemas of tools are made from it. */
export interface OperationInput {
  /** Name in the schema: `failOn`. */
  key: string
  kind: 'string' | 'number' | 'boolean'
  /** Several of the kind. */
  multiple: boolean
  choices?: string[]
  /** A call without it is not understood. */
  required: boolean
  help: string
}

const property = z.object({
  type: z.enum(['string', 'number', 'integer', 'boolean', 'array']),
  enum: z.array(z.string()).optional(),
  description: z.string().optional(),
  items: z.object({ type: z.enum(['string']), enum: z.array(z.string()).optional() }).optional(),
})

const objectSchema = z.object({
  properties: z.record(z.string(), property).default({}),
  required: z.array(z.string()).default([]),
})

/** The inputs of an operation in the order of its schema. Throws for a schema that is no object of plain values and lists. */
export function inputsOf(input: z.ZodType): OperationInput[] {
  const { properties, required } = objectSchema.parse(z.toJSONSchema(input, { io: 'input' }))
  return Object.entries(properties).map(([key, { type, enum: own, description = '', items }]) => {
    const choices = own ?? items?.enum
    const kind =
      type === 'boolean' ? 'boolean' : type === 'number' || type === 'integer' ? 'number' : 'string'
    return {
      key,
      kind,
      multiple: type === 'array',
      required: required.includes(key),
      help: description,
      ...(choices ? { choices } : {}),
    }
  })
}
