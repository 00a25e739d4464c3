import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '..')

/** Vite loads TypeScript in a process that has no Vitest around it, with no build. */
const prelude = `
  import { createViteServer } from 'vitest/node'
  const vite = await createViteServer({
    root: ${JSON.stringify(root)}, configFile: false, appType: 'custom', logLevel: 'error',
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true, include: [] },
  })
  const load = (path) => vite.ssrLoadModule('/src/' + path)
`

export interface Child {
  process: ChildProcess
  pid: number
  /** The next line that it writes. @throws when it ends before, with what it wrote to stderr */
  line(): Promise<string>
  /** Kills it as `kill -9` does. */
  kill(): Promise<void>
}

/**
 * A process of its own that runs `code` (an ES module, where `load('sandbox/workplace.ts')` gives a module of `src`), so
 * that it can be killed. `wrap` is a command to start it under.
 */
export function startChild(code: string, args: readonly string[] = [], wrap: readonly string[] = []): Child {
  const command = [...wrap, process.execPath, '--input-type=module', '-e', prelude + code, '--', ...args]
  const child = spawn(command[0] ?? '', command.slice(1), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const { pid, stdout, stderr } = child
  if (pid === undefined) throw new Error('The child was not started.')
  let errors = ''
  stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8')
  })
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    pid,
    async line() {
      const { done, value } = await lines.next()
      if (done) throw new Error(`The child ended. ${errors}`)
      return value
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** A process that is there, and more than an entry of what has ended. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat[stat.lastIndexOf(')') + 2] !== 'Z'
  } catch {
    return process.platform !== 'linux'
  }
}
