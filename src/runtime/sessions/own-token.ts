/** Sessions that are the application's own signed tokens, in a cookie or a header. */

import type { Project } from '../../project/project.ts'
import { type Carrier, carriersOf, carry } from './carriers.ts'
import { Filler, type Form } from './claims.ts'
import { type TokenCall, tokenCalls } from './jwt-calls.ts'
import type { Missing, Question, Way } from './minter.ts'
import { lifetime, signToken } from './tokens.ts'

/** More would be guessing: each way costs the caller a request. */
const WAYS = 8

/** Claims that sessions have by custom, for when the code does not tell. */
const CUSTOM = ['sub', 'id', 'userId', 'email', 'name', 'role']

/** Purposes of tokens that are no sessions. */
const OTHER =
  /reset|invit|verif(y|ication)(?!.*(session|token|auth))|confirm|magic|unsub|download|share|refresh|state/i
const SESSION = /sess|auth|log_?in|sign_?in|access|jwt/i

/** Ways to make a session of the project's own tokens; nothing when it has none. */
export function ownTokens(question: Question): Way[] | Missing | undefined {
  const { project, running } = question
  const { calls, signs, verifies, carriers } = readTokens(project, running.env)
  if (calls.length === 0) return undefined
  const ways: Way[] = []
  const open = new Set<string>()
  const seen = new Set<string>()
  for (const one of [...signs, ...verifies]) {
    const call = merged(one, verifies)
    const key = call.secret?.read(running.env)
    const form = [
      call.secret?.from,
      call.algorithm,
      call.issuer,
      call.audience,
      ...[...call.claims.keys()].sort(),
    ]
    if (!key || !canSign(call.algorithm, key)) open.add(call.secret?.from ?? `${call.file} (${call.within})`)
    else if (!seen.has(form.join()))
      for (const carrier of carriers.slice(0, 3)) ways.push(wayOf(question, call, key, carrier))
    seen.add(form.join())
  }
  if (ways.length > 0) return ways.slice(0, WAYS)
  return {
    missing: `The code checks tokens of its own (${calls[0]?.library}), but the key to sign with is not known: ${[...open].join(', ')}.`,
  }
}

/** How a session token is made and carried, as the code has it: for who writes that down as code. */
export interface TokenForm {
  call: TokenCall
  carrier: Carrier
}

/** The form of session token that is the likeliest; nothing when the project has none of its own. */
export function tokenForm(project: Project, env: Readonly<Record<string, string>>): TokenForm | undefined {
  const { signs, verifies, carriers } = readTokens(project, env)
  const [call] = [...signs, ...verifies]
  const [carrier] = carriers
  return call && carrier && { call: merged(call, verifies), carrier }
}

function readTokens(project: Project, env: Readonly<Record<string, string>>) {
  const calls = tokenCalls(project, env)
  const made = calls.filter((call) => call.kind === 'sign').sort((a, b) => rank(b, calls) - rank(a, calls))
  const likely = made.filter((call) => rank(call, calls) >= 0)
  return {
    calls,
    signs: likely.length > 0 ? likely : made,
    verifies: calls.filter((call) => call.kind === 'verify'),
    carriers: calls.length === 0 ? [] : carriersOf(project, env, /jose|jsonwebtoken/),
  }
}

/** A made-up variable is no private key, and a public key signs nothing. */
function canSign(algorithm: string | undefined, key: Buffer): boolean {
  try {
    signToken(algorithm ?? 'HS256', key, {})
    return true
  } catch {
    return false
  }
}

function rank(call: TokenCall, all: readonly TokenCall[]): number {
  const near = all.some((one) => one.kind === 'verify' && one.file === call.file) ? 2 : 0
  const words = `${call.within} ${[...call.claims.keys()].join(' ')}`
  const purpose = call.claims.has('purpose') || call.claims.has('type') ? -1 : 0
  return near + purpose + (SESSION.test(`${words} ${call.file}`) ? 1 : 0) - (OTHER.test(words) ? 4 : 0)
}

/** What the making call leaves open, as the checking call with the same key, or in the same file, has it. */
function merged(call: TokenCall, verifies: readonly TokenCall[]): TokenCall {
  const check =
    verifies.find((one) => one.secret && one.secret.from === call.secret?.from) ??
    verifies.find((one) => one.file === call.file) ??
    (verifies.length === 1 ? verifies[0] : undefined)
  if (!check || check === call) return call
  return { ...check, ...call, claims: call.claims.size > 0 ? call.claims : check.claims }
}

function wayOf({ project }: Question, call: TokenCall, key: Buffer, carrier: Carrier): Way {
  const algorithm = call.algorithm ?? 'HS256'
  const guessed: string[] = []
  return {
    library: call.library,
    how: `${carrier.kind} ${carrier.name}, ${algorithm} with the key of ${call.secret?.from}, claims as in ${call.file}`,
    guessed,
    stored: false,
    async mint(user) {
      const filler = new Filler(project, user)
      const claims = { ...lifetime(), ...said(filler, call.claims) }
      guessed.splice(0, guessed.length, ...filler.guessed)
      const registered = {
        ...(call.issuer === undefined ? {} : { iss: call.issuer }),
        ...(call.audience === undefined ? {} : { aud: call.audience }),
      }
      return carry(carrier, signToken(algorithm, key, { ...claims, ...registered }))
    },
  }
}

/** The claims of a token for one user. */
export const claimsOf = (filler: Filler, call: TokenCall): Record<string, unknown> =>
  said(filler, call.claims)

function said(filler: Filler, forms: ReadonlyMap<string, Form>): Record<string, unknown> {
  const known = [...forms].filter(([name]) => !/^(iat|exp|nbf|jti|iss|aud)$/.test(name))
  if (known.length > 0)
    return Object.fromEntries(known.map(([name, form]) => [name, filler.fill(name, form)]))
  return Object.fromEntries(CUSTOM.map((name) => [name, filler.byName(name)]))
}
