/** The embedded Postgres: a copy of the template data directory and a process; both end with the workplace. */
import { chmod, chown, lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, escapeIdentifier } from 'pg'
import { UserError } from '../core/error.ts'
import { saysFull } from '../sandbox/disk.ts'
import type { Workplace } from '../sandbox/workplace.ts'
import { type Account, findAccount } from './account.ts'
import { type Binaries, copyBinaries, findBinaries } from './binaries.ts'
import { connected, creation, readVersion, using } from './connection.ts'
import { copyTree } from './copy-tree.ts'
import { ownName, removeDead } from './own-name.ts'
import { type PostgresProcess, startPostgres } from './process.ts'
import type { DatabaseServer, ServerOptions } from './server.ts'
import { dropTemplate, openTemplate } from './template.ts'

/** Of the package that is pinned in package.json. */
const EMBEDDED_MAJOR = 18

/** Where the parts of one server are. */
interface Home {
  binaries: Binaries
  /** Of the template. */
  cache: string
  /** Of the data directory and the socket. */
  run: string
}

/**
 * Who runs the server, when it is not to be found out. `shared` is where another account finds binaries and data: all
 * folders above it can be entered by everybody.
 */
export interface Host {
  account: Account
  shared: string
}

export async function openEmbedded(
  workplace: Workplace,
  options: ServerOptions,
  host?: Host,
): Promise<DatabaseServer> {
  try {
    return await open(workplace, options, host ?? (await findHost(workplace)))
  } catch (error) {
    options.signal?.throwIfAborted()
    if (error instanceof UserError || !(error instanceof Error)) throw error
    const full = saysFull(error)
    throw new UserError(
      full ? 'The disk is full.' : `The embedded Postgres does not run here. ${error.message}`,
      full
        ? 'Make some room: a run needs about 200 MB, more with many rows.'
        : 'Name a scratch server with --database-url.',
      { cause: error },
    )
  }
}

async function findHost(workplace: Workplace): Promise<Host> {
  return { account: await findAccount(workplace), shared: join(tmpdir(), 'backend-engineer-postgres') }
}

async function open(workplace: Workplace, options: ServerOptions, host: Host): Promise<DatabaseServer> {
  const home = await findHome(workplace, options.cacheFolder, host)
  try {
    return await openCopy(workplace, options, home, host.account)
  } catch (error) {
    options.signal?.throwIfAborted()
    if (saysFull(error)) throw error
    // What is kept between runs may have been damaged since.
    await dropTemplate(home.cache)
    return await openCopy(workplace, options, home, host.account)
  }
}

async function openCopy(
  workplace: Workplace,
  options: ServerOptions,
  home: Home,
  account: Account,
): Promise<DatabaseServer> {
  const template = await openTemplate(workplace, home.binaries, account, home.cache)
  const folder = join(home.run, ownName('pg'))
  const data = join(folder, 'data')
  try {
    await mkdir(folder, { mode: 0o700 })
    await copyTree(template.data, data, 0o700)
    if (account.kind === 'account') await give(folder, account)
    const place = { binaries: home.binaries.folder, data, sockets: folder, account }
    const postgres = await startPostgres(workplace, place, options.signal)
    const server = serverOf(postgres, template.password, folder)
    try {
      return { ...server, version: await using(() => server.connect('postgres'), readVersion) }
    } catch (error) {
      await server.close()
      throw error
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

function serverOf(
  postgres: PostgresProcess,
  password: string,
  folder: string,
): Omit<DatabaseServer, 'version'> {
  const connect = (database: string): Promise<Client> =>
    connected({ host: '127.0.0.1', port: postgres.port, user: 'postgres', password, database })
  const administer = (sql: string): Promise<void> =>
    using(
      () => connect('postgres'),
      async (client) => void (await client.query(sql)),
    )
  let closing: Promise<void> | undefined
  const end = async (): Promise<void> => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 })
  }
  return {
    kind: 'embedded',
    url: (database) =>
      `postgresql://postgres:${password}@127.0.0.1:${postgres.port}/${encodeURIComponent(database)}`,
    connect,
    createDatabase: (name, template) => administer(creation(name, template, EMBEDDED_MAJOR)),
    dropDatabase: (name) => administer(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`),
    close() {
      closing ??= end()
      return closing
    },
  }
}

async function findHome(workplace: Workplace, cacheFolder: string, { account, shared }: Host): Promise<Home> {
  const binaries = await findBinaries(cacheFolder)
  if (account.kind !== 'account')
    return { binaries, cache: join(cacheFolder, 'postgres', binaries.version), run: workplace.folder }
  await mkdir(shared, { recursive: true, mode: 0o711 })
  await chmod(shared, 0o711)
  const { uid } = await lstat(shared)
  if (uid !== process.getuid?.())
    throw new UserError(`${shared} belongs to another user.`, 'Remove it, or do not run as root.')
  await removeDead(shared, 'run')
  const run = join(shared, ownName('run'))
  await mkdir(run, { mode: 0o711 })
  workplace.onClose(() => rm(run, { recursive: true, force: true }))
  const cache = join(shared, `${binaries.version}-${account.uid}`)
  return { binaries: { ...binaries, folder: await copyBinaries(binaries, cache) }, cache, run }
}

async function give(folder: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  await chown(folder, uid, gid)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await chown(join(entry.parentPath, entry.name), uid, gid)
}
