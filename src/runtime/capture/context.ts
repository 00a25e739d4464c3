/** What the code that runs right now belongs to: a request, and a call of Prisma in it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { cutParams, type Recorder } from './recorder.ts'

export interface Context {
  request?: { id: string; routed: boolean } | undefined
  /** Id of the call of Prisma. */
  operation?: string | undefined
  /** Id of the `$transaction` around it: begin and commit belong to that. */
  transaction?: string | undefined
  /** Calls that Prisma sends together; `at` is the one that is being sent. */
  batch?: { operations: (string | undefined)[]; at: number } | undefined
  /**
   * The adapter talks to the driver: the driver's layer then keeps silent, and counts. A connection that was opened
   * meanwhile carries this on, so it says when it is over.
   */
  inAdapter?: { seen: number; begins: boolean; over: boolean } | undefined
}

export const context = new AsyncLocalStorage<Context>()

export interface Statement {
  sql: string
  params: unknown
  started: number
  rows: number
  error?: unknown
}

const FRAME = /^\s*(begin|start\s+transaction|commit|rollback|savepoint|release|set\s+transaction)\b/i

/** Writes a statement under the call and the request that `now` names. */
export function recordStatement(recorder: Recorder, now: Context | undefined, one: Statement): void {
  const ms = performance.now() - one.started
  try {
    recorder.write({
      kind: 'statement',
      operation: operationOf(now, one.sql),
      request: now?.request?.id,
      sql: one.sql,
      params: cutParams(one.params, recorder.settings),
      rows: one.rows,
      ms: Math.round(ms * 1000) / 1000,
      at: Math.round(one.started * 1000) / 1000,
      error: one.error === undefined ? undefined : wordsOf(one.error),
    })
  } catch (error) {
    recorder.lost('a statement could not be recorded', error)
  }
}

function operationOf(now: Context | undefined, sql: string): string | undefined {
  if (now?.transaction !== undefined && FRAME.test(sql)) return now.transaction
  return now?.batch === undefined ? now?.operation : (now.batch.operations[now.batch.at] ?? now.operation)
}

function wordsOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (isRecord(cause) && typeof cause.originalCode === 'string')
    return `${cause.originalCode} ${String(cause.originalMessage)}`
  return error instanceof Error ? error.message : String(error)
}

export type Callable = (this: unknown, ...args: unknown[]) => unknown

export const isFunction = (value: unknown): value is Callable => typeof value === 'function'

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  isRecord(value) && isFunction(value.then)
