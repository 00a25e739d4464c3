/** A real Postgres for one run: one of our own, or databases of our own on a scratch server that the user names. */
import type { Client } from 'pg'
import type { Workplace } from '../sandbox/workplace.ts'
import { openEmbedded } from './embedded.ts'
import { openExternal } from './external.ts'

export type { Client }

export interface DatabaseServer {
  kind: 'embedded' | 'external'
  /** `18.4` */
  version: string
  /** `postgresql://…` over TCP loopback, for the app. Holds a password: not for reports. */
  url(database: string): string
  /** A connected client of our own; the caller ends it. */
  connect(database: string): Promise<Client>
  /** An empty database, or a copy of `template`, which nobody may be connected to. */
  createDatabase(name: string, template?: string): Promise<void>
  /** Ends its connections. No error when it is not there. */
  dropDatabase(name: string): Promise<void>
  /** Ends the server, or drops what was created on the external one. May be called twice. */
  close(): Promise<void>
}

export interface ServerOptions {
  /** Where binaries and the empty data directory are kept between runs; made when it is not there. */
  cacheFolder: string
  /** Of a scratch server, instead of the embedded one. */
  url?: string
  signal?: AbortSignal
}

/**
 * Starts a server that ends with the workplace.
 *
 * @throws UserError when the embedded server is not installed or cannot run here, or when `options.url` names a server
 *   that cannot be reached, or that may hold what must not be touched.
 */
export async function openServer(workplace: Workplace, options: ServerOptions): Promise<DatabaseServer> {
  options.signal?.throwIfAborted()
  const server =
    options.url === undefined
      ? await openEmbedded(workplace, options)
      : await openExternal(options.url, options.signal)
  workplace.onClose(server.close)
  return server
}
