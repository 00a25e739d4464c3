/** Requests to the running copy. To loopback alone, whatever the caller says, and never where a redirect leads. */
import { randomUUID } from 'node:crypto'
import { type IncomingMessage, request as open } from 'node:http'
import { UserError } from '../../core/error.ts'

export interface HttpRequest {
  method: string
  /** Path and query, sent as they are: nothing is normalized or encoded. */
  path: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** Sent in chunks, without a length. */
  chunked?: boolean
  /** Value of the header by which the capture tells requests apart; absent: made up. */
  id?: string
}

export interface HttpAnswer {
  status: number
  /** Lower-case names. Several `set-cookie` are joined by a line feed, which none can hold. */
  headers: Record<string, string>
  /** The first `KEPT_BYTES` of the body, read as UTF-8. */
  body: string
  /** Size of the whole body in bytes, as far as it was read. */
  bytes: number
  /** Milliseconds from sending until the last byte. */
  ms: number
  id: string
}

/** The app did not answer: not in time, or the connection ended. */
export class NoAnswer extends Error {
  readonly id: string

  constructor(message: string, id: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'NoAnswer'
    this.id = id
  }
}

export const REQUEST_ID = 'x-backend-engineer-request'
/** What is kept of a body; the rest is counted only. */
export const KEPT_BYTES = 1 << 20
/** Where reading ends: a body without end must not keep us. */
const READ_BYTES = 256 << 20
/** In `next dev`, the first request of a route waits until it is compiled. */
const TIME_LIMIT_MS = 30_000

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/

/** Refuses every origin but `http://` on a loopback address. */
export function loopback(origin: string): URL {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  if (url?.protocol === 'http:' && LOOPBACK.test(url.hostname)) return url
  throw new UserError(
    `Requests are sent to this machine only, not to ${origin}.`,
    'Run the application here: it is started in a contained copy, at an address like http://127.0.0.1:3000.',
  )
}

/**
 * Sends one request and reads its answer. A request that changes something carries the `origin` of the app, as a
 * browser's would; a header `origin` of the caller is sent instead, and an empty one is left out.
 *
 * Throws `NoAnswer` after 10 s without a whole answer (`options.timeLimit`, milliseconds), and when the connection fails.
 */
export async function send(
  origin: string,
  request: HttpRequest,
  options: { signal?: AbortSignal; timeLimit?: number } = {},
): Promise<HttpAnswer> {
  const url = loopback(origin)
  if (!request.path.startsWith('/')) throw new Error(`No path: ${request.path}`)
  const id = request.id ?? randomUUID()
  const limit = options.timeLimit ?? TIME_LIMIT_MS
  const timer = AbortSignal.timeout(limit)
  const signal = options.signal ? AbortSignal.any([timer, options.signal]) : timer
  const begin = performance.now()
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      const why = timer.aborted ? `within ${limit / 1000} s` : `(${messageOf(cause)})`
      const failure = new NoAnswer(`No answer to ${request.method} ${request.path} ${why}.`, id, { cause })
      reject(options.signal?.aborted ? options.signal.reason : failure)
    }
    const sent = open(
      {
        // `localhost` may mean something else in the hosts file.
        host: url.hostname === 'localhost' ? '127.0.0.1' : url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || 80,
        method: request.method,
        path: request.path,
        headers: headersOf(url, request, id),
        agent: false,
        signal,
      },
      (answer) => {
        read(answer).then(
          (part) => resolve({ ...part, ms: performance.now() - begin, id }),
          (error: unknown) => fail(error),
        )
      },
    )
    sent.on('error', fail)
    if (request.chunked) sent.write(request.body ?? '')
    sent.end(request.chunked ? undefined : request.body)
  })
}

/** What goes out, names in lower case. */
function headersOf(url: URL, request: HttpRequest, id: string): Record<string, string> {
  const headers: Record<string, string> = { host: url.host, 'accept-encoding': 'identity' }
  if (!/^(GET|HEAD|OPTIONS)$/.test(request.method)) headers.origin = url.origin
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value
  if (headers.origin === '') delete headers.origin
  headers[REQUEST_ID] = id
  const { body, chunked } = request
  if (body !== undefined && !chunked) headers['content-length'] = String(Buffer.byteLength(body))
  return headers
}

async function read(answer: IncomingMessage): Promise<Omit<HttpAnswer, 'ms' | 'id'>> {
  const kept: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer) {
    const part = Buffer.from(chunk)
    if (bytes < KEPT_BYTES) kept.push(part.subarray(0, KEPT_BYTES - bytes))
    bytes += part.length
    if (bytes >= READ_BYTES) break
  }
  const headers = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join('\n') : value]],
  )
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: new TextDecoder().decode(Buffer.concat(kept)),
    bytes,
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
