/** Builds and starts the copy of an application, contained to loopback. */
import type { ChildProcess } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { type EgressAttempt, readAttempts } from '../egress/attempts.ts'
import { egressPreload } from '../egress/place.ts'
import { makeEnvironment } from './environment.ts'
import { BringUpError, type BringUpStep, diagnose, tailOf } from './failure.ts'
import { generateClient } from './generate.ts'
import { wrapConfig } from './next-config.ts'
import { resolveFrom } from './place.ts'
import { endGroup, openLog, runStep } from './run-step.ts'
import type { StagedApp } from './stage.ts'

export interface BringUpOptions {
  mode: 'build' | 'dev'
  /** `postgresql://…` of the scratch database, on loopback. */
  databaseUrl: string
  /** Wins over what is made up. */
  env?: Record<string, string>
  /** Absolute paths of modules that run in every process of the application before its code. */
  preloads?: string[]
  /** Further ports on loopback that the application may reach, such as a listener that waits for it. */
  ports?: number[]
  signal?: AbortSignal
  progress?: (step: string) => void
  /** Of this process: the search path and what the system needs are passed on, nothing else. Default: `process.env`. */
  parent?: NodeJS.ProcessEnv
}

export interface RunningApp {
  /** `http://127.0.0.1:port`; the same after a restart. */
  readonly origin: string
  readonly staged: StagedApp
  readonly mode: 'build' | 'dev'
  /** All variables of its processes. */
  readonly env: Record<string, string>
  /** Milliseconds that each step took. */
  readonly took: { generate: number; build: number; start: number }
  /** The last quarter of a megabyte that the server printed. */
  log(): string
  egress(): EgressAttempt[]
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Next.js waits for idle connections when it is told to end. */
const GRACE_MS = 700
const LIMITS = { build: 15 * 60_000, start: 120_000 }
const manifest = z.object({ version: z.string(), bin: z.record(z.string(), z.string()) })
const scripts = z.object({ scripts: z.record(z.string(), z.string()).optional() })

/**
 * Brings a staged application up: generates its client, builds it, starts it, and waits until it answers.
 * Throws a `BringUpError` that names the step, the cause and what would help.
 */
export async function bringUp(staged: StagedApp, options: BringUpOptions): Promise<RunningApp> {
  const { mode, signal, progress } = options
  const { workplace, folder } = staged
  const next = await installedNext(folder)
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const logs = join(workplace.folder, `${basename(staged.top)}-logs`)
  await mkdir(logs, { recursive: true })
  const record = join(logs, 'egress.jsonl')
  const env = await environmentOf(staged, options, { origin, port, record, logs })

  progress?.('generating the Prisma client')
  const began = Date.now()
  await generateClient(staged, env, join(logs, 'generate.log'), signal)
  const generated = Date.now()
  await wrapConfig({ folder, top: staged.top, next: next.version })
  if (mode === 'build') {
    progress?.('building the application')
    await build(staged, next, env, join(logs, 'build.log'), signal)
  }
  const built = Date.now()

  progress?.('starting the application')
  const server = serverOf(staged, next, mode, { env, origin, port, file: join(logs, 'server.log'), signal })
  await server.start()
  const took = { generate: generated - began, build: built - generated, start: Date.now() - built }
  workplace.onClose(server.stop)
  return {
    origin,
    staged,
    mode,
    env,
    took,
    log: server.log,
    egress: () => readAttempts(record),
    restart: async () => {
      await server.stop()
      await server.start()
    },
    stop: server.stop,
  }
}

interface Next {
  version: string
  /** Absolute: the command's file. */
  command: string
  /** Flags of the project's own build command that choose the bundler. */
  flags: string[]
}

async function installedNext(folder: string): Promise<Next> {
  const file = resolveFrom(folder, 'next/package.json')
  if (file === undefined)
    throw new BringUpError(
      'packages',
      'The copy does not find Next.js.',
      'Install the packages of the project and run again.',
    )
  const { version, bin } = manifest.parse(JSON.parse(await readFile(file, 'utf8')))
  const own = scripts.safeParse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).data
  const command = own?.scripts?.build ?? ''
  const flags = /next build[^&|;]*/.exec(command)?.[0].match(/--(?:webpack|turbopack|turbo)\b/g) ?? []
  return { version, command: join(file, '..', bin.next ?? 'dist/bin/next'), flags }
}

interface Address {
  origin: string
  port: number
  record: string
  logs: string
}

