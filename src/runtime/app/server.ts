/** The server of a copy: starts it, waits until it answers, ends it. */
import type { ChildProcess } from 'node:child_process'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EgressAttempt } from '../egress/attempts.ts'
import { BringUpError, type BringUpStep, diagnose, tailOf } from './failure.ts'
import type { Next } from './next.ts'
import { endGroup, openLog, type StartNode } from './run-step.ts'
import type { StagedApp } from './stage.ts'

/** In development the first answer waits until everything that runs before it is compiled. */
const START_MS = { build: 120_000, dev: 480_000 }
const POLL_MS = 5000
/** Next.js waits for idle connections when it is told to end. */
const GRACE_MS = 700

interface Serving {
  run: StartNode
  env: Record<string, string>
  port: number
  file: string
  /** What it tried to reach outside so far. */
  tried: () => EgressAttempt[]
  signal: AbortSignal | undefined
}

export function serverOf(staged: StagedApp, next: Next, mode: 'build' | 'dev', serving: Serving) {
  const { run, env, port, file, tried, signal } = serving
  const log = openLog(file)
  let child: ChildProcess | undefined
  return {
    log: () => log.text(),
    async start(): Promise<void> {
      const verb = mode === 'build' ? ['start'] : ['dev', ...next.flags]
      // Middleware is told this name for the application, and `localhost` wherever it was a number: with another name
      // here, a rewrite to a path of its own looks like one to another host, and is sent there, and again, for ever.
      const started = run([next.command, ...verb, '-H', 'localhost', '-p', String(port)], {
        cwd: staged.folder,
        env: { ...env, PORT: String(port), NODE_ENV: mode === 'build' ? 'production' : 'development' },
        stdio: ['ignore', 'pipe', 'pipe'],
        serves: true,
      })
      child = started
      log.follow(started)
      const whole = await ready(started, port, START_MS[mode], () => log.text(), signal)
      if (!whole) throw silent(log.text(), tried(), START_MS[mode])
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

/** Waits for the first answer of any status, or for the end of the process. `false` when it is too late. */
async function ready(
  child: ChildProcess,
  port: number,
  limit: number,
  log: () => string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let ended = false
  child.once('exit', () => (ended = true))
  child.once('error', () => (ended = true))
  const deadline = Date.now() + limit
  while (Date.now() < deadline) {
    signal?.throwIfAborted()
    if (ended) throw failed('start', log())
    if (await answers(port)) return true
    await sleep(50)
  }
  endGroup(child)
  return false
}

/** A path below Next.js's own, which compiles no page: whatever is answered, the server is up. */
async function answers(port: number): Promise<boolean> {
  // A connection of its own each time: `fetch` keeps one that was closed before it was used, and waits for it.
  return await new Promise((done) => {
    const to = {
      host: '127.0.0.1',
      port,
      path: '/_next/backend-engineer',
      headers: { host: `localhost:${port}` },
    }
    const asked = get({ ...to, agent: false, timeout: POLL_MS }, (answer) => {
      answer.resume()
      answer.once('end', () => done(true))
      answer.once('error', () => done(false))
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => done(false))
    asked.once('close', () => done(false))
  })
}

/** It runs, perhaps it says that it is ready, and answers nothing. */
function silent(log: string, tried: readonly EgressAttempt[], limit: number): BringUpError {
  const reached = tried.filter(({ kind }) => kind !== 'process')
  const hosts = [...new Set(reached.map(({ host }) => host))].slice(0, 5)
  const ready = /✓ Ready|started server on|Ready in/.test(log)
  const why = ready ? 'It says that it is ready and answers no request' : 'It does not answer'
  const asked = hosts.length === 0 ? '' : ` It had tried to reach ${hosts.join(', ')}, which is refused here.`
  const last = tailOf(log, 1)
  const compiling = /Compiling/.test(last) ? ` The last that it says is "${last.replace(/^\W+/, '')}".` : ''
  return new BringUpError(
    'health',
    `${why} within ${limit / 1000} seconds.${compiling}${asked}`,
    hosts.length === 0
      ? 'Look at what runs before every answer: middleware, `instrumentation`, a rewrite that leads to the application itself.'
      : 'Look at what runs before every answer (middleware, `instrumentation`): it may wait for one of these.',
    tailOf(log),
  )
}

/** The error of a step, with what its log says. */
export function failed(step: BringUpStep, log: string, reason?: string): BringUpError {
  const told = diagnose(log)
  return new BringUpError(step, reason ?? told.reason, told.remedy, tailOf(log))
}

/** A port that nothing listens on right now. */
export async function freePort(): Promise<number> {
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
