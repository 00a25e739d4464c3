/**
 * An application that tries every way to another address, in a network namespace of this test: the address is there and
 * listens, so that a way out would arrive.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Child, startChild } from './child.ts'

const base = join(import.meta.dirname, '../fixtures/.build', `no-way-out-${process.pid}`)
/** Short: sockets are in it. */
const work = mkdtempSync(join(tmpdir(), 'w-'))
/** Of a block for documentation; inside of the test's namespace it is an address of the machine. */
const THERE = '203.0.113.5'

const files: Record<string, string> = {
  'package.json': '{"name":"ways","private":true,"dependencies":{"next":"16.4.5"}}',
  'pages/api/ways.js': `
    import { execFile } from 'node:child_process'
    import dgram from 'node:dgram'
    import { lookup, Resolver } from 'node:dns/promises'
    import http from 'node:http'
    import http2 from 'node:http2'
    import https from 'node:https'
    import net from 'node:net'
    import tls from 'node:tls'
    import { Worker } from 'node:worker_threads'

    const there = '${THERE}'
    const ended = (emitter, arrived) => new Promise((done) => {
      emitter.once('error', (error) => done(error.code ?? error.message))
      emitter.once(arrived, () => done('arrived'))
      setTimeout(() => done('silent'), 3000)
    })
    const program = (file, args, options) => new Promise((done) =>
      execFile(file, args, { timeout: 5000, ...options }, (error, out) => done(error ? 'failed' : out || 'arrived')))
    const ways = {
      net: () => ended(net.connect(80, there), 'connect'),
      tls: () => ended(tls.connect(443, there, { rejectUnauthorized: false }), 'secureConnect'),
      http: () => ended(http.get('http://' + there + '/'), 'response'),
      https: () => ended(https.get('https://' + there + '/', { rejectUnauthorized: false }), 'response'),
      http2: () => ended(http2.connect('http://' + there), 'remoteSettings'),
      fetch: () => fetch('http://' + there + '/').then(() => 'arrived', (error) => error.cause?.code ?? error.message),
      named: () => fetch('http://metrics.example.com/').then(() => 'arrived', (error) => error.cause?.code ?? error.message),
      mapped: () => ended(net.connect(80, '::ffff:' + there), 'connect'),
      datagram: () => new Promise((done) => dgram.createSocket('udp4').send('x', 8125, there, (error) => done(error?.code ?? 'sent'))),
      lookup: () => lookup('names.example.com').then(({ address }) => address, (error) => error.code),
      resolver: () => {
        const resolver = new Resolver({ timeout: 500, tries: 1 })
        resolver.setServers([there])
        return resolver.resolve4('resolver.example.com').then(() => 'arrived', (error) => error.code)
      },
      thread: () => ended(new Worker("require('node:net').connect(80, '" + there + "').on('connect', () => require('node:worker_threads').parentPort.postMessage(1))", { eval: true }), 'message'),
      curl: () => program('curl', ['-s', '-m', '2', 'http://' + there + '/']),
      bare: () => program(process.execPath, ['-e', "require('node:net').connect(80, '" + there + "', () => { console.log('arrived'); process.exit() }).on('error', () => process.exit(3))"], { env: {} }),
    }

    export default async function handler(request, response) {
      const said = {}
      for (const name of request.body) said[name] = await ways[name]()
      response.json(said)
    }
  `,
}

const held = [
  'net',
  'tls',
  'http',
  'https',
  'http2',
  'fetch',
  'named',
  'mapped',
  'datagram',
  'lookup',
  'resolver',
  'thread',
]
/** Programs, which a preload does not hold. */
const programs = ['curl', 'bare']

