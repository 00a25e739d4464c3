/** Databases of our own on a scratch server that the user names. Nothing else on it is touched. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { type Client, escapeIdentifier, escapeLiteral } from 'pg'
import { UserError } from '../core/error.ts'
import { connected, creation, readVersion, using } from './connection.ts'
import { isRunning } from './own-name.ts'
import { hostOf, OWN_PREFIX, refusedAddress, refusedServer } from './scratch-check.ts'
import type { DatabaseServer } from './server.ts'

const REMEDY =
  'Leave --database-url out to use the embedded Postgres, or name an empty server of this machine, for example one ' +
  'started with `docker run --rm -p 127.0.0.1:5433:5432 -e POSTGRES_PASSWORD=scratch postgres:18`.'

/** @throws UserError when the server cannot be reached, or must not be used; the message never holds the password */
export async function openExternal(address: string, signal?: AbortSignal): Promise<DatabaseServer> {
  const url = parse(address)
  const refused = refusedAddress(url)
  if (refused !== undefined)
    throw new UserError(`The server of --database-url is not used: ${refused}`, REMEDY)
  const at = (database: string): string => withDatabase(url, database)
  const connect = (database: string): Promise<Client> => connected({ connectionString: at(database) })
  const home = decodeURIComponent(url.pathname.slice(1)) || 'postgres'
  const open = async (): Promise<Client> => {
    try {
      return await connect(home)
    } catch (cause) {
      throw new UserError(
        `The server of --database-url cannot be reached at ${hostOf(url) || 'its socket'}: ${messageOf(cause)}`,
        'Check that it runs, and that its address is right.',
        { cause },
      )
    }
  }
  const version = await using(open, async (client) => {
    const why = await refusedServer(client, connect)
    if (why !== undefined) throw new UserError(`The server of --database-url is not used: ${why}`, REMEDY)
    await dropLeftovers(client)
    return readVersion(client)
  })
  signal?.throwIfAborted()
  return serverOf(version, at, () => connect(home))
}

function serverOf(
  version: string,
  at: (database: string) => string,
  administrate: () => Promise<Client>,
): DatabaseServer {
  const run = randomBytes(4).toString('hex')
  const made = new Set<string>()
  const real = (name: string): string => `${OWN_PREFIX}${run}_${name}`.slice(0, 63)
  const drop = async (client: Client, name: string): Promise<void> => {
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`)
    made.delete(name)
  }
  let closing: Promise<void> | undefined
  const close = (): Promise<void> =>
    made.size === 0
      ? Promise.resolve()
      : using(administrate, async (client) => {
          for (const name of made) await drop(client, name)
        })
  return {
    kind: 'external',
    version,
    url: (database) => at(real(database)),
    connect: (database) => connected({ connectionString: at(real(database)) }),
    createDatabase: (name, template) =>
      using(administrate, async (client) => {
        const from = template === undefined ? undefined : real(template)
        await client.query(creation(real(name), from, Number.parseInt(version, 10)))
        made.add(real(name))
        const owner = escapeLiteral(`backend-engineer ${hostname()} ${process.pid}`)
        await client.query(`COMMENT ON DATABASE ${escapeIdentifier(real(name))} IS ${owner}`)
      }),
    dropDatabase: (name) => using(administrate, (client) => drop(client, real(name))),
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** Databases of runs on this machine that were killed. */
async function dropLeftovers(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string; owner: string | null }>(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') AS owner FROM pg_database WHERE starts_with(datname, $1)`,
    [OWN_PREFIX],
  )
  for (const { name, owner } of rows) {
    const [ours, host, pid] = owner?.split(' ') ?? []
    if (ours !== 'backend-engineer' || host !== hostname() || isRunning(Number(pid))) continue
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`)
  }
}

function parse(address: string): URL {
  // The error of `new URL` holds the whole address, with the password: it is not kept.
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol))
    throw new UserError(
      '--database-url is not the address of a Postgres server.',
      'It looks like postgresql://user:password@localhost:5432/postgres; special characters of the password are written as %xx.',
    )
  return url
}

function withDatabase(url: URL, database: string): string {
  const copy = new URL(url)
  copy.pathname = `/${encodeURIComponent(database)}`
  // Ours is the whole database; these are for the one that the user's address named.
  for (const name of ['schema', 'pgbouncer', 'connection_limit']) copy.searchParams.delete(name)
  return copy.href
}

const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}
