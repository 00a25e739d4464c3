/** The arguments of a call: what every tool takes, and what the operation takes. */
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import { nearest } from '../core/nearest.ts'
import type { Operation } from '../core/operation.ts'
import type { OperationInput } from '../operations/inputs.ts'
import { takesOf } from './tools.ts'

export interface Asked {
  root?: string | undefined
  cursor: number
  help: boolean
  /** Seconds. */
  budget?: number | undefined
  apply: boolean
  planId?: string | undefined
  /** Also show what is only possible. */
  all: boolean
  /** The operation's own inputs but `apply`, as they were given. */
  own: Record<string, unknown>
  /** As the operation takes them. Throws a `UserError` that names the input that is wrong. */
  parse(own: Record<string, unknown>): unknown
}

const shared = z.object({
  root: z.string().min(1).optional(),
  cursor: z.number().int().min(0).default(0),
  help: z.boolean().default(false),
  budget_s: z.number().min(1).max(3600).optional(),
  apply: z.boolean().default(false),
  plan_id: z.string().optional(),
  all: z.boolean().default(false),
})

/** Throws a `UserError` for arguments that the tool does not have, or that are of another kind. */
export function read(operation: Operation<unknown>, args: unknown): Asked {
  const given = z.record(z.string(), z.unknown()).safeParse(args)
  if (!given.success)
    throw new UserError(`${operation.name} takes an object.`, `For example ${operation.name} {}.`)
  const { own, besides } = takesOf(operation)
  for (const key of Object.keys(given.data)) {
    if (own.some((one) => one.key === key) || key in besides) continue
    const names = [...own.map((one) => one.key), ...Object.keys(besides)]
    const guess = nearest(key, names)
    throw new UserError(
      `${operation.name} has no input "${key}".`,
      guess ? `Did you mean "${guess}"?` : `Inputs: ${names.join(', ')}.`,
    )
  }
  const { budget_s, plan_id, ...common } = parsed(operation, shared, given.data)
  const inputs = Object.entries(given.data).filter(([key]) => own.some((one) => one.key === key))
  return {
    ...common,
    budget: budget_s,
    planId: plan_id,
    own: Object.fromEntries(
      inputs.filter(([key]) => key !== 'apply').map(([key, value]) => [key, lenient(value, key, own)]),
    ),
    parse: (input) => parsed(operation, operation.input, input),
  }
}

/** One word where a list is wanted is a list of one. */
function lenient(value: unknown, key: string, own: readonly OperationInput[]): unknown {
  const multiple = own.find((one) => one.key === key)?.multiple
  return multiple && typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value
}

function parsed<T>(operation: Operation<unknown>, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new UserError(
    `${operation.name}: ${issue?.path.join('.') || 'input'}: ${issue?.message ?? 'not understood'}.`,
    'The call with {"help":true} lists its inputs.',
  )
}
