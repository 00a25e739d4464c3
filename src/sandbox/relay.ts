/** Both ends of a connection that is led through another socket. */
import { connect, type NetConnectOpts, type Socket } from 'node:net'

/** Connects to `there` and passes everything on, both ways. When one side breaks, so does the other. */
export function pipeBetween(socket: Socket, there: NetConnectOpts): void {
  const other = connect({ ...there, allowHalfOpen: true })
  socket.setNoDelay(true)
  other.setNoDelay(true)
  socket.pipe(other)
  other.pipe(socket)
  socket.on('error', () => other.destroy())
  other.on('error', () => socket.destroy())
  socket.on('close', () => other.destroy())
  other.on('close', () => socket.destroy())
}
