/** Answers in the place of outside services, on loopback, and writes down what was asked. */
import { appendFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createSecureContext } from 'node:tls'
import { makeAuthority } from './certificates.ts'
import { serviceOf, stubbedHosts } from './services.ts'

export interface Stub {
  /** Ports on loopback for plain and for encrypted requests. */
  plain: number
  tls: number
  hosts: string[]
  /** PEM of the authority that the application has to trust. */
  certificate: string
  close(): Promise<void>
}

const MAX_BODY = 1 << 20
const KEPT = 1000

/** Opens the stub. Requests are written to `record` as lines of JSON; it must be possible to append to it. */
export async function openStub(record: string): Promise<Stub> {
  const authority = makeAuthority()
  const answer = (secure: boolean) => (request: IncomingMessage, response: ServerResponse) =>
    void reply(record, secure, request, response).catch(() => response.destroy())
  const plain = createServer(answer(false))
  const known = authority.issue(stubbedHosts)
  const secure = createSecureServer(
    {
      ...known,
      SNICallback: (name, done) => done(null, createSecureContext(authority.issue([name]))),
    },
    answer(true),
  )
  return {
    plain: await portOf(plain),
    tls: await portOf(secure),
    hosts: stubbedHosts,
    certificate: authority.certificate,
    close: async () => {
      await Promise.all([plain, secure].map(closed))
    },
  }
}

async function reply(
  record: string,
  secure: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request
  const host = (headers.host ?? '').replace(/:\d+$/, '')
  let body = ''
  for await (const chunk of request) if (body.length < MAX_BODY) body += String(chunk)
  const attempt = {
    kind: 'request',
    host,
    method,
    url: `${secure ? 'https' : 'http'}://${host}${path}`,
    ...(body === '' ? {} : { body: body.slice(0, KEPT) }),
    at: Date.now(),
  }
  appendFileSync(record, `${JSON.stringify(attempt)}\n`)
  const service = serviceOf(host)
  if (service === undefined) {
    response.writeHead(502).end()
    return
  }
  const answer = service.answer({ method, host, path, body })
  const isText = typeof answer.body === 'string'
  response.writeHead(answer.status, {
    ...(isText ? { 'content-type': 'text/plain' } : { 'content-type': 'application/json' }),
    ...answer.headers,
  })
  response.end(answer.body === undefined ? '' : isText ? answer.body : JSON.stringify(answer.body))
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', done)
  })
  // Nothing of a run is kept alive by its stub.
  server.unref()
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The stub has no address.')
  return address.port
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
}
