// Makes the errors of `fixtures/errors` and keeps what was printed: `node bench/diagnose-capture.mjs [part of a name …]`
// after `npm run build`. Each case runs as a project of its own in `fixtures/.build/errors`, with the packages of this
// repository, against a database of its own on the embedded Postgres. Only the names of folders, the port and the
// password are replaced. What it prints itself is one line per case.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { difference } from '../dist/database/schema-engine.js'
import { openServer } from '../dist/database/server.js'
import { openWorkplace } from '../dist/sandbox/workplace.js'
import { casesFolder, readCases, writeProject } from './diagnose-cases.mjs'

const root = join(import.meta.dirname, '..')
const build = join(root, 'fixtures/.build/errors')
const words = process.argv.slice(2)
const wanted = readCases().filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
)
const LINES = 120

const workplace = await openWorkplace(join(root, 'fixtures/.build/cache'))
const server = await openServer(workplace, { cacheFolder: join(root, 'fixtures/.build/cache') })
try {
  for (const [index, one] of wanted.entries()) await capture(one, `case_${index}_${process.pid}`)
} finally {
  await workplace.close()
}

async function capture(one, database) {
  const folder = join(build, one.name.replaceAll('/', '-'))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeProject({ ...one.files, ...one.reproduce }, folder)
  const url = server.url(database)
  const env = {
    PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
    HOME: tmpdir(),
    NODE_ENV: one.settings.node ?? 'development',
    NO_COLOR: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    TEST_DATABASE_URL: url,
    ROOT: root,
    ...(one.settings.env === 'none' ? {} : { DATABASE_URL: url }),
  }
  const schema = one.reproduce['prisma/generated-from.prisma'] ?? one.files['prisma/schema.prisma']
  if (one.settings.database !== 'none') {
    await server.createDatabase(database)
    const client = await server.connect(database)
    try {
      if (one.settings.tables !== 'none')
        await client.query(
          await difference('nothing', { schema: [{ path: 'schema.prisma', content: schema }] }),
        )
      if (one.sql) await client.query(one.sql)
    } finally {
      await client.end()
    }
  }
  if (one.settings.generate !== 'none') await generate(folder, schema, env)
  const held = one.settings.free ? await occupy(Number(one.settings.free)) : []
  const printed = await shell(one.run || 'tsx reproduce.ts', folder, env)
  for (const client of held) await client.end()
  if (one.settings.database !== 'none') await server.dropDatabase(database)
  const port = new URL(url).port
  const text = printed
    .replaceAll(folder, '/app')
    .replaceAll(`${relative(root, folder)}/`, '')
    .replaceAll(join(root, 'node_modules'), '/app/node_modules')
    .replaceAll(root, '/app')
    .replaceAll(/\b(127\.0\.0\.1|localhost):(\d+)/g, (all, host, at) => (at === port ? `${host}:5432` : all))
    .replaceAll(`port: ${port}`, 'port: 5432')
    .replaceAll(new URL(url).password, 'secret')
    .replaceAll(database, 'shop')
  const lines = printed.trimEnd() === '' ? [] : text.trimEnd().split('\n')
  const kept = lines.length > LINES ? [...lines.slice(0, LINES - 20), '…', ...lines.slice(-20)] : lines
  writeFileSync(join(casesFolder, `${one.name}.txt`), `${kept.join('\n')}\n`)
  const telling =
    lines.find((line) => /error|fail|cannot|invalid|timed?.?out/i.test(line)) ?? lines[0] ?? '(nothing)'
  console.log(
    `${one.name.padEnd(50)} ${String(lines.length).padStart(4)} lines  ${telling.trim().slice(0, 110)}`,
  )
}

/** Generated code is made once for each schema. */
async function generate(folder, schema, env) {
  const generator = /output\s*=\s*"\.\.\/(\S+)"/.exec(schema)?.[1]
  if (!generator) return
  const key = Buffer.from(schema).toString('base64url').slice(-40).replaceAll(/\W/g, '') + schema.length
  const cached = join(build, 'clients', key)
  const target = join(folder, generator)
  if (!existsSync(cached)) {
    const own = join(build, `generate-${process.pid}`)
    mkdirSync(join(own, 'prisma'), { recursive: true })
    writeFileSync(join(own, 'prisma/schema.prisma'), schema)
    writeFileSync(join(own, 'package.json'), '{ "type": "module" }')
    const said = await shell('prisma generate --schema prisma/schema.prisma', own, env)
    if (!existsSync(join(own, generator))) throw new Error(`No client was generated for ${folder}.\n${said}`)
    mkdirSync(dirname(cached), { recursive: true })
    await shell(`mv ${join(own, generator)} ${cached}`, own, env)
    rmSync(own, { recursive: true, force: true })
  }
  mkdirSync(dirname(target), { recursive: true })
  await shell(`cp -r ${cached} ${target}`, folder, env)
}

/** Connections of somebody else, until so many are left. */
async function occupy(free) {
  const held = []
  const first = await server.connect('postgres')
  const { rows } = await first.query(
    `SELECT current_setting('max_connections')::int - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS free`,
  )
  held.push(first)
  for (let left = rows[0].free; left > free; left--) held.push(await server.connect('postgres'))
  return held
}

function shell(command, cwd, env) {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', command], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 180_000)
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString('utf8'))
    })
  })
}
