/** Calls that write into a log: by a package's name, or by that of a logger that the project has wrapped. */
import type { Expr } from '../../source/syntax.ts'
import { nameOf } from './forms.ts'
import type { Value } from './value.ts'

const LOGGERS = /^(pino|winston|bunyan|consola|loglevel|signale|next-axiom|@logtail\/.*|@axiomhq\/.*)$/
const METHODS = /^(log|info|warn|error|debug|trace|fatal)$/

/** A call of a package for logs, or of the console. */
export const isLogOf = (from: string, root: string, name: string): boolean =>
  METHODS.test(name) && (LOGGERS.test(from) || (from === 'global' && root === 'console'))

/** Only what may hold a secret is worth an event: logs are everywhere. */
export function mayTell(value: Value, depth = 2): boolean {
  const shape = value.shape
  if (shape?.k === 'row') return true
  if (shape?.k === 'object' && depth > 0)
    return [...shape.fields.values(), ...(shape.open ?? [])].some((one) => mayTell(one, depth - 1))
  return value.client !== undefined
}

/** `logger.info('Sent', { id })`, `this.log.warn(…)`, `request.logger.error(…)`; an audit log is kept by the application. */
const WRAPPED = /(^|\.)(log|logger|\w*Logger)$/
const KEPT = /audit|activity|event|history/i

/**
 * A logger of the project's own that is told nothing worth following it for: what it does with names, numbers and ids is in no
 * answer and in no query, and there are many such calls.
 */
export function isIdleLog(callee: Expr & { k: 'member' }, args: readonly Value[]): boolean {
  if (!METHODS.test(callee.key)) return false
  const name = nameOf(callee.of)
  return WRAPPED.test(name) && !KEPT.test(name) && !args.some((arg) => tellsMore(arg))
}

function tellsMore(value: Value, depth = 2): boolean {
  const { shape, client } = value
  if (shape?.k === 'object' && depth > 0)
    return [...shape.fields.values(), ...(shape.open ?? [])].some((one) => tellsMore(one, depth - 1))
  return client !== undefined && /(^|[._])id$|Id$/.test(client) ? false : mayTell(value)
}