/** Runs in the namespace: listens at the address, brings the application up in both ways, and tells what came. */
const code = `
  const net = await import('node:net')
  const dgram = await import('node:dgram')
  const { openWorkplace } = await load('sandbox/workplace.ts')
  const { stageApp } = await load('runtime/app/stage.ts')
  const { bringUp } = await load('runtime/app/bring-up.ts')
  const [root, work, there, ways] = process.argv.slice(1)
  let came = 0
  const servers = [80, 443, 53].map((port) => net.createServer((socket) => { came++; socket.destroy() }).listen(port, there))
  const sockets = [8125, 53].map((port) => dgram.createSocket('udp4').on('message', () => came++).bind(port, there))
  await new Promise((done) => net.connect(80, there).once('close', done))
  const reached = came
  const workplace = await openWorkplace(work)
  const answer = {}
  for (const isolation of ['auto', 'none']) {
    const staged = await stageApp({ root, app: '.', members: ['.'] }, workplace)
    const app = await bringUp(staged, { mode: 'dev', databaseUrl: 'postgresql://nobody@127.0.0.1:1/none', isolation, parent: { PATH: process.env.PATH } })
    const wanted = app.containment.kind === 'namespaces' ? JSON.parse(ways).all : JSON.parse(ways).held
    came = 0
    const response = await fetch(app.origin + '/api/ways', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wanted) })
    const said = await response.json()
    const hits = came
    const tried = app.egress().map(({ kind, host, port }) => [kind, host, port ?? ''].join(' ').trim())
    await app.stop()
    answer[isolation] = { kind: app.containment.kind, said, hits, tried }
  }
  await workplace.close()
  console.log(JSON.stringify({ reached, ...answer }))
  process.exit()
`

const seen = z.object({
  kind: z.string(),
  said: z.record(z.string(), z.string()),
  hits: z.number(),
  tried: z.array(z.string()),
})
const answer = z.object({ reached: z.number(), auto: seen, none: seen })

const network = (then: string): string[] => [
  'unshare',
  '-Urn',
  'sh',
  '-c',
  `ip link set lo up && ip addr add ${THERE}/32 dev lo && ${then}`,
  'sh',
]
const mayMakeNetworks =
  process.platform === 'linux' && spawnSync('unshare', network('true').slice(1)).status === 0

describe.runIf(mayMakeNetworks)('another address', () => {
  let child: Child
  let known: z.infer<typeof answer>

  beforeAll(async () => {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(base, 'ways', file)), { recursive: true })
      writeFileSync(join(base, 'ways', file), content)
    }
    const ways = JSON.stringify({ held, all: [...held, ...programs] })
    child = startChild(code, [join(base, 'ways'), work, THERE, ways], network('exec "$@"'))
    known = answer.parse(JSON.parse(await child.line()))
  }, 240_000)
  afterAll(async () => {
    await child.kill()
    for (const folder of [base, work]) rmSync(folder, { recursive: true, force: true })
  })

  it('is there, and would be reached', () => {
    expect(known.reached).toBe(1)
  })

  it.each(['auto', 'none'] as const)(
    'is never reached, and every attempt is listed, with isolation %s',
    (isolation) => {
      const { kind, said, hits, tried } = known[isolation]
      expect(hits).toBe(0)
      const { lookup, ...rest } = said
      // A name gets an address that leads nowhere.
      expect(lookup).toBe('192.0.2.1')
      for (const [way, how] of Object.entries(rest))
        expect(`${way} ${how}`).toMatch(/ECONNREFUSED|ENOTFOUND|failed$/)
      expect(Object.keys(said)).toEqual(kind === 'namespaces' ? [...held, ...programs] : held)
      for (const one of [
        `connect ${THERE} 80`,
        `connect ${THERE} 443`,
        `connect ::ffff:${THERE} 80`,
        'connect metrics.example.com 80',
        `datagram ${THERE} 8125`,
        'lookup names.example.com',
        'lookup resolver.example.com',
        ...(kind === 'namespaces' ? ['process curl'] : []),
      ])
        expect(tried).toContain(one)
      // net, http, http2, fetch and the thread.
      expect(tried.filter((one) => one === `connect ${THERE} 80`).length).toBeGreaterThanOrEqual(5)
    },
  )
})
