/** Connections of our own to a server. */
import { Client, type ClientConfig, escapeIdentifier } from 'pg'

/** Connected. A connection that is lost later fails the next query, and does not end this process. */
export async function connected(config: ClientConfig): Promise<Client> {
  const client = new Client({
    connectionTimeoutMillis: 15_000,
    application_name: 'backend-engineer',
    ...config,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  return client
}

/** Runs `use` on a connection of its own. */
export async function using<T>(open: () => Promise<Client>, use: (client: Client) => Promise<T>): Promise<T> {
  const client = await open()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** From Postgres 15 on there is a choice: copying files is quicker than logging each page when there is something to copy. */
export function creation(name: string, template: string | undefined, version: number): string {
  const from = template === undefined ? '' : ` TEMPLATE ${escapeIdentifier(template)}`
  const how = template !== undefined && version >= 15 ? ' STRATEGY FILE_COPY' : ''
  return `CREATE DATABASE ${escapeIdentifier(name)}${from}${how}`
}

/** `18.4` */
export async function readVersion(client: Client): Promise<string> {
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  return rows[0]?.server_version.split(' ')[0] ?? ''
}
