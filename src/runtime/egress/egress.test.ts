import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EgressAttempt, readAttempts } from './attempts.ts'
import { requireEgress } from './place.ts'
import { openStub, type Stub } from './stub.ts'

const run = promisify(execFile)
let folder: string
let record: string
let stub: Stub
let number = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egress test '))
  record = join(folder, 'egress.jsonl')
  stub = await openStub(record)
  await writeFile(join(folder, 'authority.pem'), stub.certificate)
})

afterAll(async () => {
  await stub.close()
  await rm(folder, { recursive: true })
})

/** Runs code as the application would run, and gives what it printed as JSON with what was written down. */
async function inside(
  code: string,
  ports: number[] = [],
  led: Record<number, number> = {},
): Promise<{ said: unknown; tried: EgressAttempt[] }> {
  const before = readAttempts(record).length
  const file = join(folder, `code-${++number}.mjs`)
  writeFileSync(file, code)
  const { stdout } = await run(process.execPath, [file], {
    env: {
      PATH: '',
      NODE_OPTIONS: requireEgress(),
      NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem'),
      BACKEND_ENGINEER_EGRESS: JSON.stringify({
        record,
        ports,
        led,
        stub: { plain: stub.plain, tls: stub.tls, hosts: stub.hosts },
      }),
    },
  })
  return { said: JSON.parse(stdout), tried: readAttempts(record).slice(before) }
}

const say = 'const say = (value) => process.stdout.write(JSON.stringify(value));'

it('refuses names and addresses by every way out, and writes them down', async () => {
  const { said, tried } = await inside(
    `
    import net from 'node:net'
    import tls from 'node:tls'
    import http from 'node:http'
    import http2 from 'node:http2'
    import { lookup, resolve4 } from 'node:dns/promises'
    import dgram from 'node:dgram'
    ${say}
    const failing = (emitter) => new Promise((done) => emitter.once('error', (error) => done(error.code)))
    const codes = {
      net: await failing(net.connect(80, 'net.example.com')),
      address: await failing(net.connect({ host: '198.51.100.7', port: 22 })),
      tls: await failing(tls.connect({ host: 'tls.example.com', port: 443 })),
      http: await failing(http.get('http://http.example.com/path')),
      http2: await failing(http2.connect('https://http2.example.com')),
      fetch: await fetch('https://fetch.example.com/').catch((error) => error.cause.code),
      socket: await failing(net.connect('/var/run/docker.sock')),
      resolve: await resolve4('resolve.example.com').catch((error) => error.code),
      lookup: (await lookup('lookup.example.com')).address,
      datagram: await new Promise((done) =>
        dgram.createSocket('udp4').send('x', 8125, 'udp.example.com', (error) => done(error.code))),
    }
    say(codes)
    process.exit(0)
  `,
  )
  expect(said).toEqual({
    net: 'ECONNREFUSED',
    address: 'ECONNREFUSED',
    tls: 'ECONNREFUSED',
    http: 'ECONNREFUSED',
    http2: 'ECONNREFUSED',
    fetch: 'ECONNREFUSED',
    socket: 'ECONNREFUSED',
    resolve: 'ENOTFOUND',
    lookup: '192.0.2.1',
    datagram: 'ECONNREFUSED',
  })
  expect(tried.map(({ kind, host, port }) => `${kind} ${host} ${port ?? ''}`.trim())).toEqual([
    'connect net.example.com 80',
    'connect 198.51.100.7 22',
    'connect tls.example.com 443',
    'connect http.example.com 80',
    'connect http2.example.com 443',
    'connect fetch.example.com 443',
    'connect /var/run/docker.sock 0',
    'lookup resolve.example.com',
    'lookup lookup.example.com',
    'datagram udp.example.com 8125',
  ])
  expect(tried[0]?.frame).toMatch(/code-1\.mjs:\d+:\d+$/)
})

