/** Builds and starts the copy of an application, contained to loopback. */
import { mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { openCell } from '../../sandbox/namespaces.ts'
import { type EgressAttempt, readAttempts } from '../egress/attempts.ts'
import { openStub } from '../egress/stub.ts'
import { openRedis, type Redis } from '../redis/server.ts'
import { wantsRedis } from '../redis/wanted.ts'
import { readSources } from './environment.ts'
import { generateClient } from './generate.ts'
import { environmentOf, type Launch, portOf } from './launch.ts'
import { buildMembers } from './members.ts'
import { installedNext, type Next } from './next.ts'
import { wrapConfig } from './next-config.ts'
import { plainly, runStep, type StartNode } from './run-step.ts'
import { failed, freePort, serverOf } from './server.ts'
import type { StagedApp } from './stage.ts'

export interface BringUpOptions extends Launch {
  mode: 'build' | 'dev'
  signal?: AbortSignal
  progress?: (step: string) => void
}

export interface RunningApp {
  /** `http://localhost:port`, which leads to 127.0.0.1; the same after a restart. */
  readonly origin: string
  readonly staged: StagedApp
  readonly mode: 'build' | 'dev'
  /** All variables of its processes. */
  readonly env: Record<string, string>
  /** Milliseconds that each step took. */
  readonly took: { generate: number; build: number; start: number }
  /**
   * What kept it in. `namespaces`: its network leads to the given ports alone, and of the machine's files it saw the
   * copy and the system. `preload`: Node.js refused connections; other programs and files were not held.
   */
  readonly containment: { kind: 'namespaces' } | { kind: 'preload'; why: string }
  /** What is not as it is in the project, in sentences. */
  readonly notes: string[]
  /** The stand-in for Redis, where the application wants one. */
  readonly redis?: Redis
  /** The last quarter of a megabyte that the server printed. */
  log(): string
  /** What it tried to reach so far, and did not, or reached a stub instead. */
  egress(): EgressAttempt[]
  /** Starts the server again, on the same port; the build stays. */
  restart(): Promise<void>
  /** Ends it; it cannot be restarted. The end of the workplace does the same. */
  stop(): Promise<void>
}

const BUILD_MS = 15 * 60_000

/**
 * Brings a staged application up: generates its client, builds it, starts it, and waits until it answers.
 * Throws a `BringUpError` that names the step, the cause and what would help.
 */
export async function bringUp(staged: StagedApp, options: BringUpOptions): Promise<RunningApp> {
  const { mode, signal, progress } = options
  const { workplace, folder } = staged
  const next = await installedNext(folder)
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const logs = join(workplace.folder, `${basename(staged.top)}-logs`)
  await mkdir(logs, { recursive: true })
  const record = join(logs, 'egress.jsonl')
  const stub = await openStub(record)
  workplace.onClose(stub.close)
  const sources = await readSources(staged)
  const textsOf = (files: { text: string }[]): string[] => files.map(({ text }) => text)
  const redis = wantsRedis(textsOf(sources.manifests), textsOf(sources.code)) ? await openRedis() : undefined
  if (redis) workplace.onClose(redis.close)
  const services = [stub.plain, stub.tls, ...(redis ? [redis.port] : [])]
  const ports = [portOf(options.databaseUrl), ...services, ...(options.ports ?? [])]
  const readable = (options.preloads ?? []).map((file) => dirname(file))
  const cell =
    options.isolation === 'none'
      ? { missing: 'It was not asked for.' }
      : await openCell(workplace, { ports, serves: port, readable })
  const start = 'missing' in cell ? plainly(workplace) : cell.start
  const env = await environmentOf(staged, options, {
    origin,
    port,
    record,
    logs,
    stub,
    redis,
    sources,
    start,
  })

  progress?.('generating the Prisma client')
  const began = Date.now()
  await generateClient(staged, start, env, join(logs, 'generate.log'), signal)
  const generated = Date.now()
  progress?.('building packages of the workspace')
  const members = await buildMembers(staged, start, env, logs, signal)
  await wrapConfig({ folder, top: staged.top, next: next.version })
  const notes: string[] = []
  if (members.length > 0) notes.push(`Built first, since they were not: ${members.join(', ')}.`)
  if (mode === 'build') {
    progress?.('building the application')
    const whole = await build(staged, start, next, env, join(logs, 'build.log'), signal)
    if (!whole)
      notes.push('Pages are rendered when they are asked for: not all could be rendered while building.')
  }
  if (staged.withheld.length > 0) notes.push(`Not in the copy: ${staged.withheld.join(', ')}.`)
  const built = Date.now()

  progress?.('starting the application')
  const server = serverOf(staged, next, mode, {
    run: start,
    env,
    port,
    file: join(logs, 'server.log'),
    tried: () => readAttempts(record),
    signal,
  })
  await server.start()
  const took = { generate: generated - began, build: built - generated, start: Date.now() - built }
  workplace.onClose(server.stop)
  return {
    origin,
    staged,
    mode,
    env,
    took,
    notes,
    ...(redis ? { redis } : {}),
    log: server.log,
    egress: () => readAttempts(record),
    restart: async () => {
      await server.stop()
      await server.start()
    },
    containment: 'missing' in cell ? { kind: 'preload', why: cell.missing } : { kind: 'namespaces' },
    stop: async () => {
      await server.stop()
      if (!('missing' in cell)) await cell.close()
      await stub.close()
      await redis?.close()
    },
  }
}

/** `false` when the application was built without its prerendered pages. */
async function build(
  staged: StagedApp,
  start: StartNode,
  next: Next,
  env: Record<string, string>,
  file: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const run = (...more: string[]) =>
    runStep(
      start,
      {
        args: [next.command, 'build', ...next.flags, ...more],
        cwd: staged.folder,
        env: { ...env, NODE_ENV: 'production' },
        limit: BUILD_MS,
      },
      file,
      signal,
    )
  const whole = await run()
  // A page that cannot be rendered without the world outside must not keep the others from being tried: pages are then
  // rendered when they are asked for.
  const ended =
    whole.code !== 0 && !whole.late && prerendering.test(whole.log)
      ? await run('--experimental-build-mode', 'compile')
      : whole
  if (ended.late) throw failed('build', ended.log, 'The build took longer than 15 minutes.')
  if (ended.code !== 0) throw failed('build', ended.log)
  return ended === whole
}

const prerendering =
  /Error occurred prerendering page|Failed to collect page data|Export encountered an error/
