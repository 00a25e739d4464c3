/** Answers and errors that are made to turn somebody away: not signed in, not allowed, too often. */
import type { Syntax } from '../../source/syntax.ts'
import type { Machine } from './machine.ts'
import { statusOf, type Value, visibleFields } from './value.ts'

/** https://trpc.io/docs/server/error-handling#error-codes; oRPC's are the same. */
const CODES = new Map([
  ['UNAUTHORIZED', 401],
  ['FORBIDDEN', 403],
  ['TOO_MANY_REQUESTS', 429],
])

/** Notes `new Response(null, { status: 401 })`, `new TRPCError({ code: 'TOO_MANY_REQUESTS' })`, `new ORPCError('FORBIDDEN')`. */
export function noteRefusal(
  machine: Machine,
  name: string,
  args: readonly Value[],
  syntax: Syntax,
  at: number,
): void {
  if (machine.naming) return
  const status = /^(Next)?Response$/.test(name)
    ? statusOf(visibleFields(args[1]).get('status')).status
    : /^[TO]RPCError$/.test(name)
      ? CODES.get(codeIn(args[0]))
      : undefined
  if (status !== undefined && [...CODES.values()].includes(status))
    machine.emit({ ...machine.moment(syntax, at), k: 'refusal', status })
}

function codeIn(given: Value | undefined): string {
  const shape = (visibleFields(given).get('code') ?? given)?.shape
  return shape?.k === 'literal' ? String(shape.value) : ''
}
