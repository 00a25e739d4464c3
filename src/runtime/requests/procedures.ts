/** Calls of tRPC and oRPC procedures over HTTP. */
import { type HttpAnswer, type HttpRequest, send } from './send.ts'

export interface Procedure {
  /** Dotted path: `invoice.list`. */
  path: string
  type: 'query' | 'mutation'
  /** Path at which the router is mounted: `/api/trpc`. */
  mount: string
  /** `trpc` when absent. */
  library?: 'trpc' | 'orpc'
  /** How tRPC writes data; `none` when absent. oRPC has a way of its own. */
  transformer?: 'none' | 'superjson'
}

export interface ProcedureAnswer extends HttpAnswer {
  /** What was sent, for a reproduction. */
  request: HttpRequest
  /** What the procedure returned; absent when it failed. Dates stay the texts that they were sent as. */
  result?: unknown
  /** Of a tRPC error: `UNAUTHORIZED`, `NOT_FOUND`, … */
  code?: string
}

/** The request of one call, not batched. `undefined` as input: none is sent. */
export function procedureRequest(
  procedure: Procedure,
  input: unknown,
  headers: Record<string, string> = {},
): HttpRequest {
  const { path, type, mount, library = 'trpc', transformer = 'none' } = procedure
  const base = mount.replace(/\/$/, '')
  if (library === 'orpc') {
    const body = JSON.stringify({ json: input ?? null, meta: [] })
    return posted(`${base}/${path.split('.').map(encodeURIComponent).join('/')}`, body, headers)
  }
  const given = input === undefined ? undefined : transformer === 'superjson' ? superjson(input) : input
  const text = given === undefined ? undefined : JSON.stringify(given)
  const target = `${base}/${path.split('.').map(encodeURIComponent).join('.')}`
  if (type === 'mutation') return posted(target, text, headers)
  const query = text === undefined ? '' : `?input=${encodeURIComponent(text)}`
  return { method: 'GET', path: `${target}${query}`, headers }
}

function posted(path: string, body: string | undefined, headers: Record<string, string>): HttpRequest {
  const typed = { 'content-type': 'application/json', ...headers }
  return { method: 'POST', path, headers: typed, ...(body === undefined ? {} : { body }) }
}

/** Calls a procedure by the conventions of tRPC 10 and 11, or of oRPC. Throws what `send` throws. */
export async function callProcedure(
  origin: string,
  procedure: Procedure,
  input: unknown,
  headers: Record<string, string> = {},
  options: { signal?: AbortSignal; timeLimit?: number; id?: string } = {},
): Promise<ProcedureAnswer> {
  const plain = procedureRequest(procedure, input, headers)
  const request = options.id === undefined ? plain : { ...plain, id: options.id }
  const answer = await send(origin, request, options)
  return { ...answer, ...outcomeOf(answer.body), request: { ...request, id: answer.id } }
}

const field = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? Object.entries(of).find(([key]) => key === name)?.[1] : undefined

function outcomeOf(body: string): { result?: unknown; code?: string } {
  let answer: unknown
  try {
    answer = JSON.parse(body)
  } catch {
    return {}
  }
  const error = field(answer, 'error')
  if (error !== undefined) {
    const code = field(field(field(error, 'json') ?? error, 'data'), 'code')
    return typeof code === 'string' ? { code } : {}
  }
  const wrapped = field(answer, 'result')
  const data = wrapped === undefined ? answer : field(wrapped, 'data')
  return { result: field(data, 'json') ?? data }
}

/**
 * The form that superjson writes: dates and the like as texts, and a list of where they are. Enough for what a procedure
 * is given: dates, `undefined`, big integers, in objects and arrays.
 */
export function superjson(input: unknown): { json: unknown; meta?: { values: unknown } } {
  const values: Record<string, unknown[]> = {}
  const json = written(input, [], (path, type) => {
    values[path.map((part) => part.replaceAll('\\', '\\\\').replaceAll('.', '\\.')).join('.')] = [type]
  })
  if (values[''] !== undefined) return { json, meta: { values: values[''] } }
  return Object.keys(values).length > 0 ? { json, meta: { values } } : { json }
}

function written(value: unknown, path: string[], note: (path: string[], type: string) => void): unknown {
  const special = value === undefined ? 'undefined' : value instanceof Date ? 'Date' : typeof value
  if (special === 'undefined' || special === 'Date' || special === 'bigint') note(path, special)
  if (value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map((one, i) => written(one, [...path, String(i)], note))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, written(one, [...path, key], note)]),
  )
}
