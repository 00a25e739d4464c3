/** An endpoint that refuses a body often says why: the issues of its validation library, read and answered. */
import type { Shot } from './attempts.ts'
import type { Seen } from './bench.ts'
import { type Issue, issuesIn, parsed } from './issues.ts'
import { guess, type Plain } from './sample.ts'

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
  if (issues.length === 0) return undefined
  const root = rootOf(seen, shot)
  const set = new Map(shot.set ?? [])
  let learnt = false
  for (const issue of issues) {
    const known = issue.expected === 'string' ? rows(String(issue.path.at(-1) ?? '')) : undefined
    const value = known ?? answer(issue)
    const path = [root, ...issue.path].join('.')
    if (value === undefined || isSame(set.get(path), value)) continue
    if (issue.path.length === 0 && (root === 'query' || issue.expected !== 'object')) continue
    set.set(path, value)
    learnt = true
  }
  return learnt ? { ...shot, set } : undefined
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
