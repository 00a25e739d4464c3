/** Sees each call of the Prisma client: model, action, and the place in the app that made it. */
import { hookAdapterFactory } from './adapter-hook.ts'
import { framesAbove } from './call-site.ts'
import { type Callable, type Context, context, isFunction, isRecord } from './context.ts'
import type { Recorder } from './recorder.ts'

export interface PrismaHooks {
  /** Wraps the factory of promises, which each method of the client calls in the frame of its caller. */
  factory(make: unknown): unknown
  /** Wraps what makes the class of the client. */
  client(make: unknown): unknown
}

const RAW = ['$queryRaw', '$queryRawUnsafe', '$queryRawTyped', '$executeRaw', '$executeRawUnsafe']

/** `routeOf` tells the route that Next.js serves right now. */
export function prismaHooks(recorder: Recorder, routeOf: () => string | undefined): PrismaHooks {
  const sites = new Map<string, number>()
  // A raw method names itself only while it makes its promise.
  let raw: string | undefined

  /** A number for the frames; frames that were seen before are not written again. */
  const siteOf = (below: (...args: never[]) => unknown): number => {
    const frames = framesAbove(below)
    const key = frames.join()
    const known = sites.get(key)
    if (known !== undefined) return known
    const site = sites.size
    sites.set(key, site)
    recorder.write({ kind: 'site', site, frames })
    return site
  }

  const begin = (call: { model?: unknown; action: unknown; site: number | undefined }): string => {
    const id = recorder.id('o')
    const request = context.getStore()?.request
    const route = request && !request.routed ? routeOf() : undefined
    if (request && route !== undefined) {
      request.routed = true
      recorder.write({ kind: 'route', request: request.id, route })
    }
    recorder.write({ kind: 'operation', id, request: request?.id, ...call })
    return id
  }

  const attempt = <T>(what: string, action: () => T): T | undefined => {
    try {
      return action()
    } catch (error) {
      recorder.lost(what, error)
      return undefined
    }
  }

  const wrapFactory = (make: Callable): Callable =>
    function promiseOf(callback, spec) {
      const action = isRecord(spec) ? spec.action : raw
      // An extension hands a call on without saying which: it was seen when the app made it.
      if (action === undefined || !isFunction(callback)) return make.call(this, callback, spec)
      raw = undefined
      const model = isRecord(spec) ? spec.model : undefined
      const site = attempt('a call site', () => siteOf(promiseOf))
      let operation: string | undefined
      return make.call(
        this,
        (...args: unknown[]) => {
          operation ??= attempt('a call of Prisma', () => begin({ model, action, site }))
          return context.run({ ...context.getStore(), operation }, () => callback(...args))
        },
        spec,
      )
    }

  const nameRaw = (prototype: Record<string, unknown>, name: string): void => {
    const original = prototype[name]
    if (!isFunction(original)) return
    prototype[name] = function (...args: unknown[]) {
      raw = name
      try {
        return original.apply(this, args)
      } finally {
        raw = undefined
      }
    }
  }

  const hookTransaction = (prototype: Record<string, unknown>): void => {
    const original = prototype.$transaction
    if (!isFunction(original)) {
      recorder.lost('a client without `$transaction`')
      return
    }
    prototype.$transaction = function transaction(...args: unknown[]) {
      const id = attempt('a transaction', () => begin({ action: '$transaction', site: siteOf(transaction) }))
      const inside = { ...context.getStore(), operation: id, transaction: id }
      return context.run(inside, () => original.apply(this, args))
    }
  }

  const hookClass = (original: unknown): unknown => {
    const prototype: unknown = isFunction(original) ? original.prototype : undefined
    if (!isFunction(original) || !isRecord(prototype)) {
      recorder.lost('a client of an unknown kind')
      return original
    }
    for (const name of RAW) nameRaw(prototype, name)
    hookTransaction(prototype)
    return new Proxy(original, {
      construct(target, args: unknown[], newTarget) {
        attempt('a driver adapter', () => hookOptions(recorder, args[0]))
        const client: unknown = Reflect.construct(target, args, newTarget)
        attempt('the batches of a client', () => hookBatches(recorder, client))
        return isRecord(client) ? client : {}
      },
    })
  }

  const wrapped = new WeakMap<Callable, Callable>()
  return {
    factory: (make) => (isFunction(make) ? wrapFactory(make) : make),
    client: (make) => {
      if (!isFunction(make)) return make
      const known = wrapped.get(make)
      if (known) return known
      const hooked: Callable = function (...args) {
        return hookClass(make.apply(this, args))
      }
      wrapped.set(make, hooked)
      return hooked
    },
  }
}

function hookOptions(recorder: Recorder, options: unknown): void {
  if (isRecord(options) && isRecord(options.adapter)) {
    hookAdapterFactory(recorder, options.adapter)
    return
  }
  recorder.lost('a Prisma client without a driver adapter: its calls are seen, its statements are not')
}

/**
 * Prisma sends the calls of one tick together, from wherever the first of them was made. Each gets its own context
 * back here, and within a batch the one whose turn it is.
 */
function hookBatches(recorder: Recorder, client: unknown): void {
  const handler = isRecord(client) ? client._requestHandler : undefined
  const engine = isRecord(client) ? client._engine : undefined
  const loader = isRecord(handler) && isRecord(handler.dataloader) ? handler.dataloader.options : undefined
  if (!isRecord(handler) || !isRecord(engine) || !isRecord(loader)) {
    recorder.lost('a client whose batches are not known: calls of one tick may be mixed up')
    return
  }
  const { request } = handler
  const { requestBatch } = engine
  const { singleLoader, batchLoader } = loader
  if (
    !isFunction(request) ||
    !isFunction(requestBatch) ||
    !isFunction(singleLoader) ||
    !isFunction(batchLoader)
  ) {
    recorder.lost('a client whose batches are not known: calls of one tick may be mixed up')
    return
  }

  const contexts = new WeakMap<object, Context>()
  const contextOf = (call: unknown): Context => (isRecord(call) ? (contexts.get(call) ?? {}) : {})
  handler.request = function (call: unknown, ...rest: unknown[]) {
    const now = context.getStore()
    if (isRecord(call) && now) contexts.set(call, now)
    return request.call(this, call, ...rest)
  }
  loader.singleLoader = function (call: unknown, ...rest: unknown[]) {
    return context.run(contextOf(call), () => singleLoader.call(this, call, ...rest))
  }
  loader.batchLoader = function (calls: unknown, ...rest: unknown[]) {
    const all: unknown[] = Array.isArray(calls) ? calls : []
    const batch = { operations: all.map((one) => contextOf(one).operation), at: 0 }
    const inside = { ...contextOf(all[0]), batch }
    return context.run(inside, () => batchLoader.call(this, calls, ...rest))
  }
  engine.requestBatch = function (queries: unknown, options: unknown, ...rest: unknown[]) {
    const batch = context.getStore()?.batch
    if (!batch || !isRecord(options)) return requestBatch.call(this, queries, options, ...rest)
    const fetchOf = options.customDataProxyFetch
    let turn = -1
    // Asked once for each plan of a batch, right before it is executed.
    const customDataProxyFetch = (...args: unknown[]): unknown => {
      batch.at = ++turn
      return isFunction(fetchOf) ? fetchOf(...args) : undefined
    }
    return requestBatch.call(this, queries, { ...options, customDataProxyFetch }, ...rest)
  }
}
