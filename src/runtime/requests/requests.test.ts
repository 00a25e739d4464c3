import { execFile } from 'node:child_process'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { asCurl } from './curl.ts'
import { type HttpRequest, KEPT_BYTES, NoAnswer, REQUEST_ID, send } from './send.ts'
import { transformerOf } from './transformer.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

type Seen = { method: string; url: string; headers: Record<string, unknown>; body: string }

/** A server that notes what comes, and answers as it is told. */
async function serve(answer: Parameters<typeof createServer>[1]): Promise<{ origin: string; seen: Seen[] }> {
  const seen: Seen[] = []
  const read = async (request: IncomingMessage): Promise<void> => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(Buffer.from(part))
    const body = Buffer.concat(parts).toString('latin1')
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
  }
  const server = createServer((request, response) => {
    read(request).then(
      () => answer?.(request, response),
      () => response.destroy(),
    )
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no address')
  return { origin: `http://127.0.0.1:${address.port}`, seen }
}

describe('send', () => {
  it('sends a path and headers as they are, names the request, and follows no redirect', async () => {
    const { origin, seen } = await serve((_, response) => {
      response.writeHead(302, { location: 'http://192.0.2.1/', 'set-cookie': ['a=1', 'b=2'] }).end('moved')
    })
    const answer = await send(origin, { method: 'GET', path: '/a/../b%2f?q=[1]', headers: { Cookie: 's=1' } })
    expect(answer).toMatchObject({ status: 302, body: 'moved', bytes: 5 })
    expect(answer.headers).toMatchObject({ location: 'http://192.0.2.1/', 'set-cookie': 'a=1\nb=2' })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ url: '/a/../b%2f?q=[1]', headers: { cookie: 's=1' } })
    expect(seen[0]?.headers[REQUEST_ID]).toBe(answer.id)
    expect(seen[0]?.headers.origin).toBeUndefined()
  })

  it('has the origin of the app where something changes, unless another or none is asked for', async () => {
    const { origin, seen } = await serve((_, response) => void response.end())
    const post = (headers: Record<string, string>) =>
      send(origin, { method: 'POST', path: '/', headers, body: '{}' })
    await post({})
    await post({ Origin: 'http://evil.example' })
    await post({ origin: '' })
    expect(seen.map(({ headers }) => headers.origin)).toEqual([origin, 'http://evil.example', undefined])
  })

  it.each([
    'http://example.com',
    'https://127.0.0.1',
    'http://127.0.0.1.example.com',
    'http://[::2]',
    '/path',
  ])('refuses %s', async (origin) => {
    await expect(send(origin, { method: 'GET', path: '/' })).rejects.toThrow(/to this machine only/)
  })

  it('keeps a megabyte of a body and counts the rest', async () => {
    const { origin } = await serve((_, response) => void response.end('x'.repeat(3 << 20)))
    const answer = await send(origin, { method: 'GET', path: '/' })
    expect(answer.bytes).toBe(3 << 20)
    expect(answer.body.length).toBe(KEPT_BYTES)
  })

  it('gives up in time, on silence and on a body that does not end', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url === '/drip') response.write('part')
    })
    for (const path of ['/silent', '/drip']) {
      const begin = Date.now()
      const failure = await send(origin, { method: 'GET', path }, { timeLimit: 200 }).catch((error) => error)
      expect(failure).toBeInstanceOf(NoAnswer)
      expect(failure.message).toContain('within 0.2 s')
      expect(Date.now() - begin).toBeLessThan(2000)
    }
  })

  it('says that nothing listens, and ends when it is told to', async () => {
    await expect(send('http://127.0.0.1:1', { method: 'GET', path: '/' })).rejects.toThrow(
      /No answer to GET \//,
    )
    const { origin } = await serve(() => undefined)
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 50)
    const { signal } = stop
    await expect(send(origin, { method: 'GET', path: '/' }, { signal })).rejects.toThrow('enough')
  })
})

describe('transformerOf', () => {
  const server = (options: string) => ({
    'server/trpc.ts': `import { initTRPC } from '@trpc/server'
import { transformer } from './transformer'
export const t = initTRPC.context().create(${options})`,
    'server/transformer.ts': `import superjson from 'superjson'
export const transformer = superjson`,
  })
  it.each([
    ['', 'none'],
    ['{ transformer }', 'superjson'],
    ['{ transformer: { serialize: JSON.stringify, deserialize: JSON.parse } }', 'other'],
  ])('reads create(%s)', async (options, expected) => {
    expect(transformerOf(await projectOf(server(options)))).toBe(expected)
  })
})

const run = promisify(execFile)
const curl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

describe('asCurl', () => {
  const requests: HttpRequest[] = [
    { method: 'GET', path: "/it's?q=[1]&a=$HOME", headers: { cookie: "s=1'; echo" } },
    {
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/json' },
      body: '{"a":"\'$(x)`\\n"}',
    },
    { method: 'PUT', path: '/', body: '@file\nsecond line' },
    { method: 'POST', path: '/', body: new Uint8Array([0, 1, 255, 10]) },
    { method: 'DELETE', path: '/x', headers: { 'x-empty': '' } },
  ]
  it.runIf(curl)('says the same to the server as the request itself', async () => {
    const { origin, seen } = await serve((_, response) => void response.end('ok'))
    for (const request of requests) {
      const headers = { accept: '*/*', origin: '', ...request.headers }
      await send(origin, { ...request, headers })
      await run('sh', ['-c', asCurl(origin, request)])
    }
    const same = ({ method, url, body, headers }: Seen) => {
      const {
        host,
        connection,
        'user-agent': agent,
        'accept-encoding': encoding,
        [REQUEST_ID]: id,
        ...rest
      } = headers
      return { method, url, body, headers: rest }
    }
    expect(seen).toHaveLength(requests.length * 2)
    for (let i = 0; i < seen.length; i += 2)
      expect(seen.slice(i + 1, i + 2).map(same)).toEqual(seen.slice(i, i + 1).map(same))
  })

  it('leaves out what only the capture needs', () => {
    const line = asCurl('http://127.0.0.1:3000', { method: 'GET', path: '/', headers: { [REQUEST_ID]: '1' } })
    expect(line).toBe("curl -sS -i -g --path-as-is -X GET 'http://127.0.0.1:3000/'")
  })
})
