/** What an answer says against its request: issues of a validation library, in whichever form it was sent. */
import { z } from 'zod'

export interface Issue {
  path: (string | number)[]
  code?: string | undefined
  expected?: unknown
  format?: string | undefined
  validation?: unknown
  values?: unknown[] | undefined
  options?: unknown[] | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  /** What is too small: `array`, `string`, … In zod 3 it is called `type`. */
  origin?: string | undefined
}

const issueSchema = z.object({
  path: z.array(z.union([z.string(), z.number()])),
  code: z.string().optional(),
  message: z.string().optional(),
  expected: z.unknown().optional(),
  format: z.string().optional(),
  validation: z.unknown().optional(),
  values: z.array(z.unknown()).optional(),
  options: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  origin: z.string().optional(),
  type: z.string().optional(),
})
const record = z.record(z.string(), z.unknown())
const texts = z.array(z.string()).min(1)
const tree = z.object({ errors: z.array(z.string()).default([]), properties: record.optional() })

/** All issues in a body, deep in it or in a text of it: as a list, a tree, flat by field, formatted by field. */
export function issuesIn(value: unknown, depth = 7): Issue[] {
  if (depth === 0) return []
  if (typeof value === 'string') return /^\s*[[{]/.test(value) ? issuesIn(parsed(value), depth - 1) : []
  if (Array.isArray(value)) {
    const read = value.flatMap((one) => issueSchema.safeParse(one).data ?? [])
    if (read.length > 0) return read.map(told)
    const named = value.flatMap((one) => ofNamed(one) ?? [])
    return named.length > 0 ? named : value.flatMap((one) => issuesIn(one, depth - 1))
  }
  const fields = record.safeParse(value).data
  if (!fields) return []
  const known = [...ofTree(fields, []), ...ofFields(fields)]
  return known.length > 0 ? known : Object.values(fields).flatMap((one) => issuesIn(one, depth - 1))
}

/** `{ name: 'owner.email', reason: 'Required' }`, as problem details list them. */
function ofNamed(value: unknown): Issue | undefined {
  const fields = record.safeParse(value).data ?? {}
  const name = fields.name ?? fields.field ?? fields.param ?? fields.property
  const text = fields.reason ?? fields.message ?? fields.detail
  return typeof name === 'string' && name !== '' && typeof text === 'string'
    ? inMessage(text, pathIn(name))
    : undefined
}

/** An issue without more than its message. */
const told = ({ message, type, ...rest }: z.infer<typeof issueSchema>): Issue => {
  const issue = { ...rest, origin: rest.origin ?? type }
  return issue.expected === undefined && issue.values === undefined && message !== undefined
    ? { ...inMessage(message, issue.path), ...issue }
    : issue
}

function ofTree(value: Record<string, unknown>, path: string[]): Issue[] {
  const read = tree.safeParse(value).data
  if (!read || (read.errors.length === 0 && !read.properties)) return []
  const own = read.errors.flatMap((text) => inMessage(text, path) ?? [])
  const below = Object.entries(read.properties ?? {}).flatMap(([key, one]) => {
    const fields = record.safeParse(one).data
    return fields ? ofTree(fields, [...path, key]) : []
  })
  return [...own, ...below]
}

/**
 * `{ fieldErrors: { name: ['Required'] } }`, `{ name: { _errors: ['Required'] } }`, `{ name: ['Required'] }`, and
 * `{ name: 'Required', 'owner.email': 'Required' }`.
 */
function ofFields(value: Record<string, unknown>): Issue[] {
  return Object.entries(value).flatMap(([key, one]) => {
    if (typeof one === 'string') return NOT_A_FIELD.test(key) ? [] : (inMessage(one, pathIn(key)) ?? [])
    const list = texts.safeParse(one).data ?? texts.safeParse(record.safeParse(one).data?._errors).data ?? []
    return /^(errors|_errors|formErrors)$/.test(key)
      ? []
      : list.flatMap((text) => inMessage(text, [key]) ?? [])
  })
}

/** Where texts are said about the whole. */
const NOT_A_FIELD = /^(message|error|detail|details|title|reason|description|type|code|status)$/i

const pathIn = (key: string): (string | number)[] =>
  key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))

const FORMATS: [RegExp, string][] = [
  [/invalid e-?mail/i, 'email'],
  [/invalid url/i, 'url'],
  [/invalid uuid|invalid guid/i, 'uuid'],
  [/invalid cuid/i, 'cuid'],
  [/invalid (iso )?datetime/i, 'datetime'],
  [/invalid (iso )?date/i, 'date'],
]

/** The messages of zod 3 and 4; nothing when a text is none of them. */
function inMessage(text: string, path: (string | number)[]): Issue | undefined {
  const format = FORMATS.find(([pattern]) => pattern.test(text))?.[1]
  if (format !== undefined) return { path, format }
  const choices = /^Invalid (?:option|input|enum value|literal)[^"']*((?:["'][^"']*["'](?: ?\| ?)?)+)/.exec(
    text,
  )?.[1]
  if (choices !== undefined)
    return { path, values: [...choices.matchAll(/["']([^"']*)["']/g)].map(([, one]) => one) }
  const expected = /expected (string|number|int|boolean|date|array|object|record)\b/i
    .exec(text)?.[1]
    ?.toLowerCase()
  const minimum = /(?:>=?|at least|or equal to) ?(\d+)/.exec(text)?.[1]
  if (minimum !== undefined) return { path, code: 'too_small', expected, minimum: Number(minimum) }
  if (expected !== undefined) return { path, expected }
  return /^Required$/i.test(text.trim()) ? { path, expected: 'string' } : undefined
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** All texts in an answer, deep in it: what it says in words. */
export function textsIn(value: unknown, depth = 7): string[] {
  if (depth === 0) return []
  if (typeof value === 'string') return [value]
  const fields = record.safeParse(value).data
  return (Array.isArray(value) ? value : Object.values(fields ?? {})).flatMap((one) =>
    textsIn(one, depth - 1),
  )
}
