/**
 * The first process of a cell: leads connections between the cell and the machine through sockets in a folder that both
 * see, and runs the command. Ends with it.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createServer, type NetConnectOpts, type Server } from 'node:net'
import { join } from 'node:path'
import { pipeBetween } from './relay.ts'

interface Settings {
  folder: string
  /** Ports of the machine's loopback that the cell reaches under the same number. */
  ports: number[]
  /** Port of the cell that the machine reaches. */
  serves?: number
  args: string[]
  env: Record<string, string>
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && 'folder' in value && 'args' in value && 'env' in value
}

const settings: unknown = JSON.parse(process.argv[2] ?? '')
if (!isSettings(settings)) throw new Error('The cell was started without its settings.')
await run(settings)

async function run({ folder, ports, serves, args, env }: Settings): Promise<void> {
  for (const port of ports) await listen({ port, host: '127.0.0.1' }, { path: join(folder, `out-${port}`) })
  if (serves !== undefined) {
    const path = join(folder, `in-${serves}`)
    rmSync(path, { force: true })
    await listen({ path }, { port: serves, host: '127.0.0.1' })
  }
  const child = spawn(process.execPath, args, { env, stdio: 'inherit' })
  // A first process of a namespace gets no signal that it does not ask for.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.once('error', () => process.exit(127))
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 143)))
}

async function listen(
  here: { port: number; host: string } | { path: string },
  there: NetConnectOpts,
): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => pipeBetween(socket, there))
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(here, done)
  })
  return server
}
