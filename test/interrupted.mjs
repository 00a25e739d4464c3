// The command line, interrupted: a small application with a fault, a run of the tool that ends when a step begins, and
// what is left of it. For test/interruption.test.ts and bench/interruptions.mjs; Linux alone.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = join(import.meta.dirname, '..')
export const tool = join(root, 'dist/cli/main.js')

const files = {
  'package.json': JSON.stringify({
    name: 'notes',
    private: true,
    dependencies: {
      '@prisma/adapter-pg': '7.10.0',
      '@prisma/client': '7.10.0',
      jose: '6.2.18',
      next: '16.4.5',
      react: '19.3.1',
      'react-dom': '19.3.1',
    },
    devDependencies: { prisma: '7.10.0', typescript: '7.0.2' },
  }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2023',
      lib: ['dom', 'ES2023'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      esModuleInterop: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      isolatedModules: true,
      jsx: 'react-jsx',
      plugins: [{ name: 'next' }],
    },
    include: ['next-env.d.ts', '**/*.ts', '**/*.tsx', '.next/types/**/*.ts'],
    exclude: ['node_modules'],
  }),
  'next.config.ts': `export default { serverExternalPackages: ['@prisma/adapter-pg'] }\n`,
  'prisma.config.ts': `import { defineConfig } from 'prisma/config'

export default defineConfig({ schema: 'prisma/schema.prisma', datasource: { url: process.env.DATABASE_URL ?? '' } })
`,
  'prisma/schema.prisma': `generator client {
  provider = "prisma-client"
  output   = "../generated/prisma"
}

datasource db {
  provider = "postgresql"
}

model User {
  id    String @id @default(cuid())
  email String @unique
  name  String
  notes Note[]
}

model Note {
  id     String @id @default(cuid())
  userId String
  user   User   @relation(fields: [userId], references: [id])
  title  String
  body   String
}
`,
  'lib/prisma.ts': `import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../generated/prisma/client'

export const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) })
`,
  'app/layout.tsx': `export default function Layout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
`,
  'lib/session.ts': `import { jwtVerify, SignJWT } from 'jose'
import { cookies } from 'next/headers'

const secret = () => new TextEncoder().encode(process.env.SESSION_SECRET)

export async function startSession(userId: string) {
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime('12h')
    .sign(secret())
  const jar = await cookies()
  jar.set('notes_session', token, { httpOnly: true, sameSite: 'lax', path: '/' })
}

export async function getSession(): Promise<{ userId: string } | null> {
  const token = (await cookies()).get('notes_session')?.value
  if (!token) return null
  try {
    const { payload } = await jwtVerify(token, secret(), { algorithms: ['HS256'] })
    return payload.sub ? { userId: payload.sub } : null
  } catch {
    return null
  }
}
`,
  'app/api/notes/route.ts': `import { prisma } from '../../../lib/prisma'
import { getSession } from '../../../lib/session'

export async function GET(request: Request) {
  const session = await getSession()
  if (!session) return Response.json({ error: 'unauthorized' }, { status: 401 })
  const title = new URL(request.url).searchParams.get('title') ?? ''
  const notes = await prisma.$queryRawUnsafe(
    \`SELECT "id", "title", "body" FROM "Note" WHERE "userId" = '\${session.userId}' AND "title" = '\${title}'\`,
  )
  return Response.json(notes)
}
`,
}

/** The application, below the repository: its packages are the ones that are installed. */
export function writeNotes(folder) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
}

/** Of every file below a folder: path and content. */
export function hashOf(folder) {
  const hash = createHash('sha256')
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  for (const name of names) hash.update(`${name}\0`).update(readFileSync(name)).update('\0')
  return hash.digest('hex')
}

/** Folders of their own for what a run keeps and leaves. */
export function openPlace(folder) {
  const place = { cache: join(folder, 'cache'), tmp: join(folder, 'tmp') }
  for (const one of Object.values(place)) mkdirSync(one, { recursive: true })
  return place
}

