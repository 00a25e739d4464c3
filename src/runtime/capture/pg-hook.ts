/** Sees the statements of `pg` that do not come from Prisma, and keeps its pool from mixing up requests. */
import { AsyncResource } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { type Context, context, isFunction, isRecord, isThenable, recordStatement } from './context.ts'
import type { Recorder } from './recorder.ts'

/** `client` is the class that `pg/lib/client.js` exports. */
export function hookPgClient(recorder: Recorder, client: unknown): void {
  const prototype: unknown = isFunction(client) ? client.prototype : undefined
  const query = isRecord(prototype) ? prototype.query : undefined
  if (!isRecord(prototype) || !isFunction(query)) {
    recorder.lost('a version of pg that is not known: only statements of Prisma are seen')
    return
  }
  prototype.query = function (...args: unknown[]) {
    const now = context.getStore()
    const sql = sqlOf(args[0])
    if (now?.inAdapter?.over === false) {
      now.inAdapter.seen += 1
      if (!now.inAdapter.begins) return query.apply(this, args)
    }
    if (sql === undefined) return query.apply(this, args)
    const done = recorderOf(recorder, now, sql, paramsOf(args))
    const last = args.at(-1)
    const called = isFunction(last)
    if (called) args[args.length - 1] = callbackOf(AsyncResource.bind(last), done)
    const result = query.apply(this, args)
    if (called) return result
    if (!isThenable(result)) {
      // A cursor or a stream: its rows come when they are read.
      done(undefined, undefined)
      return result
    }
    return result.then(
      (value) => {
        done(undefined, value)
        return value
      },
      (error: unknown) => {
        done(error, undefined)
        throw error
      },
    )
  }
}

type Done = (error: unknown, result: unknown) => void

function callbackOf(callback: (...args: unknown[]) => unknown, done: Done): (...args: unknown[]) => unknown {
  return function (this: unknown, ...args: unknown[]) {
    done(args[0] ?? undefined, args[1])
    return callback.apply(this, args)
  }
}

function recorderOf(recorder: Recorder, now: Context | undefined, sql: string, params: unknown): Done {
  const started = performance.now()
  return (error, result) =>
    recordStatement(recorder, now, { sql, params, started, rows: rowsOf(result), error: error ?? undefined })
}

/** A waiter of the pool is called by whoever gives a connection back: without this, in that one's request. */
export function hookPgPool(recorder: Recorder, pool: unknown): void {
  const prototype: unknown = isFunction(pool) ? pool.prototype : undefined
  const connect = isRecord(prototype) ? prototype.connect : undefined
  if (!isRecord(prototype) || !isFunction(connect)) {
    recorder.lost('a version of pg-pool that is not known: its statements may carry another request')
    return
  }
  prototype.connect = function (...args: unknown[]) {
    const [callback] = args
    if (!isFunction(callback)) return connect.apply(this, args)
    return connect.call(this, AsyncResource.bind(callback), ...args.slice(1))
  }
}

function sqlOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query
  return isRecord(query) && typeof query.text === 'string' ? query.text : undefined
}

function paramsOf([query, values]: unknown[]): unknown {
  if (Array.isArray(values)) return values
  return isRecord(query) ? query.values : []
}

function rowsOf(result: unknown): number {
  if (Array.isArray(result)) return result.reduce((sum: number, one) => sum + rowsOf(one), 0)
  return isRecord(result) && typeof result.rowCount === 'number' ? result.rowCount : 0
}
