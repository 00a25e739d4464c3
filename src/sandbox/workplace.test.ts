import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isRunning, startChild } from '../../test/child.ts'
import { openWorkplace, type Workplace } from './workplace.ts'

// Servers and processes are slow where many tests share two cores.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const posix = process.platform !== 'win32'
const SLOW = { timeout: 20_000, interval: 50 }
let base: string

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'be-workplace-')))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const runs = (): string[] => readdirSync(join(base, 'runs'))

/** A shell with a child of its own; their process ids. */
async function startFamily(workplace: Workplace, script = 'sleep 300'): Promise<number[]> {
  const file = join(workplace.folder, 'child.pid')
  const shell = workplace.start('sh', ['-c', `sleep 300 & echo $! >"$1"; ${script}`, 'sh', file], {
    stdio: 'ignore',
  })
  const child = await vi.waitFor(() => {
    const pid = Number(readFileSync(file, 'utf8'))
    expect(pid).toBeGreaterThan(0)
    return pid
  }, SLOW)
  return [shell.pid ?? 0, child]
}

const allGone = (pids: readonly number[]): Promise<void> =>
  vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), SLOW)

/** A run in a process of its own that starts a family, then waits. Its processes and folder. */
async function runInChild(
  wrap: readonly string[] = [],
): Promise<{ pid: number; kill(): Promise<void>; pids: number[]; folder: string }> {
  const child = startChild(
    `const { openWorkplace } = await load('sandbox/workplace.ts')
    const workplace = await openWorkplace(process.argv[1])
    const shell = workplace.start('sh', ['-c', 'sleep 300 & echo $!; sleep 300'], { stdio: ['ignore', 'pipe', 'ignore'] })
    shell.stdout.once('data', (text) => console.log(JSON.stringify({ pids: [shell.pid, Number(text)], folder: workplace.folder })))
    setInterval(() => {}, 1000)`,
    [base],
    wrap,
  )
  const { pids, folder } = JSON.parse(await child.line())
  return { pid: child.pid, kill: child.kill, pids, folder }
}