/** What is in the folders of a place and is not kept on purpose: the empty data directory of Postgres, and answers. */
export function leftIn({ cache, tmp }) {
  const names = (folder) => (existsSync(folder) ? readdirSync(folder) : [])
  const own = join(cache, 'backend-engineer')
  return [
    ...names(join(own, 'runs')).map((name) => `runs/${name}`),
    ...names(tmp).map((name) => `tmp/${name}`),
    ...names(join(own, 'postgres')).flatMap((version) =>
      names(join(own, 'postgres', version))
        .filter((name) => !/^(?:template|native)$/.test(name))
        .map((name) => `postgres/${version}/${name}`),
    ),
  ]
}

/** What npm needs to fetch a package where a proxy or a certificate of one's own stands in between. */
const ofNetwork = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|(https?|no|all)_proxy|npm_config_\w+)$/i.test(name),
  ),
)

/**
 * Runs the tool. With `at`, sends `signal` `delay` ms after the `nth` step whose name matches. `wrap` is a command to
 * run it under.
 * @returns {Promise<import('./interrupted.d.mts').Ended>}
 */
export async function runTool(args, { cache, tmp, at, nth = 1, delay = 0, signal, wrap = [], env = {} }) {
  const seen = new Map()
  let ports = new Map()
  let [stdout, stderr, matches, sent] = ['', '', 0, undefined]
  const began = performance.now()
  const [command, ...rest] = [...wrap, process.execPath, tool, ...args, '--progress']
  const child = spawn(command, rest, {
    env: {
      ...ofNetwork,
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      XDG_CACHE_HOME: cache,
      TMPDIR: tmp,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const watch = setInterval(() => addFamily(child.pid, seen), 100)
  const strike = async (step) => {
    await sleep(delay)
    addFamily(child.pid, seen)
    ports = portsOf([child.pid, ...seen.keys()])
    if (child.exitCode === null && child.signalCode === null) {
      sent = step
      child.kill(signal)
    }
  }
  let partial = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => {
    stderr += chunk
    const lines = (partial + chunk).split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) if (at?.test(line) && ++matches === nth) void strike(line)
  })
  const code = await new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => done(code))
  })
  clearInterval(watch)
  return {
    code,
    signal: child.signalCode,
    stdout,
    stderr,
    sent,
    ms: Math.round(performance.now() - began),
    processes: seen.size,
    ports: ports.size,
    running: () =>
      [...seen].filter(([pid, born]) => isSame(pid, born)).map(([pid]) => `${pid} ${commandOf(pid)}`),
    listening: () => {
      const now = listeners('/proc/net/tcp')
      return [...ports].filter(([inode]) => now.has(inode)).map(([, port]) => port)
    },
  }
}

/** Waits until a list is empty, at most `limit` ms; gives what is in it then. */
export async function untilEmpty(list, limit) {
  const deadline = Date.now() + limit
  while (list().length > 0 && Date.now() < deadline) await sleep(50)
  return list()
}

function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], parent: Number(fields[1]), group: Number(fields[2]), born: fields[19] }
  } catch {
    return undefined
  }
}

/** Children, their children, and whoever is in a group that one of them made, with the time of their start. */
function addFamily(root, seen) {
  const all = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? statOf(name) : undefined
    return stat ? [{ pid: Number(name), ...stat }] : []
  })
  for (let more = true; more; ) {
    more = false
    for (const { pid, parent, group, born } of all) {
      if (seen.has(pid) || pid === root) continue
      if (parent !== root && !seen.has(parent) && !seen.has(group)) continue
      seen.set(pid, born)
      more = true
    }
  }
}

function isSame(pid, born) {
  const now = statOf(pid)
  return now !== undefined && now.born === born && now.state !== 'Z'
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 120)
  } catch {
    return ''
  }
}

/** Of the machine's network: inode of each listening socket → port. */
function listeners(file) {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1)
  const fields = lines.map((line) => line.trim().split(/\s+/)).filter((one) => one[3] === '0A')
  return new Map(fields.map((one) => [one[9], Number.parseInt(one[1].split(':')[1], 16)]))
}

function portsOf(pids) {
  const all = listeners('/proc/net/tcp')
  const own = new Map()
  for (const pid of pids) {
    let names = []
    try {
      names = readdirSync(`/proc/${pid}/fd`)
    } catch {
      continue
    }
    for (const name of names) {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1]
        if (inode !== undefined && all.has(inode)) own.set(inode, all.get(inode))
      } catch {
        // It was closed meanwhile.
      }
    }
  }
  return own
}
