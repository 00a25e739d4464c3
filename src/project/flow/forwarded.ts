/** Who is calling, asked of another server: the caller's own cookies or token are sent on to it. */
import type { Syntax } from '../../source/syntax.ts'
import type { Machine } from './machine.ts'
import { allDeps, type Sources, shaped, unknown, type Value } from './value.ts'

/** Packages that are called as `fetch` is. */
const CLIENTS = /^(axios|got|ky|ofetch|node-fetch|cross-fetch|isomorphic-fetch|undici)(\/|$)/
const READS = /^(fetch|get|post|request|default|\$fetch|ofetch|axios|ky|got)$/
const ASKED: Sources = new Set(['identity:another server'])
/** The cookies, the header that carries a token, or all headers of the request. */
const CREDENTIAL = /^credential:(cookie|header)\b/

/**
 * The answer of `fetch(url, { headers: { cookie } })` with what the request brought to show who sends it: the other server has
 * checked it, so that whoever asks whether it went well has asked for a session. Nothing for any other call. In a proxy it counts
 * for nothing: there, the same call often serves other ends (a flag, a tenant), and it would be taken to guard every path.
 */
export function askedElsewhere(
  machine: Machine,
  { from, name }: { from: string; name: string },
  args: readonly Value[],
  syntax: Syntax,
  at: number,
): Value | undefined {
  if (machine.proxy || machine.naming) return undefined
  if (!(from === 'global' ? name === 'fetch' : CLIENTS.test(from) && READS.test(name))) return undefined
  const carried = args
    .slice(1)
    .some((arg) => [...allDeps(headersIn(arg))].some((dep) => CREDENTIAL.test(dep)))
  if (!carried) return undefined
  // These throw where the answer is a refusal.
  if (/^(axios|got|ky|ofetch)/.test(from)) machine.assume(ASKED, syntax, at, true)
  const answer: Value = { ...unknown(ASKED), who: true }
  return shaped({ k: 'promise', of: answer, name }, answer.deps)
}

/** The headers of a call; all that is given where they do not stand in an object. */
function headersIn(init: Value): Value {
  return (init.shape?.k === 'object' && init.shape.fields.get('headers')) || init
}