describe.runIf(posix)('a workplace', () => {
  it('ends its processes, runs the actions in reverse, then removes the folder', async () => {
    const workplace = await openWorkplace(base)
    const pids = await startFamily(workplace)
    const order: string[] = []
    for (const name of ['first', 'second'])
      workplace.onClose(
        async () => void order.push(`${name} ${existsSync(workplace.folder)} ${pids.every(isRunning)}`),
      )
    expect(pids.every(isRunning)).toBe(true)

    await workplace.close()
    expect(order).toEqual(['second true true', 'first true true'])
    expect(pids.filter(isRunning)).toEqual([])
    expect(runs()).toEqual([])
    await workplace.close()
    expect(order).toHaveLength(2)
    expect(() => workplace.start('sleep', ['1'])).toThrow('being ended')
  })

  it('kills what does not end', async () => {
    const workplace = await openWorkplace(base)
    const pids = await startFamily(workplace, "trap '' TERM; while :; do sleep 0.1; done")
    await workplace.close()
    expect(pids.filter(isRunning)).toEqual([])
    expect(runs()).toEqual([])
  })

  it('tells of an action that failed, and cleans up all the same', async () => {
    const workplace = await openWorkplace(base)
    const pids = await startFamily(workplace)
    workplace.onClose(() => Promise.reject(new Error('no luck')))
    await expect(workplace.close()).rejects.toThrow('could not be ended in order')
    expect(pids.filter(isRunning)).toEqual([])
    expect(runs()).toEqual([])
  })

  it('ends when it is aborted', async () => {
    const abort = new AbortController()
    const workplace = await openWorkplace(base, abort.signal)
    const pids = await startFamily(workplace)
    abort.abort()
    expect(() => workplace.start('sleep', ['1'])).toThrow()
    await workplace.close()
    expect(pids.filter(isRunning)).toEqual([])
    expect(runs()).toEqual([])
  })

  it('leaves nothing when its process is killed', async () => {
    const { kill, pids, folder } = await runInChild()
    expect(pids.every(isRunning)).toBe(true)
    expect(existsSync(folder)).toBe(true)
    await kill()
    await allGone(pids)
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false), SLOW)
  })

  it.runIf(process.platform === 'linux')(
    'leaves to the next run what a killed watcher could not end',
    async () => {
      const { pid, kill, pids, folder } = await runInChild()
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
      const watchers = children.filter((child) => !pids.includes(child))
      expect(watchers).toHaveLength(1)
      for (const watcher of watchers) process.kill(-watcher, 'SIGKILL')
      await kill()
      expect(pids.every(isRunning)).toBe(true)
      expect(existsSync(folder)).toBe(true)

      const next = await openWorkplace(base)
      await allGone(pids)
      expect(runs().map((name) => join(base, 'runs', name))).toEqual([next.folder])
      await next.close()
    },
  )

  it('does not touch a run that goes on', async () => {
    const one = await openWorkplace(base)
    const pids = await startFamily(one)
    const two = await openWorkplace(base)
    expect(runs()).toHaveLength(2)
    await two.close()
    expect(pids.every(isRunning)).toBe(true)
    expect(existsSync(one.folder)).toBe(true)
    await one.close()
  })

  it('removes a folder whose files a full disk cut off', async () => {
    const ended = spawnSync('true').pid
    const dead = join(base, 'runs', `${ended}-00000000`)
    mkdirSync(dead, { recursive: true })
    writeFileSync(join(dead, 'owner.json'), '{"pi')
    writeFileSync(join(dead, 'processes.jsonl'), '{"pid":')
    const workplace = await openWorkplace(base)
    expect(existsSync(dead)).toBe(false)
    await workplace.close()
  })

  it('does not kill a stranger who got the number of a process that ended', async () => {
    const stranger = await openWorkplace(join(base, 'elsewhere'))
    const [pid = 0] = await startFamily(stranger)
    const dead = join(base, 'runs', `${spawnSync('true').pid}-00000000`)
    mkdirSync(dead, { recursive: true })
    writeFileSync(join(dead, 'owner.json'), JSON.stringify({ pid: spawnSync('true').pid, born: '1' }))
    writeFileSync(join(dead, 'processes.jsonl'), `${JSON.stringify({ pid, born: '1' })}\n`)
    const workplace = await openWorkplace(base)
    expect(existsSync(dead)).toBe(false)
    expect(isRunning(pid)).toBe(process.platform === 'linux')
    await workplace.close()
    await stranger.close()
  })
})

const mayMount = posix && spawnSync('unshare', ['-m', 'true']).status === 0

/** Of every process that runs. */
const commands = (): string[] =>
  readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'utf8') : []
    } catch {
      return []
    }
  })

describe.runIf(mayMount)('a workplace on a full disk', () => {
  it('starts no process that it cannot record, and closes', async () => {
    const seconds = `300.${process.pid}${Date.now()}`
    const child = startChild(
      `const { existsSync, writeFileSync } = await import('node:fs')
      const { openWorkplace } = await load('sandbox/workplace.ts')
      const workplace = await openWorkplace(process.argv[1])
      const sleep = () => workplace.start('sleep', [process.argv[2]], { stdio: 'ignore' }).pid
      const pids = [sleep()]
      let thrown = ''
      for (let size = 65536; size > 0; size = Math.floor(size / 2))
        try { for (;;) writeFileSync(process.argv[1] + '/fill', 'x'.repeat(size), { flag: 'a' }) } catch {}
      try { for (;;) pids.push(sleep()) } catch (error) { thrown = error.code }
      const next = await openWorkplace(process.argv[1]).catch((error) => error.code)
      await workplace.close()
      console.log(JSON.stringify({ pids, thrown, next, left: existsSync(workplace.folder) }))
      process.exit()`,
      [base, seconds],
      ['unshare', '-m', 'sh', '-c', `mount -t tmpfs -o size=128k tmpfs '${base}' && exec "$@"`, 'sh'],
    )
    const { pids, ...rest } = JSON.parse(await child.line())
    expect(rest).toEqual({ thrown: 'ENOSPC', next: 'ENOSPC', left: false })
    expect(pids.length).toBeGreaterThan(1)
    await vi.waitFor(() => expect(commands().filter((text) => text.includes(seconds))).toEqual([]), SLOW)
  })
})
