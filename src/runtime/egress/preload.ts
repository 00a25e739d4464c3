/**
 * Runs inside the application, before its code: connections lead to loopback, or nowhere. Written down are those that
 * were refused. This guards against accidents: code that goes around Node's own modules, or starts other programs, is
 * not held by it.
 */
import childProcess from 'node:child_process'
import dgram from 'node:dgram'
import dns from 'node:dns'
import { appendFileSync, realpathSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { dirname, resolve, sep } from 'node:path'

interface Rules {
  /** File for the lines. */
  record: string
  /** Ports on loopback that may be reached. */
  ports: number[]
  /** Ports on loopback that lead to another one: where clients look for a service that has a stand-in. */
  led?: Record<number, number>
  /** Ports of the stub for plain and for encrypted connections, and the names that it answers for. */
  stub?: { plain: number; tls: number; hosts: string[] }
}

interface Goal {
  host: string
  port: number
}

const MAX_LINES = 5000

const rules = readRules()
if (rules) contain(rules)

function readRules(): Rules | undefined {
  const text = process.env.BACKEND_ENGINEER_EGRESS
  if (text === undefined) return undefined
  const value: unknown = JSON.parse(text)
  return isRules(value) ? value : undefined
}

function isRules(value: unknown): value is Rules {
  return typeof value === 'object' && value !== null && 'record' in value && 'ports' in value
}

function contain({ record, ports, led, stub }: Rules): void {
  const allowed = new Set(ports)
  // Bundlers start workers of their own and name the port to report to as an argument.
  for (const argument of process.argv.slice(2)) if (/^\d{4,5}$/.test(argument)) allowed.add(Number(argument))
  let lines = 0
  const write = (attempt: Record<string, unknown>): void => {
    if (++lines > MAX_LINES) return
    const frame = frameOf(new Error().stack ?? '')
    const line = { ...attempt, ...(frame === undefined ? {} : { frame }), at: Date.now() }
    try {
      appendFileSync(record, `${JSON.stringify(line)}\n`)
    } catch {
      // The run is over and its folder gone; the connection is refused all the same.
    }
  }
  guardSockets(allowed, { stub, led: led ?? {} }, dirname(record), write)
  guardNames(write)
  guardDatagrams(write)
  watchProcesses(write)
  syncBuiltinESMExports()
}

type Write = (attempt: Record<string, unknown>) => void

/** All of `net`, `tls`, `http`, `http2`, `fetch` and the drivers of databases come through here. */
function guardSockets(
  allowed: Set<number>,
  { stub, led }: { stub: Rules['stub']; led: Record<number, number> },
  own: string,
  write: Write,
): void {
  const connect = net.Socket.prototype.connect
  const refuse = (socket: net.Socket, { host, port }: Goal): net.Socket => {
    write({ kind: 'connect', host, port })
    process.nextTick(() => socket.destroy(refusal('connect', host, port)))
    return socket
  }
  const guarded = function (this: net.Socket, ...args: unknown[]): net.Socket {
    const options = optionsOf(args)
    const goal = goalOf(options)
    // Sockets of the file system lead to programs of this machine: the daemon of Docker, another database.
    // Those in the run's own folder, where the temporary files are, are of tools that talk to their workers.
    if (goal === undefined)
      return isBelow(String(options.path), own)
        ? Reflect.apply(connect, this, args)
        : refuse(this, { host: String(options.path), port: 0 })
    if (isLoopback(goal.host) && allowed.has(goal.port)) return Reflect.apply(connect, this, args)
    const stood = isLoopback(goal.host) ? led[goal.port] : undefined
    const door =
      stood ?? (stub !== undefined && covers(stub.hosts, goal.host) ? doorOf(stub, this) : undefined)
    if (door === undefined) return refuse(this, goal)
    const { lookup: _lookup, path: _path, ...rest } = options
    const there = { ...rest, host: '127.0.0.1', port: door }
    const callback = callbackOf(args)
    return Reflect.apply(connect, this, callback === undefined ? [there] : [there, callback])
  }
  Object.defineProperty(net.Socket.prototype, 'connect', {
    value: guarded,
    writable: true,
    configurable: true,
  })

  // What this process serves itself may be reached from it.
  const listen = net.Server.prototype.listen
  const listening = function (this: net.Server, ...args: unknown[]): net.Server {
    this.once('listening', () => {
      const address = this.address()
      if (typeof address === 'object' && address !== null) allowed.add(address.port)
    })
    return Reflect.apply(listen, this, args)
  }
  Object.defineProperty(net.Server.prototype, 'listen', {
    value: listening,
    writable: true,
    configurable: true,
  })
}

const doorOf = (stub: { plain: number; tls: number }, socket: net.Socket): number =>
  'encrypted' in socket && socket.encrypted === true ? stub.tls : stub.plain

/** `connect(port, host)`, `connect(options)`, and the form in which `net.connect` hands both on. */
function optionsOf(args: unknown[]): Record<string, unknown> {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0]
  if (typeof first === 'object' && first !== null) return { ...first }
  const isPort = typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))
  if (!isPort) return { path: first }
  return { port: Number(first), ...(typeof args[1] === 'string' ? { host: args[1] } : {}) }
}

function callbackOf(args: unknown[]): unknown {
  const list: unknown[] = Array.isArray(args[0]) ? args[0] : args
  return list.find((one) => typeof one === 'function')
}

function goalOf(options: Record<string, unknown>): Goal | undefined {
  if (options.port === undefined && typeof options.path === 'string') return undefined
  return {
    host: String(options.host ?? 'localhost').replace(/^\[|\]$/g, ''),
    port: Number(options.port ?? 0),
  }
}

