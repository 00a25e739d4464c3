/** An endpoint that refuses a body often says why: the issues of its validation library, read and answered. */
import type { Shot } from './attempts.ts'
import type { Seen } from './bench.ts'
import { schemaAt } from './inputs.ts'
import { type Issue, issuesIn, parsed, textsIn } from './issues.ts'
import { guess, type Plain, sample } from './sample.ts'

/**
 * The shot with values that answer the issues; `undefined` when nothing was understood, or nothing new. `rows` gives
 * the key of a seeded row for names like `websiteId`.
 */
export function repaired(
  shot: Shot,
  seen: Seen,
  rows: (name: string) => Plain | undefined = () => undefined,
): Shot | undefined {
  const issues = issuesOf(seen)
  const root = rootOf(seen, shot)
  const set = new Map(shot.set ?? [])
  if (
    seen.response.status === 415 &&
    seen.call.k === 'http' &&
    seen.call.json === undefined &&
    set.size === 0
  )
    return { ...shot, set: new Map([['body', {}]]) }
  let learnt = false
  for (const issue of issues) {
    const name = String(issue.path.at(-1) ?? '')
    const known =
      issue.expected === 'string' || KEY.test(issue.format ?? '')
        ? (rows(name) ?? rows(`${name}Id`))
        : undefined
    const value = known ?? answer(issue)
    const path = [root, ...issue.path].join('.')
    if (value === undefined || isSame(set.get(path), value)) continue
    if (issue.path.length === 0 && (root === 'query' || issue.expected !== 'object')) continue
    set.set(path, value)
    learnt = true
  }
  if (learnt) return { ...shot, set }
  const wanted = named(shot, seen, root, rows)
  return wanted.length > 0 ? { ...shot, set: new Map([...set, ...wanted]) } : undefined
}

/** Formats that keys of rows have. */
const KEY = /^(uuid|cuid|cuid2|ulid|nanoid)$/

/**
 * What an answer asks for in words, of parts that may be left out: `Either startAt and endAt or startDate and endDate must
 * be provided`. Only the first where it wants one of several.
 */
function named(
  { template, set }: Shot,
  { response: { status, body } }: Seen,
  root: string,
  rows: (name: string) => Plain | undefined,
): [string, Plain][] {
  if (status !== 400 && status !== 422) return []
  const texts = textsIn(parsed(body) ?? body).filter((text) => text.length < 500)
  const said = texts.join(' ')
  const found = template.inputs.all.flatMap(({ path }): [string, Plain][] => {
    const name = path.split('.').at(-1) ?? ''
    const open = path.startsWith(`${root}.`) && !path.includes('[') && set?.get(path) === undefined
    if (!open || name.length < 3 || !new RegExp(`\\b${name}\\b`).test(said)) return []
    const schema = schemaAt(template.inputs.schemas, path)
    const known = rows(name) ?? rows(`${name}Id`)
    const value = known ?? (schema ? sample(schema, path, { unique: 'named' }) : guess(name, 'named'))
    return value === undefined ? [] : [[path, value]]
  })
  return /\b(exactly|only) one\b/i.test(said) ? found.slice(0, 1) : found
}

/** A server action answers 200, and its result is a line of the stream: `1:{"validationErrors":{…}}`. */
function issuesOf({ call, response: { status, body } }: Seen): Issue[] {
  if (call.k === 'action') {
    const result = /^\w+:(\{.*"(?:validationErrors|fieldErrors)".*\})$/m.exec(body)?.[1]
    const whole =
      result === undefined
        ? undefined
        : /"(?:validationErrors|fieldErrors)":\{"_errors":\["([^"]*)"/.exec(result)
    // The errors of the whole stand beside those of its fields.
    const missing: Issue[] =
      whole && /expected object/i.test(whole[1] ?? '') ? [{ path: [], expected: 'object' }] : []
    return result === undefined ? [] : [...missing, ...issuesIn(parsed(result))]
  }
  return status === 400 || status === 422 ? issuesIn(parsed(body)) : []
}

/** Without a body it is about the query, unless the method is one that comes with a body. */
function rootOf({ call }: Seen, { template }: Shot): string {
  if (call.k === 'procedure') return 'input'
  if (call.k === 'action') return template.run.parameters?.[0]?.name ?? 'input'
  if (call.k !== 'http' || call.json !== undefined) return 'body'
  return /^(POST|PUT|PATCH)$/.test(call.method) ? 'body' : 'query'
}

const isSame = (a: Plain | undefined, b: Plain): boolean => JSON.stringify(a) === JSON.stringify(b)

function answer({
  path,
  code,
  expected,
  format,
  validation,
  values,
  options,
  minimum,
  origin,
}: Issue): Plain | undefined {
  const choice = (values ?? options)?.find((one) => /^(string|number|boolean)$/.test(typeof one))
  if (isScalar(choice)) return choice
  const name = String(path.at(-1) ?? '')
  const kind = format ?? (typeof validation === 'string' ? validation : undefined)
  if (kind === 'email') return 'new-repaired@example.test'
  if (kind === 'url') return 'https://example.test/repaired'
  if (kind === 'datetime') return '2032-05-04T10:00:00.000Z'
  if (kind === 'date') return '2032-05-04'
  if (kind === 'uuid') return '3f2c8f0e-6a51-4d0b-9d3a-0b6f5c1e7a42'
  if (kind === 'cuid') return 'cjld2cjxh0000qzrmn831i7rn'
  if (code === 'too_small' && (origin ?? expected) === 'array')
    return Array.from({ length: Math.min(minimum ?? 1, 20) }, () => ({}))
  if (code === 'too_small' && minimum !== undefined)
    return (origin ?? expected) === 'number' ? minimum : 'x'.repeat(Math.min(minimum, 5000))
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
