/** Connections of our own to a server. */
import { Client, type ClientConfig } from 'pg'

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