async function environmentOf(
  staged: StagedApp,
  options: BringUpOptions,
  { origin, port, record, logs }: Address,
): Promise<Record<string, string>> {
  const home = join(logs, 'home')
  await mkdir(home, { recursive: true })
  const fonts = join(logs, 'fonts.cjs')
  await writeFile(fonts, FONTS)
  const { parent = process.env, databaseUrl, ports = [], preloads = [], env = {} } = options
  const made = await makeEnvironment(staged, { databaseUrl, origin })
  const databasePort = Number(new URL(databaseUrl).port || 5432)
  const imports = [egressPreload(), ...preloads].map((file) => `--import ${pathToFileURL(file).href}`)
  return {
    ...passedOn(parent),
    ...made.values,
    HOME: home,
    USERPROFILE: home,
    TMPDIR: home,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    NEXT_TELEMETRY_DISABLED: '1',
    CHECKPOINT_DISABLE: '1',
    NO_COLOR: '1',
    NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fonts,
    ...env,
    NODE_OPTIONS: imports.join(' '),
    BACKEND_ENGINEER_EGRESS: JSON.stringify({ record, ports: [port, databasePort, ...ports] }),
  }
}

/** Any font is answered with a style sheet without faces: Next.js then uses the fallback. */
const FONTS = `module.exports = new Proxy({}, {
  get: (_, url) => typeof url === 'string' && url.startsWith('http') ? '/* no face */' : undefined,
})
`

const needed = [
  'PATH',
  'Path',
  'PATHEXT',
  'SystemRoot',
  'SYSTEMROOT',
  'ComSpec',
  'COMSPEC',
  'windir',
  'LD_LIBRARY_PATH',
]

function passedOn(parent: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    needed.flatMap((name) => {
      const value = parent[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

async function build(
  staged: StagedApp,
  next: Next,
  env: Record<string, string>,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const args = [next.command, 'build', ...next.flags]
  const command = { args, cwd: staged.folder, env: { ...env, NODE_ENV: 'production' }, limit: LIMITS.build }
  const { code, late, log } = await runStep(staged.workplace, command, file, signal)
  if (late) throw failed('build', log, 'The build took longer than 15 minutes.')
  if (code !== 0) throw failed('build', log)
}

interface Serving {
  env: Record<string, string>
  origin: string
  port: number
  file: string
  signal: AbortSignal | undefined
}

function serverOf(staged: StagedApp, next: Next, mode: 'build' | 'dev', serving: Serving) {
  const { env, origin, port, file, signal } = serving
  const log = openLog(file)
  let child: ChildProcess | undefined
  return {
    log: () => log.text(),
    async start(): Promise<void> {
      const verb = mode === 'build' ? ['start'] : ['dev', ...next.flags]
      const started = staged.workplace.start(
        process.execPath,
        [next.command, ...verb, '-H', '127.0.0.1', '-p', String(port)],
        {
          cwd: staged.folder,
          env: { ...env, PORT: String(port), NODE_ENV: mode === 'build' ? 'production' : 'development' },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      child = started
      log.follow(started)
      await ready(started, origin, () => log.text(), signal)
    },
    async stop(): Promise<void> {
      const running = child
      child = undefined
      if (running !== undefined && running.exitCode === null && running.signalCode === null) {
        const ended = new Promise((done) => running.once('exit', done))
        endGroup(running, 'SIGTERM')
        const timer = setTimeout(() => endGroup(running), GRACE_MS)
        await ended
        clearTimeout(timer)
      }
      if (running !== undefined) endGroup(running)
    },
  }
}

/** Waits for the first answer of any status, or for the end of the process. */
async function ready(
  child: ChildProcess,
  origin: string,
  log: () => string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let ended = false
  child.once('exit', () => (ended = true))
  child.once('error', () => (ended = true))
  const deadline = Date.now() + LIMITS.start
  while (Date.now() < deadline) {
    signal?.throwIfAborted()
    if (ended) throw failed('start', log())
    if (await answers(origin)) return
    await sleep(50)
  }
  endGroup(child)
  throw failed('health', log(), `No answer within ${LIMITS.start / 1000} seconds.`)
}

/** A path that no application has: whatever it answers, the server is up. */
async function answers(origin: string): Promise<boolean> {
  try {
    const response = await fetch(`${origin}/_backend-engineer/up`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    })
    await response.body?.cancel()
    return true
  } catch {
    return false
  }
}

function failed(step: BringUpStep, log: string, reason?: string): BringUpError {
  const told = diagnose(log)
  return new BringUpError(step, reason ?? told.reason, told.remedy, tailOf(log))
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await new Promise<number>((done, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (typeof address === 'object' && address !== null) done(address.port)
      else failed(new Error('No address.'))
    })
  })
  await new Promise((done) => server.close(done))
  return port
}
