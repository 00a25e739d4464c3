/** Arguments of server actions as the app's own React writes them, and results as it reads them: in a process of its own. */
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import type { Workplace } from '../../sandbox/workplace.ts'

export interface Codec {
  /** The body of a request that calls an action with these arguments. */
  encode(args: readonly unknown[]): Promise<{ contentType: string; body: Uint8Array }>
  /** What the action gave, or the message of what it threw. Throws when the text is no answer to an action. */
  decode(body: string): Promise<{ result: unknown } | { thrown: string }>
  /** Its process is gone, or was given up: another one is needed. */
  hasEnded(): boolean
}

const WAIT_MS = 10_000

/**
 * The module map answers for every client component: an answer may hold the page again, and what the components are
 * does not matter here.
 */
const SCRIPT = `
const { Readable } = require('node:stream')
const app = require('node:module').createRequire(process.argv[1])
const load = (name) => app('next/dist/compiled/react-server-dom-' + name + '/client.node.js')
let client
try { client = load('turbopack') } catch { client = load('webpack') }
const each = (make) => new Proxy({}, { get: (_, key) => make(key) })
const consumer = {
  moduleMap: each((id) => each((name) => ({ id, name, chunks: [] }))),
  serverModuleMap: null, moduleLoading: null,
}
const revive = (value) => {
  if (Array.isArray(value)) return value.map(revive)
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value
  if (Array.isArray(value.$form)) {
    const form = new FormData()
    for (const [key, one] of value.$form) form.append(key, revive(one))
    return form
  }
  if (value.$file) return new File([value.$file], value.name, { type: value.type })
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revive(one)]))
}
const work = {
  async encode(args) {
    const body = await client.encodeReply(revive(args))
    if (typeof body === 'string') return { contentType: 'text/plain;charset=UTF-8', body: Buffer.from(body) }
    const response = new Response(body)
    return { contentType: response.headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) }
  },
  async decode(text) {
    const root = await client.createFromNodeStream(Readable.from([Buffer.from(text)]), consumer)
    try {
      return { result: await (Array.isArray(root) ? root[0] : root.a) }
    } catch (error) {
      return { thrown: String(error?.digest ?? error?.message ?? error) }
    }
  },
}
process.on('message', async ({ id, kind, value }) => {
  try { process.send({ id, value: await work[kind](value) }) }
  catch (error) { process.send({ id, failure: String(error?.message ?? error) }) }
})
process.on('disconnect', () => process.exit(0))
`

const reply = z.object({ id: z.number(), value: z.unknown(), failure: z.string().optional() })
const encoded = z.object({ contentType: z.string(), body: z.instanceof(Uint8Array) })
const decoded = z.union([z.object({ thrown: z.string() }), z.object({ result: z.unknown() })])

/**
 * Starts the codec with the Next.js that `folder` resolves. `mode` picks React's build: that of `next dev` writes more
 * into its answers. It ends with the workplace.
 */
export function openCodec(workplace: Workplace, folder: string, mode: 'build' | 'dev'): Codec {
  const child = workplace.start(process.execPath, ['-e', SCRIPT, join(folder, 'package.json')], {
    cwd: folder,
    env: { NODE_ENV: mode === 'dev' ? 'development' : 'production' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  const { ask, hasEnded } = asker(child)
  return {
    hasEnded,
    encode: async (args) => encoded.parse(await ask('encode', await portable(args))),
    async decode(body) {
      const answer = decoded.parse(await ask('decode', body))
      return 'thrown' in answer ? answer : { result: answer.result }
    },
  }
}

type Settle = (answer: z.infer<typeof reply> | Error) => void

interface Asker {
  ask(kind: 'encode' | 'decode', value: unknown): Promise<unknown>
  hasEnded(): boolean
}

function asker(child: ChildProcess): Asker {
  const open = new Map<number, Settle>()
  let count = 0
  let said = ''
  let ended: Error | undefined
  const end = (why: string): void => {
    ended ??= new Error(`React of the application could not be used: ${why}`)
    for (const settle of open.values()) settle(ended)
    open.clear()
    child.kill('SIGKILL')
  }
  child.stderr?.on('data', (text) => {
    said = `${said}${text}`.slice(-2000)
  })
  child.on('message', (message) => {
    const answer = reply.parse(message)
    open.get(answer.id)?.(answer)
    open.delete(answer.id)
  })
  child.on('error', (error) => end(error.message))
  child.on('exit', () => end(said.trim().split('\n').at(-1) || 'its process ended'))
  const ask: Asker['ask'] = (kind, value) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended)
      const id = ++count
      const timer = setTimeout(() => end('it did not answer'), WAIT_MS)
      open.set(id, (answer) => {
        clearTimeout(timer)
        if (answer instanceof Error) reject(answer)
        else if (answer.failure !== undefined) reject(new Error(answer.failure))
        else resolve(answer.value)
      })
      try {
        child.send({ id, kind, value }, (error) => error && end(error.message))
      } catch (error) {
        // What cannot pass between processes: React could not send it either.
        open.delete(id)
        clearTimeout(timer)
        reject(error)
      }
    })
  return { ask, hasEnded: () => ended !== undefined }
}

/** Forms and files in a shape that passes between processes; the rest passes as it is. */
async function portable(value: unknown): Promise<unknown> {
  if (value instanceof FormData)
    return { $form: await Promise.all([...value].map((entry) => portable(entry))) }
  if (value instanceof Blob) {
    const name = 'name' in value && typeof value.name === 'string' ? value.name : 'blob'
    return { $file: new Uint8Array(await value.arrayBuffer()), name, type: value.type }
  }
  if (Array.isArray(value)) return Promise.all(value.map((one) => portable(one)))
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  const fields = Object.entries(value).map(async ([key, one]) => [key, await portable(one)])
  return Object.fromEntries(await Promise.all(fields))
}
