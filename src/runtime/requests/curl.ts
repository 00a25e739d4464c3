/** A request as shell lines that need nothing but curl. */
import type { HttpRequest } from './send.ts'
import { loopback, REQUEST_ID } from './send.ts'

/** One command for a POSIX shell; a body that is no plain text is piped in from base64. */
export function asCurl(origin: string, request: HttpRequest): string {
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => name.toLowerCase() !== REQUEST_ID)
  const named = headers.some(([name]) => name.toLowerCase() === 'content-type')
  const { body } = request
  const text = body === undefined ? undefined : plain(body)
  const parts = [
    'curl -sS -i -g --path-as-is',
    request.method === 'HEAD' ? '--head' : `-X ${request.method}`,
    quote(`${loopback(origin).origin}${request.path}`),
    ...headers.map(([name, value]) => `-H ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`),
    // curl names a form when nothing is said; the request that was sent did not.
    ...(body !== undefined && !named ? ["-H 'content-type:'"] : []),
    ...(text === undefined ? [] : [`--data-raw ${quote(text)}`]),
  ]
  if (body === undefined || text !== undefined) return parts.join(' ')
  return `printf %s ${quote(Buffer.from(body).toString('base64'))} | base64 -d | ${parts.join(' ')} --data-binary @-`
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** The text of a body that a shell can hold, otherwise nothing. */
function plain(body: string | Uint8Array): string | undefined {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const same = typeof body === 'string' || Buffer.from(text).equals(body)
  return same && [...text].every((one) => one >= ' ' || one === '\n' || one === '\t') ? text : undefined
}
