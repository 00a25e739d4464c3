/** A small Redis in memory, for applications that do not go on without one. On loopback, in this process. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { hashes, lists, sets } from './collections.ts'
import type { Commands } from './command.ts'
import { Connection, type Shared } from './connection.ts'
import { keys } from './keys.ts'
import { RedisError, type Reply, Requests, written } from './protocol.ts'
import { sortedSets } from './sorted-sets.ts'
import { type Entry, Store } from './store.ts'
import { texts } from './texts.ts'

export interface Redis {
  port: number
  /** `redis://127.0.0.1:port` */
  url: string
  /**
   * A text that is there under the key that ends with `ending` and is asked for first, whatever stands before it: how
   * an application calls its keys is its own affair. `reset` brings it back.
   */
  plant(ending: string, text: string): void
  /** What is there now is what `reset` goes back to. At first that is nothing. */
  keep(): void
  reset(): void
  /** Commands that were asked for and are not served, sorted. */
  notServed(): string[]
  /** Connections that were made so far. */
  connections(): number
  close(): Promise<void>
}

const commands: Commands = { ...texts, ...keys, ...hashes, ...sets, ...lists, ...sortedSets }

type Databases = Map<number, Map<string, Entry>>

/** Opens it on a free port. It keeps no process alive. */
export async function openRedis(): Promise<Redis> {
  let databases: Databases = new Map()
  let kept: Databases = new Map()
  const missing = new Set<string>()
  const planted = new Map<string, string>()
  /** Keys that a planted text was given to; one that was removed since stays so. */
  let grown = new Set<string>()
  const first = (key: string): Entry | undefined => {
    const ending = grown.has(key) ? undefined : [...planted.keys()].find((one) => key.endsWith(one))
    if (ending === undefined) return undefined
    grown.add(key)
    return { value: { k: 'string', text: planted.get(ending) ?? '' } }
  }
  const sockets = new Map<Socket, Connection>()
  let connections = 0
  const shared: Shared = {
    commands,
    database(number) {
      const entries = databases.get(number) ?? new Map<string, Entry>()
      databases.set(number, entries)
      return new Store(entries, first)
    },
    flush(number) {
      if (number === undefined) databases.clear()
      else databases.delete(number)
    },
    publish: (channel, message) =>
      [...sockets.values()].reduce((heard, one) => heard + one.hear(channel, message), 0),
    touch(by, words) {
      for (const one of sockets.values()) if (one !== by) one.touched(words)
    },
    missing: (name) => missing.add(name),
  }
  const server = createServer((socket) => {
    connections += 1
    serve(socket, shared, sockets)
  })
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(0, '127.0.0.1', done)
  })
  server.unref()
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null)
    throw new Error('The stand-in for Redis has no address.')
  return {
    port: address.port,
    url: `redis://127.0.0.1:${address.port}`,
    plant: (ending, text) => void planted.set(ending, Buffer.from(text, 'utf8').toString('latin1')),
    keep: () => (kept = structuredClone(databases)),
    reset: () => {
      databases = structuredClone(kept)
      grown = new Set()
    },
    notServed: () => [...missing].sort(),
    connections: () => connections,
    close: async () => {
      const closed = new Promise((done) => server.close(done))
      for (const socket of sockets.keys()) socket.destroy()
      await closed
    },
  }
}

function serve(socket: Socket, shared: Shared, sockets: Map<Socket, Connection>): void {
  const requests = new Requests()
  const send = (reply: Reply): void => void socket.write(written(reply, connection.version))
  const connection = new Connection(shared, send)
  sockets.set(socket, connection)
  socket.setNoDelay(true)
  socket.unref()
  socket.once('close', () => sockets.delete(socket))
  // A client that breaks off is no fault of this run.
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const words of requests.add(chunk)) connection.receive(words)
    } catch (error) {
      if (!(error instanceof RedisError)) throw error
      send({ error: error.message })
      connection.ended = true
    }
    if (connection.ended) socket.end()
  })
}
