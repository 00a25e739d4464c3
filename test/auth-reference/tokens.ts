import { createHmac, createPublicKey, createVerify, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Has } from './bugs.ts'
import { JWT } from './tables.ts'

type Claims = Record<string, unknown>
const HASHES: Record<string, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }
const seal = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const open = (text: string): Claims => JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Claims
const now = (): number => Math.floor(Date.now() / 1000)
/** Tokens of the mistake 'one session each' are the same, whichever second they were made in. */
const STARTED = now()

export function issue(has: Has, key: string, user: { id: string; email: string }, session: string): string {
  const made = has('one session each') ? STARTED : now()
  const claims = {
    sub: user.id,
    sid: session,
    iss: JWT.iss,
    aud: JWT.aud,
    iat: made,
    exp: made + (has('long life') ? 7 * 86_400 : JWT.seconds),
    ...(has('one session each') ? {} : { jti: randomUUID() }),
    ...(has('address in token') ? { email: user.email } : {}),
  }
  const head = `${seal({ alg: 'HS256', typ: JWT.typ })}.${seal(claims)}`
  return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`
}

/** The claims of a token that is in order. */
export function claimsOf(has: Has, key: string, token: string): { sub: string; sid: string } | undefined {
  try {
    const [head = '', body = '', signature = '', more] = token.split('.')
    if (more !== undefined) return undefined
    const header = open(head)
    if (!signed(has, key, header, `${head}.${body}`, signature)) return undefined
    const { sub, sid, ...claims } = open(body)
    if (!timely(has, claims)) return undefined
    if (!has('no iss') && claims.iss !== JWT.iss) return undefined
    if (!has('no aud') && claims.aud !== JWT.aud) return undefined
    const anybody = has('sub not checked') && typeof sub !== 'string'
    const nowhere = has('session not checked') && typeof sid !== 'string'
    if ((typeof sub !== 'string' && !anybody) || (typeof sid !== 'string' && !nowhere)) return undefined
    if (String(sub).includes('\0') || String(sid).includes('\0')) return undefined
    return { sub: String(sub), sid: String(sid) }
  } catch {
    return undefined
  }
}

function timely(has: Has, { exp, nbf }: Claims): boolean {
  if (exp === undefined && has('exp optional')) return true
  if (typeof exp !== 'number' || (exp <= now() && !has('no exp'))) return false
  return nbf === undefined || has('no nbf') || (typeof nbf === 'number' && nbf <= now())
}

function signed(has: Has, key: string, header: Claims, head: string, signature: string): boolean {
  if (!has('no typ') && header.typ !== JWT.typ) return false
  if (header.crit !== undefined && !has('crit ignored')) return false
  const { alg, kid, jwk } = header
  if (has('alg none') && /^none$/i.test(String(alg))) return true
  if (has('RS256 unverified') && alg === 'RS256') return true
  if (has('own jwk') && alg === 'RS256' && jwk) {
    const own = createPublicKey({ key: jwk as { kty: string }, format: 'jwk' })
    return createVerify('RSA-SHA256').update(head).verify(own, signature, 'base64url')
  }
  const hash = HASHES[String(alg)]
  if (hash === undefined || (alg !== 'HS256' && !has('any HS'))) return false
  if (has('signature not checked')) return true
  const used = has('kid of any') && typeof kid === 'string' ? '' : key
  const [given, right] = [Buffer.from(signature, 'base64url'), createHmac(hash, used).update(head).digest()]
  return given.length === right.length && timingSafeEqual(given, right)
}