/** As it is written, and with its links followed. */
function isBelow(path: string, folder: string): boolean {
  const start = resolve(folder) + sep
  if (!resolve(path).startsWith(start)) return false
  try {
    return realpathSync(path).startsWith(realpathSync(folder) + sep)
  } catch {
    return false
  }
}

function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  if (/^(?:::1|(?:0+:){7}0*1|::|0\.0\.0\.0)$/.test(name)) return true
  const four = name.replace(/^(?:::|(?:0+:){5})ffff:/, '')
  return net.isIPv4(four) && four.startsWith('127.')
}

const covers = (patterns: string[], host: string): boolean =>
  patterns.some((one) => host === one || (one.startsWith('*.') && host.endsWith(one.slice(1))))

function refusal(syscall: string, address: string, port: number): Error {
  const where = port === 0 ? address : `${address}:${port}`
  return Object.assign(new Error(`${syscall} ECONNREFUSED ${where}`), {
    code: 'ECONNREFUSED',
    errno: -111,
    syscall,
    address,
    port,
  })
}

/** Names get an address that is reserved for documentation: whoever connects to it is refused by name or address. */
function guardNames(write: Write): void {
  const answer = (host: string): { address: string; family: number } => {
    if (net.isIP(host) !== 0) return { address: host, family: net.isIP(host) }
    if (isLoopback(host)) return { address: '127.0.0.1', family: 4 }
    write({ kind: 'lookup', host })
    return { address: '192.0.2.1', family: 4 }
  }
  const lookup = (host: string, options: unknown, callback?: unknown): void => {
    const done = typeof options === 'function' ? options : callback
    if (typeof done !== 'function') return
    const found = answer(String(host))
    const wantsAll =
      typeof options === 'object' && options !== null && 'all' in options && options.all === true
    process.nextTick(() => (wantsAll ? done(null, [found]) : done(null, found.address, found.family)))
  }
  const promised = async (host: string, options?: unknown): Promise<unknown> => {
    const found = answer(String(host))
    const wantsAll =
      typeof options === 'object' && options !== null && 'all' in options && options.all === true
    return wantsAll ? [found] : found
  }
  set(dns, 'lookup', lookup)
  set(dns.promises, 'lookup', promised)
  const kinds = ['', '4', '6', 'Any', 'Caa', 'Cname', 'Mx', 'Naptr', 'Ns', 'Ptr', 'Soa', 'Srv', 'Tlsa', 'Txt']
  for (const name of [...kinds.map((kind) => `resolve${kind}`), 'reverse', 'lookupService']) {
    const fails = (host: unknown, ...rest: unknown[]): void => {
      write({ kind: 'lookup', host: String(host) })
      const done = rest.find((one) => typeof one === 'function')
      if (typeof done === 'function') process.nextTick(() => done(noName(name, String(host))))
    }
    const rejects = async (host: unknown): Promise<never> => {
      write({ kind: 'lookup', host: String(host) })
      throw noName(name, String(host))
    }
    for (const holder of [dns, dns.Resolver.prototype]) if (name in holder) set(holder, name, fails)
    for (const holder of [dns.promises, dns.promises.Resolver.prototype])
      if (name in holder) set(holder, name, rejects)
  }
}

const noName = (syscall: string, hostname: string): Error =>
  Object.assign(new Error(`${syscall} ENOTFOUND ${hostname}`), { code: 'ENOTFOUND', syscall, hostname })

function set(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: true })
}

function guardDatagrams(write: Write): void {
  const send = function (this: dgram.Socket, ...args: unknown[]): void {
    // send(message, [offset, length,] port, host, callback): the port is the last number before the name.
    const host = args.findLast((one) => typeof one === 'string') ?? 'localhost'
    const port = args.findLast((one) => typeof one === 'number') ?? 0
    write({ kind: 'datagram', host, port })
    const done = args.at(-1)
    if (typeof done === 'function') process.nextTick(() => done(refusal('send', String(host), Number(port))))
  }
  set(dgram.Socket.prototype, 'send', send)
  const connect = function (this: dgram.Socket, port: number, ...rest: unknown[]): void {
    const host = rest.find((one) => typeof one === 'string') ?? 'localhost'
    write({ kind: 'datagram', host, port })
    process.nextTick(() => this.emit('error', refusal('connect', String(host), port)))
  }
  set(dgram.Socket.prototype, 'connect', connect)
}

/** Programs other than Node.js are not held by a preload: that they were started is written down. */
function watchProcesses(write: Write): void {
  const spawn: unknown = Reflect.get(childProcess.ChildProcess.prototype, 'spawn')
  if (typeof spawn !== 'function') return
  const watched = function (this: childProcess.ChildProcess, options: unknown): unknown {
    const file = typeof options === 'object' && options !== null && 'file' in options ? options.file : ''
    if (typeof file === 'string' && file !== process.execPath && !/(?:^|[\\/])node(?:\.exe)?$/.test(file))
      write({ kind: 'process', host: file })
    return Reflect.apply(spawn, this, [options])
  }
  set(childProcess.ChildProcess.prototype, 'spawn', watched)
}

/** The first frame that is neither of Node.js, nor of a package, nor of this file. */
function frameOf(stack: string): string | undefined {
  const line = stack
    .split('\n')
    .slice(1)
    .find((one) => !/\(?node:|[\\/]node_modules[\\/]|egress[\\/]preload|<anonymous>|\[native/.test(one))
  return line === undefined ? undefined : /\(?((?:file:\/\/)?[^()\s]+:\d+:\d+)\)?$/.exec(line.trim())?.[1]
}
