/**
 * What share of the statements that reach the server has a request, a call of Prisma and the right line, and what the
 * capture costs. `npm run build && node bench/capture.mjs [app …] [--no-cost] [--keep]`; result in `bench/capture.txt`.
 */
import { execFile, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { parseSync, Visitor } from 'oxc-parser'
import { openServer } from '../dist/database/server.js'
import { createTables } from '../dist/database/tables.js'
import { captureEnv } from '../dist/runtime/capture/preload-path.js'
import { readWorkload } from '../dist/runtime/capture/read-workload.js'
import { markRecords } from '../dist/runtime/capture/records.js'
import { openWorkplace } from '../dist/sandbox/workplace.js'
import { openWire } from '../test/wire.mjs'
import { apps } from './capture-apps.mjs'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)
const next = join(root, 'node_modules/next/dist/bin/next')
const flags = process.argv.slice(2).filter((one) => one.startsWith('--'))
const wanted = process.argv.slice(2).filter((one) => !one.startsWith('--'))
const modes = ['dev', 'start', 'webpack', 'vitest'].filter((one) => !flags.includes(`--no-${one}`))
const PAIRS = 6
const REQUESTS = 300

const base = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  NEXT_TELEMETRY_DISABLED: '1',
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
}

/** The app in a copy inside of this repository, where its packages resolve, with its client. */
async function copyApp(app) {
  const folder = join(root, 'fixtures/.build', `capture-${app.name}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(join(root, app.from), folder, {
    recursive: true,
    filter: (file) => !/[/\\](node_modules|\.next|generated|dist)$/.test(file),
  })
  const env = { ...base, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }
  const prisma = join(root, 'node_modules/prisma/build/index.js')
  await run(process.execPath, [prisma, 'generate'], { cwd: join(folder, app.prisma), env })
  return folder
}

const build = (app, folder, env, ...args) =>
  run(process.execPath, [next, 'build', ...args], {
    cwd: join(folder, app.next),
    env: {
      ...base,
      ...app.env,
      NODE_ENV: 'production',
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
      ...env,
    },
    maxBuffer: 64 << 20,
  })

async function freePort() {
  const probe = createServer()
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function serve(app, folder, command, env) {
  const port = await freePort()
  const child = spawn(process.execPath, [next, ...command, '-p', String(port), '-H', '127.0.0.1'], {
    cwd: join(folder, app.next),
    env: { ...base, ...app.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk))
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const origin = `http://127.0.0.1:${port}`
  for (const end = Date.now() + 60_000; !log.includes('Ready in'); await sleep(50))
    if (Date.now() > end || child.exitCode !== null) throw new Error(`${app.name} did not start\n${log}`)
  return {
    origin,
    pid: child.pid,
    log: () => log,
    async stop() {
      // The whole group: `next dev` serves from a child.
      process.kill(-child.pid, 'SIGTERM')
      await exited
    },
  }
}

async function send(origin, headers, request, id) {
  const answer = await fetch(origin + request.path, {
    method: request.method,
    redirect: 'manual',
    headers: {
      ...headers,
      ...request.headers,
      ...(request.type && { 'content-type': request.type }),
      'x-backend-engineer-request': id,
    },
    ...(request.body !== undefined && { body: request.body }),
  })
  const text = await answer.text()
  if (answer.status >= 400 && ![401, 404].includes(answer.status))
    process.stderr.write(`${request.method} ${request.path}: ${answer.status} ${text.slice(0, 200)}\n`)
  return answer.status
}

/** Every call of Prisma in the sources, from their syntax: `file:line` → `model.action` of the calls there. */
function callsIn(folder) {
  const calls = new Map()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !/\.[jt]sx?$/.test(path) || /[/\\](node_modules|\.next|generated)[/\\]/.test(path))
      continue
    const text = readFileSync(path, 'utf8')
    const add = (node) => {
      const callee = node.callee ?? node.tag
      if (callee?.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return
      const owner = callee.object.type === 'MemberExpression' ? callee.object.property.name : undefined
      const name = callee.property.name
      const line = text.slice(0, callee.property.start).split('\n').length
      const key = `${relative(folder, path)}:${line}`
      calls.set(key, [...(calls.get(key) ?? []), name.startsWith('$') ? name : `${owner}.${name}`])
    }
    new Visitor({ CallExpression: add, TaggedTemplateExpression: add }).visit(parseSync(path, text).program)
  }
  return calls
}

