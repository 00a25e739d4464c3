/**
 * Runs inside the user's app, before it: `node --import <this file>`. Records calls of Prisma, statements and requests as
 * lines of JSON in the folder that BACKEND_ENGINEER_CAPTURE names; without that variable it does nothing.
 *
 * It changes nothing on disk and must never break the app: what fails here is written down as lost.
 */
import diagnostics from 'node:diagnostics_channel'
import { Module } from 'node:module'
import { context, isFunction, isRecord } from './context.ts'
import { HOOKS, instrument, isRuntime, isWhole } from './instrument.ts'
import { hookPgClient, hookPgPool } from './pg-hook.ts'
import { prismaHooks } from './prisma-hook.ts'
import { openRecorder, type Recorder } from './recorder.ts'

const folder = process.env.BACKEND_ENGINEER_CAPTURE
const REQUEST_HEADER = 'x-backend-engineer-request'

if (folder && !Reflect.has(globalThis, HOOKS))
  install(openRecorder({ folder, records: 500_000, length: 200, params: 100 }))

function install(recorder: Recorder): void {
  let work: unknown
  const routeOf = (): string | undefined => {
    const getStore = isRecord(work) ? work.getStore : undefined
    const store: unknown = isFunction(getStore) ? getStore.call(work) : undefined
    return isRecord(store) && typeof store.page === 'string' ? store.page : undefined
  }
  Reflect.set(globalThis, HOOKS, prismaHooks(recorder, routeOf))
  watchRequests(recorder)
  watchModules(recorder, (storage) => {
    work = storage
  })
}

function watchRequests(recorder: Recorder): void {
  const ids = new WeakMap<object, string>()
  diagnostics.subscribe('http.server.request.start', (message) => {
    const request = isRecord(message) ? message.request : undefined
    if (!isRecord(request)) return
    const given = isRecord(request.headers) ? request.headers[REQUEST_HEADER] : undefined
    const id = typeof given === 'string' && given !== '' ? given : recorder.id('r')
    ids.set(request, id)
    recorder.write({ kind: 'request', id, method: request.method, url: request.url })
    context.enterWith({ request: { id, routed: false } })
  })
  // Whoever reads the records waits for this one: the statements of the answer are before it.
  diagnostics.subscribe('http.server.response.finish', (message) => {
    const request = isRecord(message) ? message.request : undefined
    const id = isRecord(request) ? ids.get(request) : undefined
    if (id === undefined) return
    recorder.write({ kind: 'answered', id })
    recorder.flush()
  })
}

/** Looks at each module that Node.js compiles as CommonJS: so are packages that are not bundled, and bundles. */
function watchModules(recorder: Recorder, foundWork: (storage: unknown) => void): void {
  const compile: unknown = Reflect.get(Module.prototype, '_compile')
  if (!isFunction(compile)) {
    recorder.lost('this version of Node.js compiles modules in an unknown way')
    return
  }
  Reflect.set(
    Module.prototype,
    '_compile',
    function (this: unknown, text: unknown, file: unknown, ...rest: unknown[]) {
      let code = text
      if (typeof text === 'string' && isRuntime(text)) code = rewritten(recorder, text, String(file))
      const result: unknown = compile.call(this, code, file, ...rest)
      try {
        if (typeof file === 'string' && isRecord(this)) afterModule(recorder, file, this.exports, foundWork)
      } catch (error) {
        recorder.lost(`a hook of ${String(file)}`, error)
      }
      return result
    },
  )
}

function rewritten(recorder: Recorder, text: string, file: string): string {
  try {
    const { text: code, counts, inserts } = instrument(text)
    if (!isWhole(counts)) {
      const found = `${counts.factory}, ${counts.transaction} and ${counts.client}`
      recorder.lost(`a client of an unknown version: ${found} of its three places were found in ${file}`)
    }
    if (inserts.length > 0) recorder.write({ kind: 'inserts', file, inserts })
    return code
  } catch (error) {
    recorder.lost(`${file} could not be prepared`, error)
    return text
  }
}

function afterModule(
  recorder: Recorder,
  file: string,
  exported: unknown,
  foundWork: (storage: unknown) => void,
): void {
  if (/[\\/]pg[\\/]lib[\\/]client\.js$/.test(file)) hookPgClient(recorder, exported)
  if (/[\\/]pg-pool[\\/]index\.js$/.test(file)) hookPgPool(recorder, exported)
  if (!isRecord(exported)) return
  if (/[\\/]work-async-storage-instance\.js$/.test(file)) foundWork(exported.workAsyncStorageInstance)
  if (/[\\/]next[\\/]dist[\\/]server[\\/]config-shared\.js$/.test(file))
    mapServerBuilds(exported.defaultConfig)
}

/** A build with webpack writes maps of server code only when asked; Turbopack does so by itself. */
function mapServerBuilds(config: unknown): void {
  if (isRecord(config) && isRecord(config.experimental)) config.experimental.serverSourceMaps = true
}
