import type { NewFile } from '../../../core/change.ts'
import { literal } from '../answers.ts'
import { fromExport, fromFile, fromPackage, nameOf, type Wanted, written } from '../source.ts'
import type { Target } from '../target.ts'
import { reported } from './events.ts'

/** What all endpoints have in common, around the project's own wrapper or error handler. */
export function endpoint(t: Target): NewFile {
  const { by, from } = t.failing
  if (!from || by === 'nothing') return ownFailure(t)
  const name = nameOf(from)
  if (by === 'wrapper') return wrapped(t, name, fromExport(from))
  if (by === 'function') return handled(t, [fromExport(from)], `${name}(error)`, '')
  return handled(
    t,
    [fromExport(from)],
    `await ${name}({ handler: () => Promise.reject(error) })(request, { params: Promise.resolve({}) })`,
    '',
    true,
  )
}

const types = (request: string): string => `
type Handler = (request: ${request}) => Promise<Response>

/** What all endpoints of authentication have in common: errors become responses, and nothing is cached. */`

const finish = `
    response.headers.set('Cache-Control', 'no-store')
    if (response.status === 401) response.headers.set('WWW-Authenticate', 'Bearer')
    return response`

function handled(t: Target, imports: Wanted[], failure: string, more: string, later = false): NewFile {
  return written(
    t.habits,
    t.part.endpoint,
    [fromFile(t.part['retry-later'], 'RetryLater'), ...imports],
    `${types('Request')}
export function endpoint(handler: Handler): Handler {
  return async (request) => {
    const response = await handler(request).catch(${later ? '(error: unknown) => failed(error, request)' : 'failed'})${finish}
  }
}

${later ? `async function failed(error: unknown, request: Request): Promise<Response> {` : 'function failed(error: unknown): Response {'}
  const response = ${failure}
  if (error instanceof RetryLater) response.headers.set('Retry-After', String(error.seconds))
  return response
}${more}`,
  )
}

function wrapped(t: Target, name: string, imported: Wanted): NewFile {
  const run = name === 'handler' ? 'run' : 'handler'
  return written(
    t.habits,
    t.part.endpoint,
    [fromPackage('next/server', 'type NextRequest'), fromFile(t.part['retry-later'], 'RetryLater'), imported],
    `${types('NextRequest')}
export function endpoint(${run}: Handler): Handler {
  return async (request) => {
    let seconds: number | undefined
    const answer = ${name}(() =>
      ${run}(request).catch((error: unknown) => {
        if (error instanceof RetryLater) seconds = error.seconds
        throw error
      }),
    )
    const response = await answer(request, {})
    if (seconds !== undefined) response.headers.set('Retry-After', String(seconds))${finish}
  }
}`,
  )
}

function ownFailure(t: Target): NewFile {
  const { failure, beside, json } = t.habits.answers
  const { key, shape, fields } = failure.value
  const error = nameOf(t.error.from)
  const constants = Object.entries(beside.failure).map(([name, value]) => `${name}: ${literal(value)}, `)
  const code = fields.find((one) => /code|type/i.test(one))
  const text = fields.find((one) => /message|text|detail/i.test(one)) ?? 'message'
  const inner =
    shape === 'object'
      ? `{ ${code ? `${code === 'code' ? 'code' : `${code}: code`}, ` : ''}${text === 'message' ? 'message' : `${text}: message`} }`
      : 'message'
  const extra = shape === 'text' && code ? `, ${code === 'code' ? 'code' : `${code}: code`}` : ''
  const pair = inner === 'message' && key === 'message' ? 'message' : `${key}: ${inner}`
  const usesCode = code !== undefined
  const unexpected = reported(t)
  const call = (status: string, word: string, message: string): string =>
    usesCode ? `failure(${status}, ${word}, ${message})` : `failure(${status}, ${message})`
  return handled(
    t,
    [
      fromExport(t.error.from),
      fromPackage('zod', 'ZodError'),
      ...unexpected.imports,
      ...(json === 'NextResponse' ? [fromPackage('next/server', 'NextResponse')] : []),
    ],
    'responseTo(error)',
    `

function responseTo(error: unknown): Response {
  if (error instanceof ${error}) return ${call('error.status', 'error.code', 'error.message')}
  if (error instanceof ZodError) return ${call('422', "'invalid_input'", 'fieldsOf(error)')}
  ${unexpected.code}
  return ${call('500', "'internal_error'", "'Something went wrong'")}
}

function failure(status: number, ${usesCode ? 'code: string, ' : ''}message: string): Response {
  return ${json}.json({ ${constants.join('')}${pair}${extra} }, { status })
}

function fieldsOf(error: ZodError): string {
  const [issue] = error.issues
  return issue ? \`\${issue.path.join('.')}: \${issue.message}\` : 'Some fields are invalid'
}`,
  )
}