const callOf = (operation) =>
  operation.model
    ? `${operation.model[0].toLowerCase()}${operation.model.slice(1)}.${operation.action}`
    : operation.action

function judge(wire, workload, calls, { requests }) {
  const left = new Map()
  for (const sql of wire) left.set(sql, (left.get(sql) ?? 0) + 1)
  const operations = new Map(workload.operations.map((one) => [one.id, one]))
  const result = { server: wire.length, seen: 0, operation: 0, line: 0, request: 0, wrong: [] }
  for (const statement of workload.statements) {
    const count = left.get(statement.sql) ?? 0
    // Something that the server never saw would be a false record.
    if (count === 0) {
      result.wrong.push(`not on the wire: ${statement.sql.slice(0, 80)}`)
      continue
    }
    left.set(statement.sql, count - 1)
    result.seen += 1
    const operation = operations.get(statement.operation)
    if (operation) result.operation += 1
    const at = operation?.at && `${operation.at.file}:${operation.at.line}`
    if (at && calls.get(at)?.includes(callOf(operation))) result.line += 1
    else result.wrong.push(`${at} ${operation && callOf(operation)}: ${statement.sql.slice(0, 60)}`)
    if (!requests || requests.has(statement.request)) result.request += 1
  }
  for (const [sql, count] of left) if (count > 0) result.wrong.push(`missed ${count}: ${sql.slice(0, 100)}`)
  return result
}

/** Which statements each request ran from which line. Without order and number: the rows of others may be there by now. */
function perRequest(workload) {
  const operations = new Map(workload.operations.map((one) => [one.id, one]))
  const found = new Map()
  for (const { request, operation, sql } of workload.statements) {
    const { at } = operations.get(operation) ?? {}
    const shape = sql.replace(/\$\d+/g, '$').replace(/\((\$,?)+\)/g, '($)')
    found.set(request, (found.get(request) ?? new Set()).add(`${at?.file}:${at?.line} ${shape}`))
  }
  return new Map([...found].map(([id, all]) => [id, [...all].sort().join('\n')]))
}

async function actionRequests(app, folder, dev) {
  const manifest = join(
    folder,
    app.next,
    dev ? '.next/dev' : '.next',
    'server/server-reference-manifest.json',
  )
  if (app.actions.length === 0 || !existsSync(manifest)) return []
  const { node } = JSON.parse(readFileSync(manifest, 'utf8'))
  return app.actions.flatMap(({ page, name, args }) => {
    const id = Object.keys(node).find((key) => node[key].exportedName === name)
    return id === undefined
      ? []
      : [
          {
            method: 'POST',
            path: page,
            body: JSON.stringify(args),
            type: 'text/plain;charset=UTF-8',
            headers: { 'next-action': id, accept: 'text/x-component' },
          },
        ]
  })
}

async function fill(server, app) {
  await server.dropDatabase('app')
  await server.createDatabase('app')
  const client = await server.connect('app')
  await createTables(client, {
    files: [{ path: 'schema.prisma', content: readFileSync(join(root, app.from, app.schema), 'utf8') }],
  })
  await client.query(app.rows)
  await client.end()
}

/** One after the other, then everything at once, three times. */
async function traffic(app, folder, origin, wire, records, dev) {
  const headers = await app.headers()
  for (const one of app.requests) await send(origin, headers, one, 'warm')
  const requests = [...app.requests, ...(await actionRequests(app, folder, dev))]
  for (const one of requests) await send(origin, headers, one, 'warm')
  await sleep(300)
  wire.take()
  const mark = await markRecords(records)
  const ids = new Set()
  const apart = []
  for (const [n, one] of requests.entries()) {
    ids.add(`s${n}`)
    await send(origin, headers, one, `s${n}`)
    await sleep(15)
    apart.push({ id: `s${n}`, sql: wire.take() })
  }
  const crowd = requests.flatMap((one, n) =>
    app.alone(one.path, one.method) ? [] : [0, 1, 2].map((turn) => ({ one, n, id: `c${n}-${turn}` })),
  )
  for (const { id } of crowd) ids.add(id)
  await Promise.all(crowd.map(({ one, id }) => send(origin, headers, one, id)))
  await sleep(300)
  return { mark, ids, apart, crowd, together: wire.take() }
}

