/** Whether a server may be used for runs that create, fill and drop databases. In doubt it may not. */
import { isIP } from 'node:net'
import type { Client } from 'pg'

const word = (words: string): RegExp => new RegExp(`(^|[^a-z])(${words})([^a-z]|$)`, 'i')
const PRODUCTION = word('prod|production|live')
const SCRATCH = word('test|tests|testing|scratch|dev|ci')
const OLDEST = 130_000

/** Databases of ours; everything else on the server is somebody's. */
export const OWN_PREFIX = 'be_'

/** The host that a connection string leads to; empty for the default socket. */
export function hostOf(url: URL): string {
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
  return host.replace(/^\[|\]$/g, '')
}

/**
 * Why the address alone forbids it, or `undefined`: only this machine will do, or a machine of a private network when host
 * or database are called test, scratch, dev or ci; and nothing that is called production.
 */
export function refusedAddress(url: URL): string | undefined {
  const host = hostOf(url)
  const database = decodeURIComponent(url.pathname.slice(1))
  for (const name of [host, database, decodeURIComponent(url.username)])
    if (PRODUCTION.test(name)) return `\`${name}\` looks like production.`
  if (isLoopback(host)) return undefined
  if (!isPrivate(host)) return `${host} is not this machine.`
  if (SCRATCH.test(host) || SCRATCH.test(database)) return undefined
  return `${host} is not this machine, and neither its name nor that of the database has the word test, scratch, dev or ci.`
}

function isLoopback(host: string): boolean {
  return (
    host === '' ||
    host.startsWith('/') ||
    host === 'localhost' ||
    host === '::1' ||
    /^127\.\d+\.\d+\.\d+$/.test(host)
  )
}

/** Names without a dot are services of a container network. */
function isPrivate(host: string): boolean {
  if (isIP(host) === 0) return !host.includes('.') || /\.(internal|local|test)$/.test(host)
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:)/i.test(host)
}

/** What the server itself says about it. */
export async function refusedServer(
  client: Client,
  connect: (database: string) => Promise<Client>,
): Promise<string | undefined> {
  const { rows } = await client.query<{
    version: number
    recovery: boolean
    standbys: number
    creates: boolean
  }>(
    `SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS recovery,
       (SELECT count(*)::int FROM pg_stat_replication) AS standbys,
       (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS creates`,
  )
  const [facts] = rows
  if (facts === undefined) return 'it does not say what it is.'
  if (facts.version < OLDEST) return 'it is older than Postgres 13.'
  if (facts.recovery) return 'it is a replica.'
  if (facts.standbys > 0) return 'it has replicas, as production has.'
  if (!facts.creates) return 'the role may not create databases.'
  return foreignData(client, connect)
}

async function foreignData(
  client: Client,
  connect: (database: string) => Promise<Client>,
): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate AND NOT starts_with(datname, $1)',
    [OWN_PREFIX],
  )
  for (const { name } of rows) {
    const tables = await tablesIn(name, connect)
    if (tables === undefined)
      return `nothing is known of its database \`${name}\`, which the role may not open.`
    if (tables > 0) return `its database \`${name}\` has ${tables} ${tables === 1 ? 'table' : 'tables'}.`
  }
  return undefined
}

async function tablesIn(
  database: string,
  connect: (database: string) => Promise<Client>,
): Promise<number | undefined> {
  const client = await connect(database).catch(() => undefined)
  if (client === undefined) return undefined
  try {
    const { rows } = await client.query<{ count: number }>(
      String.raw`SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f', 'm') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
          AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`,
    )
    return rows[0]?.count ?? 0
  } finally {
    await client.end()
  }
}
