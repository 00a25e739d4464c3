/** Runs one command of the copy to its end, with its output in a file of bounded size. */
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Workplace } from '../../sandbox/workplace.ts'

const MAX_LOG = 4 << 20
const TAIL = 256 << 10

/** What a process printed: the start in a file, the end in memory. */
export interface Log {
  /** The first 4 MB are in `file`; this is the last quarter of a megabyte. */
  text(): string
  /** Follows both outputs of a process. */
  follow(child: ChildProcess): void
  close(): void
}

export function openLog(file: string): Log {
  const handle = openSync(file, 'a')
  let written = 0
  let tail = ''
  let open = true
  const take = (chunk: Buffer): void => {
    tail = (tail + chunk.toString('utf8')).slice(-TAIL)
    if (!open || written > MAX_LOG) return
    written += chunk.length
    writeSync(handle, chunk)
  }
  return {
    text: () => tail,
    follow(child) {
      child.stdout?.on('data', take)
      child.stderr?.on('data', take)
    },
    close() {
      if (open) closeSync(handle)
      open = false
    },
  }
}

/** Starts Node.js with arguments: plainly, or in a cell, where `serves` says that the machine wants to reach it. */
export type StartNode = (
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; stdio: SpawnOptions['stdio']; serves?: boolean },
) => ChildProcess

export const plainly =
  (workplace: Workplace): StartNode =>
  (args, { cwd, env, stdio }) =>
    workplace.start(process.execPath, args, { cwd, env, stdio })

export interface Command {
  /** Arguments of Node.js. */
  args: string[]
  cwd: string
  env: Record<string, string>
  /** Milliseconds after which it is ended. */
  limit: number
}

export interface Ended {
  code: number | null
  /** It was ended since it took longer than its limit. */
  late: boolean
  log: string
}

/** Runs Node.js with the arguments and waits for the end. Rejects when it cannot be started or the run is aborted. */
export async function runStep(
  start: StartNode,
  { args, cwd, env, limit }: Command,
  file: string,
  signal?: AbortSignal,
): Promise<Ended> {
  const log = openLog(file)
  const child = start(args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  log.follow(child)
  let late = false
  const timer = setTimeout(() => {
    late = true
    endGroup(child)
  }, limit)
  const stop = (): void => endGroup(child)
  signal?.addEventListener('abort', stop)
  try {
    const code = await new Promise<number | null>((done, failed) => {
      child.once('error', failed)
      child.once('close', done)
    })
    signal?.throwIfAborted()
    return { code, late, log: log.text() }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    log.close()
  }
}

/** Ends a process and what it started. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (child.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