async function measure(app, folder, mode, server, wire) {
  const records = mkdtempSync(join(tmpdir(), 'capture-'))
  const url = new URL(server.url('app'))
  url.port = String(wire.port)
  const env = { DATABASE_URL: url.href, ...captureEnv(records) }
  const roots = { copy: folder, project: join(root, app.from) }
  const calls = callsIn(folder)
  try {
    await fill(server, app)
    if (mode === 'vitest') return await vitest(app, folder, env, records, roots, wire)
    if (mode !== 'dev') rmSync(join(folder, app.next, '.next'), { recursive: true, force: true })
    if (mode === 'start') await build(app, folder, {})
    if (mode === 'webpack') await build(app, folder, captureEnv(records), '--webpack')
    const served = await serve(app, folder, mode === 'dev' ? ['dev'] : ['start'], env)
    const { mark, ids, apart, crowd, together } = await traffic(
      app,
      folder,
      served.origin,
      wire,
      records,
      mode === 'dev',
    ).finally(served.stop)
    const workload = await readWorkload(records, roots, mark)
    const result = judge([...apart.flatMap((one) => one.sql), ...together], workload, calls, {
      requests: ids,
    })
    // One request at a time: what went over the wire meanwhile is what it must have been given.
    let right = 0
    for (const { id, sql } of apart) {
      const got = workload.statements.filter((one) => one.request === id).map((one) => one.sql)
      if (got.sort().join('\n') === sql.sort().join('\n')) right += 1
      else result.wrong.push(`${id}: ${got.length} of ${sql.length} statements`)
    }
    // All at once: each must have done what it did alone.
    const did = perRequest(workload)
    let same = 0
    for (const { id, n } of crowd) {
      if (did.get(id) === did.get(`s${n}`)) same += 1
      else
        result.wrong.push(
          `${id} differs from s${n}:\n${did.get(`s${n}`)?.slice(0, 900)}\n---\n${did.get(id)?.slice(0, 900)}`,
        )
    }
    return {
      ...result,
      apart: `${right}/${apart.length}`,
      crowd: `${same}/${crowd.length}`,
      lost: workload.lost,
    }
  } finally {
    rmSync(records, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

async function vitest(app, folder, env, records, roots, wire) {
  const alias = Object.fromEntries(
    Object.entries(app.alias).map(([name, path]) => [name, join(folder, path)]),
  )
  writeFileSync(join(folder, 'capture.test.ts'), app.test)
  const config = join(folder, 'vitest.config.mjs')
  writeFileSync(
    config,
    `export default { root: ${JSON.stringify(folder)}, resolve: { alias: ${JSON.stringify(alias)} }, test: { include: ['capture.test.ts'] } }`,
  )
  const results = []
  for (const pool of ['forks', 'threads']) {
    wire.take()
    const mark = await markRecords(records)
    const cli = join(root, 'node_modules/vitest/vitest.mjs')
    await run(process.execPath, [cli, 'run', '--config', config, `--pool=${pool}`], {
      cwd: folder,
      env: { ...base, ...app.env, ...env },
    })
    await sleep(200)
    const calls = callsIn(folder)
    const workload = await readWorkload(records, roots, mark)
    results.push({ ...judge(wire.take(), workload, calls, {}), lost: workload.lost })
  }
  rmSync(join(folder, 'capture.test.ts'))
  rmSync(config)
  return results.reduce((a, b) => ({
    server: a.server + b.server,
    seen: a.seen + b.seen,
    operation: a.operation + b.operation,
    line: a.line + b.line,
    request: NaN,
    wrong: [...a.wrong, ...b.wrong],
    lost: [...a.lost, ...b.lost],
  }))
}

/** CPU of the process so far, in milliseconds: the wall clock of a shared machine tells little. */
function cpu(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function cost(app, folder, server) {
  const headers = await app.headers()
  await fill(server, app)
  const rows = []
  for (const path of app.measured) {
    const pairs = []
    let statements = 0
    for (let n = 0; n < PAIRS; n++) {
      const pair = {}
      for (const kind of n % 2 ? ['with', 'without'] : ['without', 'with']) {
        const records = mkdtempSync(join(tmpdir(), 'capture-'))
        const env = { DATABASE_URL: server.url('app'), ...(kind === 'with' && captureEnv(records)) }
        const served = await serve(app, folder, ['start'], env)
        for (let i = 0; i < 100; i++) await send(served.origin, headers, { method: 'GET', path }, `w${i}`)
        const from = cpu(served.pid)
        for (let i = 0; i < REQUESTS; i++)
          await send(served.origin, headers, { method: 'GET', path }, `x${i}`)
        pair[kind] = (cpu(served.pid) - from) / REQUESTS
        await served.stop()
        if (kind === 'with') {
          const { operations } = await readWorkload(records, { copy: folder, project: folder })
          statements = operations.filter((one) => one.request === 'x0').length
        }
        rmSync(records, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      }
      pairs.push(pair)
    }
    const added = pairs.map((one) => one.with - one.without).sort((a, b) => a - b)
    const plain = pairs.map((one) => one.without).sort((a, b) => a - b)
    rows.push({
      path: path.split('?')[0],
      calls: statements,
      plain: middle(plain),
      added: middle(added),
      min: added[0],
      max: added.at(-1),
    })
  }
  return rows
}

const middle = (sorted) =>
  (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2
const share = (part, whole) =>
  Number.isNaN(part) ? '-' : `${part}/${whole} ${((100 * part) / whole).toFixed(1)} %`
const line = (...cells) =>
  `${cells.map((one, n) => String(one).padEnd([19, 9, 8, 18, 18, 18, 9, 9][n] ?? 0)).join('')}`.trimEnd()

const workplace = await openWorkplace(mkdtempSync(join(tmpdir(), 'capture-bench-')))
try {
  const server = await openServer(workplace, { cacheFolder: join(tmpdir(), 'backend-engineer-bench') })
  const { port } = new URL(server.url('app'))
  const wire = await openWire({ host: '127.0.0.1', port: Number(port) })
  const version = (name) =>
    JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version
  const names = ['next', '@prisma/client', '@prisma/adapter-pg', 'pg', 'vitest']
  const say = (text) => process.stdout.write(`${text}\n`)
  say(
    `Node ${process.version}, Postgres ${server.version}, ${names.map((one) => `${one} ${version(one)}`).join(', ')}\n`,
  )
  say(line('app', 'run', 'server', 'call', 'right line', 'request', 'alone', 'at once'))
  const costs = []
  for (const app of apps.filter((one) => wanted.length === 0 || wanted.includes(one.name))) {
    const folder = await copyApp(app)
    for (const mode of modes) {
      const one = await measure(app, folder, mode, server, wire)
      say(
        line(
          app.name,
          mode,
          one.server,
          share(one.operation, one.server),
          share(one.line, one.server),
          share(one.request, one.server),
          one.apart ?? '-',
          one.crowd ?? '-',
        ),
      )
      for (const why of one.lost) say(`  lost: ${why}`)
      for (const wrong of one.wrong.slice(0, 12)) process.stderr.write(`  ${wrong}\n`)
    }
    if (app.measured && !flags.includes('--no-cost')) {
      rmSync(join(folder, app.next, '.next'), { recursive: true, force: true })
      await build(app, folder, {})
      for (const row of await cost(app, folder, server)) costs.push({ app: app.name, ...row })
    }
    if (!flags.includes('--keep')) rmSync(folder, { recursive: true, force: true })
  }
  if (costs.length > 0) {
    say(
      '\nCPU of `next start` per request, in milliseconds; median and range of the difference over pairs of runs',
    )
    for (const { app, path, calls, plain, added, min, max } of costs)
      say(
        `${app.padEnd(19)}${path.padEnd(34)}${String(calls).padStart(3)} calls  ${plain.toFixed(2)} + ${added.toFixed(2)} (${min.toFixed(2)} … ${max.toFixed(2)})`,
      )
  }
  await wire.close()
} finally {
  await workplace.close()
}
