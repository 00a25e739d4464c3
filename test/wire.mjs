/** A loopback door to Postgres that writes down each statement as it goes through: what the server is asked, for sure. */
import { connect, createServer } from 'node:net'

/**
 * @param {{ host: string, port: number }} target where Postgres listens
 * @returns {Promise<import('./wire.d.mts').Wire>}
 */
export async function openWire(target) {
  let statements = []
  const sockets = new Set()
  const server = createServer((client) => {
    const upstream = connect(target)
    const read = reader((sql) => statements.push(sql))
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', read)
    client.pipe(upstream)
    upstream.pipe(client)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: server.address().port,
    take() {
      const taken = statements
      statements = []
      return taken
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Of one connection: simple queries, and executions of prepared ones by the text that was parsed for their portal. */
function reader(found) {
  let bytes = Buffer.alloc(0)
  let started = false
  const prepared = new Map()
  const portals = new Map()
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk])
    for (;;) {
      const head = started ? 1 : 0
      if (bytes.length < head + 4) return
      const length = bytes.readInt32BE(head)
      if (bytes.length < head + length) return
      const type = started ? String.fromCharCode(bytes[0]) : ''
      const body = bytes.subarray(head + 4, head + length)
      bytes = bytes.subarray(head + length)
      // A request for encryption comes before the start, and is refused here by whoever listens.
      if (!started) started = body.readInt32BE(0) === 196608
      else if (type === 'Q') found(texts(body, 1)[0])
      else if (type === 'P') prepared.set(...texts(body, 2))
      else if (type === 'B') portals.set(...texts(body, 2))
      else if (type === 'E') found(prepared.get(portals.get(texts(body, 1)[0])))
    }
  }
}

function texts(body, count) {
  const found = []
  for (let start = 0; found.length < count; ) {
    const end = body.indexOf(0, start)
    found.push(body.toString('utf8', start, end))
    start = end + 1
  }
  return found
}
