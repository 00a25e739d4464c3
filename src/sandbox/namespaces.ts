/**
 * A cell: processes with a network and a view of the file system of their own. Linux alone, and only where users may
 * make namespaces.
 */
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { existsSync, lstatSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { dirname, join, sep } from 'node:path'
import { pipeBetween } from './relay.ts'
import type { Workplace } from './workplace.ts'

export interface Cell {
  /** Starts Node.js inside. With `serves`, the machine reaches that port of the cell under the same number. */
  start(args: readonly string[], options: CellOptions): ChildProcess
  close(): Promise<void>
}

export interface CellOptions {
  cwd: string
  env: Record<string, string>
  stdio: SpawnOptions['stdio']
  serves?: boolean
}

export interface CellPlan {
  /** Ports of the machine's loopback that are reached from inside. */
  ports: readonly number[]
  /** Port of the machine's loopback that leads into the cell. */
  serves: number
  /** Folders besides the workplace and the system that are seen inside, not to be written. */
  readable: readonly string[]
}

/** The system: programs, libraries, and what they need to know of the machine. Homes, projects and `/run` are not there. */
const system = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store']
const settings = [
  '/etc/ssl',
  '/etc/pki',
  '/etc/ca-certificates',
  '/etc/fonts',
  '/etc/alternatives',
  '/etc/passwd',
  '/etc/group',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/localtime',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
]

/** Longest path of a socket that all systems take. */
const MAX_SOCKET = 100
const PROBE_MS = 10_000

/** Opens a cell around a workplace, or says why there is none. It ends with the workplace. */
export async function openCell(workplace: Workplace, plan: CellPlan): Promise<Cell | { missing: string }> {
  if (process.platform !== 'linux') return { missing: 'Namespaces are a thing of Linux.' }
  const folder = freeFolder(workplace.folder)
  if (join(folder, 'out-65535').length > MAX_SOCKET)
    return { missing: 'The path of the folder for runs is too long for sockets.' }
  const root = join(folder, 'root')
  await mkdir(root, { recursive: true })
  const script = scriptOf(workplace.folder, root, plan)
  const probe = await said(
    workplace.start('unshare', [
      ...FLAGS,
      'sh',
      '-c',
      script,
      'sh',
      '/',
      process.execPath,
      '-e',
      'process.stdout.write("inside")',
    ]),
  )
  if (probe.out !== 'inside')
    return { missing: `Namespaces are not allowed here: ${probe.err || 'no reason was given'}.` }
  const servers = [
    ...(await Promise.all(
      plan.ports.map((port) => open({ path: join(folder, `out-${port}`) }, { port, host: '127.0.0.1' })),
    )),
    await open({ port: plan.serves, host: '127.0.0.1' }, { path: join(folder, `in-${plan.serves}`) }),
  ]
  const close = async (): Promise<void> => {
    await Promise.all(servers.splice(0).map((end) => end()))
  }
  workplace.onClose(close)
  return {
    start(args, { cwd, env, stdio, serves }) {
      const inside = { folder, ports: plan.ports, args, env, ...(serves ? { serves: plan.serves } : {}) }
      const command = [process.execPath, insideScript(), JSON.stringify(inside)]
      return workplace.start('unshare', [...FLAGS, 'sh', '-c', script, 'sh', cwd, ...command], {
        env: { PATH: env.PATH ?? '' },
        stdio,
      })
    },
    close,
  }
}

const FLAGS = ['--user', '--map-root-user', '--mount', '--net', '--pid', '--fork', '--kill-child', '--']

/** The first argument is the folder to run in, the rest the command. */
function scriptOf(workplace: string, root: string, { readable }: CellPlan): string {
  const node = dirname(dirname(process.execPath))
  const own = dirname(dirname(insideScript()))
  const folders = [...system, ...settings, node, own, ...readable]
    .filter((path) => existsSync(path))
    .filter((path, at, all) => all.indexOf(path) === at && !isWithin(path, workplace))
    .filter((path, _, all) => !all.some((other) => other !== path && isWithin(path, other)))
  const lines = folders.map((path) => {
    const goal = quoted(root + path)
    if (lstatSync(path).isSymbolicLink())
      return `mkdir -p ${quoted(dirname(root + path))}; cp -d ${quoted(path)} ${goal}`
    return lstatSync(path).isDirectory()
      ? `mkdir -p ${goal}; mount --bind ${quoted(path)} ${goal}; ${readOnly(goal)}`
      : `mkdir -p ${quoted(dirname(root + path))}; : > ${goal}; mount --bind ${quoted(path)} ${goal}; ${readOnly(goal)}`
  })
  return `set -e
own=$PATH; PATH=/usr/sbin:/usr/bin:/sbin:/bin
ip link set lo up
mount -t tmpfs tmpfs ${quoted(root)}
${lines.join('\n')}
mkdir -p ${quoted(root + workplace)}; mount --bind ${quoted(workplace)} ${quoted(root + workplace)}
mkdir -p ${quoted(`${root}/dev`)} ${quoted(`${root}/proc`)} ${quoted(`${root}/.old`)}; mkdir -p -m 1777 ${quoted(`${root}/tmp`)}
mount --rbind /dev ${quoted(`${root}/dev`)}
mount -t proc proc ${quoted(`${root}/proc`)} 2>/dev/null || mount --rbind /proc ${quoted(`${root}/proc`)}
cd ${quoted(root)}
pivot_root . .old
umount -l /.old
cd "$1"; shift
PATH=$own
exec "$@"`
}

/** Flags that the system had set before must be named again. */
const readOnly = (goal: string): string =>
  `mount -o remount,bind,ro ${goal} 2>/dev/null || mount -o remount,bind,ro,nosuid,nodev ${goal} 2>/dev/null || true`

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

/** The compiled file; when this runs from source, the one in `dist`, which must have been built. */
function insideScript(): string {
  const here = import.meta.dirname
  const source = `${sep}src${sep}sandbox`
  const folder = here.endsWith(source) ? join(here.slice(0, -source.length), 'dist/sandbox') : here
  return join(folder, 'inside.js')
}

/** Gives what ends it, open connections too. */
async function open(
  here: { path: string } | { port: number; host: string },
  there: { path: string } | { port: number; host: string },
): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    pipeBetween(socket, there)
  })
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(here, done)
  })
  server.unref()
  return async () => {
    const closed = new Promise((done) => server.close(done))
    for (const socket of sockets) socket.destroy()
    await closed
  }
}

/** Short: the system bounds the length of a socket's path. */
function freeFolder(base: string): string {
  for (let number = 1; ; number++) {
    const folder = join(base, `c${number}`)
    if (!existsSync(folder)) return folder
  }
}

async function said(child: ChildProcess): Promise<{ out: string; err: string }> {
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')))
  const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_MS)
  await new Promise((done) => {
    child.once('error', (error) => {
      err += error.message
      done(undefined)
    })
    child.once('close', done)
  })
  clearTimeout(timer)
  return { out, err: err.trim().split('\n')[0] ?? '' }
}
