/** The folder of one run and the processes that were started for it. Both are gone when the run is over. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

export interface Workplace {
  /** Absolute; empty at the start, outside of the user's project. */
  readonly folder: string
  /** Starts a process in a group of its own, which ends with the workplace. */
  start(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess
  /** Runs before processes are ended, last registered first. */
  onClose(action: () => Promise<void>): void
  /** Ends every process, then removes the folder. May be called twice. */
  close(): Promise<void>
}

const owned = z.object({ pid: z.number(), born: z.string().optional() })
type Owned = z.infer<typeof owned>

const OWNER = 'owner.json'
const PROCESSES = 'processes.jsonl'
const GRACE_MS = 3000

/**
 * Opens a workplace below `base` and removes those that a killed run left there.
 *
 * When this process is killed, a watcher in shell ends what it started; where there is no shell, the next
 * run does.
 */
export async function openWorkplace(base: string, signal?: AbortSignal): Promise<Workplace> {
  const runs = join(base, 'runs')
  await mkdir(runs, { recursive: true, mode: 0o700 })
  await removeLeftovers(runs)
  const folder = join(runs, `${process.pid}-${randomBytes(4).toString('hex')}`)
  await mkdir(folder, { mode: 0o700 })
  try {
    await writeFile(join(folder, OWNER), JSON.stringify(identityOf(process.pid)))
    await writeFile(join(folder, PROCESSES), '')
  } catch (error) {
    await remove(folder)
    throw error
  }
  const watcher = watch(folder)
  const actions: (() => Promise<void>)[] = []
  let closing: Promise<void> | undefined

  const work = async (): Promise<void> => {
    const failures: unknown[] = []
    for (const action of actions.reverse()) await action().catch((error: unknown) => failures.push(error))
    await endAll(readProcesses(folder))
    watcher?.kill('SIGKILL')
    await remove(folder)
    signal?.removeEventListener('abort', aborted)
    if (failures.length > 0) throw new AggregateError(failures, 'A run could not be ended in order.')
  }
  const close = (): Promise<void> => {
    closing ??= work()
    return closing
  }
  // Whoever waits for the run gets the failure of closing; here it must not be an unhandled one.
  const aborted = (): void => void close().catch(() => undefined)
  signal?.addEventListener('abort', aborted)

  return {
    folder,
    start(command, args, options = {}) {
      if (closing !== undefined) throw new Error('The run is being ended.')
      signal?.throwIfAborted()
      const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' })
      // A failure to start is told by the event `error`, to whoever started it.
      if (child.pid !== undefined) record(folder, child.pid)
      return child
    },
    onClose: (action) => void actions.push(action),
    close,
  }
}

/** A process that cannot be recorded, as on a full disk, would outlive a run that is killed: it does not live at all. */
function record(folder: string, pid: number): void {
  try {
    appendFileSync(join(folder, PROCESSES), `${JSON.stringify(identityOf(pid))}\n`)
  } catch (error) {
    signalGroup(pid, 'SIGKILL')
    throw error
  }
}

/** Ends runs whose process is no more. */
async function removeLeftovers(runs: string): Promise<void> {
  for (const name of await readdir(runs)) {
    const folder = join(runs, name)
    const owner = await readFile(join(folder, OWNER), 'utf8').then(
      (text) => owned.safeParse(parsed(text)).data,
      () => undefined,
    )
    // A folder whose owner is not written yet is being made right now, unless its process is gone.
    const pid = owner?.pid ?? Number(/^\d+/.exec(name)?.[0] ?? 0)
    if (owner ? isAlive(owner) : isAlive({ pid })) continue
    await endAll(readProcesses(folder))
    await remove(folder)
  }
}

/** A reader of a pipe that only this process holds: at the end of the pipe, this process is gone. */
function watch(folder: string): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined
  // `kill -9 -- -1234` is not understood by every shell; `kill -s` is.
  const script = `cat >/dev/null
  groups=
  while IFS= read -r line; do
    pid=$(printf %s "$line" | sed -n 's/^{"pid":\\([0-9]*\\).*/\\1/p')
    born=$(printf %s "$line" | sed -n 's/.*"born":"\\([0-9]*\\)".*/\\1/p')
    now=$(sed -n 's/.*) //p' "/proc/$pid/stat" 2>/dev/null | cut -d ' ' -f 20)
    [ -n "$pid" ] && { [ -z "$now" ] || [ "$now" = "$born" ]; } && groups="$groups $pid"
  done <"$1/${PROCESSES}"
  send() { for pid in $groups; do kill -s "$1" -- "-$pid" 2>/dev/null && sent=1; done; }
  send TERM
  for turn in 1 2 3 4 5 6 7 8 9 10; do
    sent=; send 0; [ -z "$sent" ] && break
    sleep 0.1
  done
  send KILL; sleep 0.2; rm -rf -- "$1"`
  const watcher = spawn('sh', ['-c', script, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.on('error', () => undefined)
  watcher.unref()
  const pipe = watcher.stdin
  if (pipe && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
  return watcher
}

async function endAll(processes: Owned[]): Promise<void> {
  const left = processes.filter(isAlive)
  for (const { pid } of left) signalGroup(pid, 'SIGTERM')
  const deadline = Date.now() + GRACE_MS
  while (left.some(({ pid }) => groupIsAlive(pid)) && Date.now() < deadline) await sleep(25)
  for (const { pid } of left) signalGroup(pid, 'SIGKILL')
  while (left.some(({ pid }) => groupIsAlive(pid)) && Date.now() < deadline + GRACE_MS) await sleep(25)
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() =>
    rmSync(folder, { recursive: true, force: true }),
  )
}

function readProcesses(folder: string): Owned[] {
  let text: string
  try {
    text = readFileSync(join(folder, PROCESSES), 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => owned.safeParse(parsed(line)).data ?? [])
}

/** `undefined` for a line that was cut off by a full disk. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The start time tells a process from a later one with the same number. Linux only; elsewhere the number alone counts. */
function identityOf(pid: number): Owned {
  const born = statOf(pid)[19]
  return born === undefined ? { pid } : { pid, born }
}

function isAlive({ pid, born }: Owned): boolean {
  if (!groupIsAlive(pid) && !exists(pid)) return false
  const now = identityOf(pid)
  // The leader of a group may have ended before the rest: the group's number cannot be given to another meanwhile.
  return born === undefined || now.born === undefined || now.born === born
}

const groupIsAlive = (pid: number): boolean => exists(-pid) && !isGroupOfZombies(pid)

/** Where nobody collects orphans, as in many containers, what has ended stays listed. */
function isGroupOfZombies(group: number): boolean {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return false
  }
  for (const name of names) {
    const [state, , owner] = /^\d+$/.test(name) ? statOf(name) : []
    if (owner === String(group) && state !== 'Z') return false
  }
  return true
}

/** The fields of a process behind its name, from its state on; none when it is gone, or where there is no /proc. */
function statOf(pid: number | string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function exists(target: number): boolean {
  if (target === 0) return false
  try {
    process.kill(target, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
