/** The process of an embedded Postgres, from its start to its end. */
import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Workplace } from '../sandbox/workplace.ts'
import { type Account, environment, under } from './account.ts'

export interface PostgresProcess {
  port: number
  /** The last lines of its log. */
  log(): string
  /** Resolves when it is gone. */
  stop(): Promise<void>
}

export interface PostgresPlace {
  /** Of `bin`, `lib`, `share`. */
  binaries: string
  data: string
  /** For its unix socket; left out where the path is too long for one. */
  sockets: string
  account: Account
}

const PORT_TRIES = 5
const START_MS = 60_000
const STOP_MS = 4_000
const LOG_CHARACTERS = 16_000
/** Of `sockaddr_un`, less the name of the socket. */
const SOCKET_FOLDER_LENGTH = 85

/** Nothing here has to survive a crash, so nothing waits for the disk. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'max_connections=200',
  'shared_preload_libraries=pg_stat_statements',
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_wal_size=2GB',
  'max_locks_per_transaction=256',
  'timezone=UTC',
  'log_timezone=UTC',
  'lc_messages=C',
  'log_statement=none',
  // Shared memory in the data directory goes with it; a small /dev/shm of a container cannot stop a parallel query.
  'dynamic_shared_memory_type=mmap',
  // A statement whose client was killed must not outlive it.
  'client_connection_check_interval=1000',
]

/**
 * Starts the server on a free port of 127.0.0.1.
 *
 * @throws an error with the end of the log when it does not come up
 */
export async function startPostgres(
  workplace: Workplace,
  place: PostgresPlace,
  signal?: AbortSignal,
): Promise<PostgresProcess> {
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    try {
      return await startOn(port, workplace, place, signal)
    } catch (error) {
      const raced = error instanceof Error && error.message.includes('Address already in use')
      if (!raced || tries === PORT_TRIES) throw error
    }
  }
}

async function startOn(
  port: number,
  workplace: Workplace,
  place: PostgresPlace,
  signal: AbortSignal | undefined,
): Promise<PostgresProcess> {
  const socketFolder =
    process.platform !== 'win32' && place.sockets.length < SOCKET_FOLDER_LENGTH ? place.sockets : ''
  const settings = [...SETTINGS, `port=${port}`, `unix_socket_directories=${socketFolder}`]
  const start = under(place.account, join(place.binaries, 'bin', 'postgres'), [
    '-D',
    place.data,
    ...settings.flatMap((setting) => ['-c', setting]),
  ])
  const child = workplace.start(start.command, start.args, {
    ...environment,
    ...start.identity,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString('utf8')).slice(-LOG_CHARACTERS)
  })
  try {
    await untilReady(child, () => log, signal)
  } catch (error) {
    await stop(child)
    throw error
  }
  return { port, log: () => log, stop: () => stop(child) }
}

function untilReady(child: ChildProcess, log: () => string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
      child.stderr?.off('data', look)
      action()
    }
    const fail = (why: string): void => settle(() => reject(new Error(`${why}\n${log().trim()}`)))
    const look = (): void => {
      if (log().includes('ready to accept connections')) settle(resolve)
    }
    const aborted = (): void => settle(() => reject(signal?.reason))
    const timer = setTimeout(() => fail('Postgres did not come up in a minute.'), START_MS)
    child.stderr?.on('data', look)
    child.once('error', (error) => settle(() => reject(error)))
    child.once('close', (code) => fail(`Postgres ended with code ${code}.`))
    signal?.addEventListener('abort', aborted)
    if (signal?.aborted) aborted()
  })
}

/** Fast, then immediate, then by force. */
async function stop(child: ChildProcess): Promise<void> {
  const isGone = (): boolean =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  const gone = new Promise<void>((resolve) => {
    if (isGone()) resolve()
    else child.once('exit', () => resolve())
  })
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (isGone()) return
    child.kill(signal)
    await Promise.race([gone, sleep(STOP_MS, undefined, { ref: false })])
  }
}

/** A port that is free now; another process may take it before the server does. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('A loopback socket without an address.'))
      })
    })
  })
}