it('opens loopback for the given ports and for what the process serves itself', async () => {
  const server = createServer((_, response) => response.end('here'))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address: AddressInfo | string | null = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const code = `
    import { createServer } from 'node:http'
    ${say}
    const own = createServer((_, response) => response.end('own'))
    await new Promise((done) => own.listen(0, '127.0.0.1', done))
    const text = (port, host = '127.0.0.1') =>
      fetch('http://' + host + ':' + port).then((answer) => answer.text(), (error) => error.cause.code)
    say([await text(${port}), await text(${port}, 'localhost'), await text(own.address().port)])
    process.exit(0)
  `
  expect(await inside(code, [port])).toEqual({ said: ['here', 'here', 'own'], tried: [] })
  const led = `
    ${say}
    const text = (host) => fetch('http://' + host + ':6379').then((one) => one.text(), (error) => error.cause.code)
    say([await text('127.0.0.1'), await text('localhost'), await text('cache.example.com')])
    process.exit(0)
  `
  expect((await inside(led, [], { 6379: port })).said).toEqual(['here', 'here', 'ECONNREFUSED'])
  const closed = await inside(code)
  expect(closed.said).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'own'])
  expect(closed.tried.map((one) => one.port)).toEqual([port, port])
  server.close()
})

it('answers for known services over TLS, with the body written down', async () => {
  const { said, tried } = await inside(`
    import https from 'node:https'
    ${say}
    const charge = await fetch('https://api.stripe.com/v1/customers', { method: 'POST', body: 'email=canary-7' })
    const stored = await new Promise((done, failed) => {
      const request = https.request('https://bucket.s3.eu-west-1.amazonaws.com/key', { method: 'PUT' }, (answer) => {
        answer.resume()
        done(answer.statusCode)
      })
      request.once('error', failed)
      request.end('content')
    })
    say({ customer: (await charge.json()).id, stored })
    process.exit(0)
  `)
  expect(said).toEqual({ customer: 'customer_stub', stored: 200 })
  expect(tried).toMatchObject([
    { kind: 'request', method: 'POST', url: 'https://api.stripe.com/v1/customers', body: 'email=canary-7' },
    { kind: 'request', method: 'PUT', url: 'https://bucket.s3.eu-west-1.amazonaws.com/key', body: 'content' },
  ])
})

it('holds threads and child processes of Node.js, and writes down other programs', async () => {
  const { said, tried } = await inside(`
    import { execFileSync, spawn } from 'node:child_process'
    import { Worker } from 'node:worker_threads'
    ${say}
    const code = "fetch('http://%.example.com').catch((error) => process.stdout.write(error.cause.code))"
    const child = execFileSync(process.execPath, ['-e', code.replace('%', 'child')], { encoding: 'utf8' })
    const thread = await new Promise((done) => {
      const body = "fetch('http://thread.example.com').catch((error) => require('node:worker_threads').parentPort.postMessage(error.cause.code))"
      new Worker(body, { eval: true }).once('message', done)
    })
    await new Promise((done) => spawn('no-such-program', []).once('error', done))
    say({ child, thread })
    process.exit(0)
  `)
  expect(said).toEqual({ child: 'ECONNREFUSED', thread: 'ECONNREFUSED' })
  expect(tried.map(({ kind, host }) => `${kind} ${host}`).sort()).toEqual([
    'connect child.example.com',
    'connect thread.example.com',
    'process no-such-program',
  ])
})

it('leaves sockets of the run to the tools that made them, but none behind a link', async () => {
  const { said, tried } = await inside(`
    import net from 'node:net'
    import { symlinkSync } from 'node:fs'
    ${say}
    const at = ${JSON.stringify(folder)}
    const server = net.createServer((socket) => socket.end('worker'))
    await new Promise((done) => server.listen(at + '/worker.sock', done))
    const read = (path) => new Promise((done) => net.connect(path).once('data', (data) => done(String(data))).once('error', (error) => done(error.code)))
    symlinkSync('/var/run', at + '/elsewhere')
    say([await read(at + '/worker.sock'), await read(at + '/elsewhere/docker.sock'), await read(at + '/../none.sock')])
    server.close()
  `)
  expect(said).toEqual(['worker', 'ECONNREFUSED', 'ECONNREFUSED'])
  expect(tried).toHaveLength(2)
})
