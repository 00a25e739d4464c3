/** An endpoint that refuses a body often says why: the issues of its validation library, read and answered. */
import { z } from 'zod'
import type { Shot } from './attempts.ts'
import type { Seen } from './bench.ts'
import { guess, type Plain } from './sample.ts'

const issueSchema = z.object({
  path: z.array(z.union([z.string(), z.number()])),
  code: z.string().optional(),
  expected: z.unknown().optional(),
  format: z.string().optional(),
  validation: z.unknown().optional(),
  values: z.array(z.unknown()).optional(),
  options: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  keys: z.array(z.string()).optional(),
})
type Issue = z.infer<typeof issueSchema>

/** The shot with values that answer the issues; `undefined` when nothing was understood, or nothing new. */
export function repaired(shot: Shot, seen: Seen): Shot | undefined {
  const { status, body } = seen.response
  if (status !== 400 && status !== 422) return undefined
  const issues = issuesIn(parsed(body))
  if (issues.length === 0) return undefined
  const root = rootOf(seen)
  const set = new Map(shot.set ?? [])
  let learnt = false
  for (const issue of issues) {
    const value = answer(issue)
    const path = [root, ...issue.path].join('.')
    if (value === undefined || issue.path.length === 0 || set.get(path) === value) continue
    set.set(path, value)
    learnt = true
  }
  return learnt ? { ...shot, set } : undefined
}

function rootOf({ call }: Seen): string {
  if (call.k === 'procedure') return 'input'
  return call.k === 'http' && call.json === undefined ? 'query' : 'body'
}

function answer({
  path,
  code,
  expected,
  format,
  validation,
  values,
  options,
  minimum,
}: Issue): Plain | undefined {
  const choice = (values ?? options)?.find((one) => /^(string|number|boolean)$/.test(typeof one))
  if (isScalar(choice)) return choice
  const name = String(path.at(-1) ?? '')
  const kind = format ?? (typeof validation === 'string' ? validation : undefined)
  if (kind === 'email') return 'new-repaired@example.test'
  if (kind === 'url') return 'https://example.test/repaired'
  if (kind === 'datetime') return '2032-05-04T10:00:00.000Z'
  if (kind === 'date') return '2032-05-04'
  if (code === 'too_small' && minimum !== undefined)
    return expected === 'number' ? minimum : 'x'.repeat(Math.min(minimum, 5000))
  switch (expected) {
    case 'string':
      return String(guess(name, 'repaired'))
    case 'number':
    case 'int':
      return 1
    case 'boolean':
      return true
    case 'date':
      return '2032-05-04T10:00:00.000Z'
    case 'array':
      return []
    case 'object':
    case 'record':
      return {}
    default:
      return undefined
  }
}

const isScalar = (value: unknown): value is string | number | boolean =>
  /^(string|number|boolean)$/.test(typeof value)

/** Issues anywhere in the answer: `error.details`, `issues`, a JSON text in a message. */
function issuesIn(value: unknown, depth = 6): Issue[] {
  if (depth === 0) return []
  if (typeof value === 'string') return /^\s*\[/.test(value) ? issuesIn(parsed(value), depth - 1) : []
  if (Array.isArray(value)) {
    const read = value.flatMap((one) => issueSchema.safeParse(one).data ?? [])
    return read.length > 0 ? read : value.flatMap((one) => issuesIn(one, depth - 1))
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((one) => issuesIn(one, depth - 1))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
