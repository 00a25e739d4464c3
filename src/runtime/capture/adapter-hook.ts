/** Sees each statement where Prisma hands it to its driver adapter. */
import { performance } from 'node:perf_hooks'
import { type Callable, context, isFunction, isRecord, isThenable, recordStatement } from './context.ts'
import type { Recorder } from './recorder.ts'

const hooked = new WeakSet<object>()

/** `factory` is what the app gives as `adapter`. */
export function hookAdapterFactory(recorder: Recorder, factory: unknown): void {
  if (!isRecord(factory) || hooked.has(factory)) return
  hooked.add(factory)
  const connect = factory.connect
  if (!isFunction(connect)) {
    recorder.lost('a driver adapter without `connect`: its statements are not seen')
    return
  }
  factory.connect = function (...args: unknown[]) {
    return after(connect.apply(this, args), (adapter) => hookQueryable(recorder, adapter))
  }
}

function hookQueryable(recorder: Recorder, queryable: unknown): void {
  if (!isRecord(queryable) || hooked.has(queryable)) return
  hooked.add(queryable)
  hookStatements(recorder, queryable, 'queryRaw', (result) =>
    isRecord(result) && Array.isArray(result.rows) ? result.rows.length : 0,
  )
  hookStatements(recorder, queryable, 'executeRaw', (result) => (typeof result === 'number' ? result : 0))
  const start = queryable.startTransaction
  if (isFunction(start)) queryable.startTransaction = startHook(recorder, start)
}

function hookStatements(
  recorder: Recorder,
  queryable: Record<string, unknown>,
  method: string,
  rowsOf: (result: unknown) => number,
): void {
  const original = queryable[method]
  if (!isFunction(original)) {
    recorder.lost(`a driver adapter without \`${method}\``)
    return
  }
  queryable[method] = function (query: unknown, ...rest: unknown[]) {
    if (!isRecord(query) || typeof query.sql !== 'string') return original.call(this, query, ...rest)
    const now = context.getStore()
    const one = { sql: query.sql, params: query.args, started: performance.now() }
    const inAdapter = { seen: 0, begins: false, over: false }
    const result = context.run({ ...now, inAdapter }, () => original.call(this, query, ...rest))
    if (!isThenable(result)) return result
    return result.then(
      (value) => {
        inAdapter.over = true
        recordStatement(recorder, now, { ...one, rows: rowsOf(value) })
        return value
      },
      (error: unknown) => {
        inAdapter.over = true
        recordStatement(recorder, now, { ...one, rows: 0, error })
        throw error
      },
    )
  }
}

/** An adapter begins the transaction itself; where the driver is not seen either, BEGIN is written from here. */
function startHook(recorder: Recorder, start: Callable): Callable {
  return function (...args) {
    const now = context.getStore()
    const started = performance.now()
    const inAdapter = { seen: 0, begins: true, over: false }
    return after(
      context.run({ ...now, inAdapter }, () => start.apply(this, args)),
      (transaction) => {
        inAdapter.over = true
        const [level] = args
        if (inAdapter.seen === 0) {
          recordStatement(recorder, now, { sql: 'BEGIN', params: [], started, rows: 0 })
          const sql = `SET TRANSACTION ISOLATION LEVEL ${String(level)}`
          if (typeof level === 'string') recordStatement(recorder, now, { sql, params: [], started, rows: 0 })
        }
        hookQueryable(recorder, transaction)
      },
    )
  }
}

/** Looks at what a call gives, now or later, and gives it on. */
function after(result: unknown, look: (value: unknown) => void): unknown {
  if (!isThenable(result)) {
    look(result)
    return result
  }
  return result.then((value) => {
    look(value)
    return value
  })
}
