/** The token formats of the well-known packages, made with node:crypto: nothing of the app has to run. */
import {
  createCipheriv,
  createHmac,
  createPrivateKey,
  hkdfSync,
  pbkdf2Sync,
  randomBytes,
  sign as signWith,
} from 'node:crypto'

export type Claims = Record<string, unknown>

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Seconds since 1970, as tokens count. */
export const seconds = (): number => Math.floor(Date.now() / 1000)

/**
 * A signed token in compact form (RFC 7519). `HS…`: the key's bytes; `RS…`, `PS…`, `ES…`, `EdDSA`: a private key in PEM.
 * Throws when the algorithm is unknown, or the key is none for it.
 */
export function signToken(algorithm: string, key: Buffer, claims: Claims, header: Claims = {}): string {
  const text = `${part({ alg: algorithm, typ: 'JWT', ...header })}.${part(claims)}`
  return `${text}.${signature(algorithm, key, text).toString('base64url')}`
}

function signature(algorithm: string, key: Buffer, text: string): Buffer {
  const hash = `sha${algorithm.slice(2)}`
  if (/^HS(256|384|512)$/.test(algorithm)) return createHmac(hash, key).update(text).digest()
  const secret = { key: createPrivateKey(key.toString().replaceAll('\\n', '\n')) }
  const data = Buffer.from(text)
  if (algorithm === 'EdDSA') return signWith(null, data, secret)
  if (/^ES(256|384|512)$/.test(algorithm))
    return signWith(hash, data, { ...secret, dsaEncoding: 'ieee-p1363' })
  if (/^RS(256|384|512)$/.test(algorithm)) return signWith(hash, data, secret)
  if (/^PS(256|384|512)$/.test(algorithm))
    return signWith(hash, data, { ...secret, padding: 6, saltLength: -1 })
  throw new Error(`Unknown algorithm of a token: ${algorithm}`)
}

/** An encrypted token in compact form with a shared key and no key encryption (RFC 7516, `alg: dir`). */
export function encryptToken(method: 'A256GCM' | 'A256CBC-HS512', key: Buffer, claims: Claims): string {
  const header = part({ alg: 'dir', enc: method })
  const text = Buffer.from(JSON.stringify(claims))
  const { iv, body, tag } = method === 'A256GCM' ? gcm(key, text, header) : cbc(key, text, header)
  return [header, '', ...[iv, body, tag].map((one) => one.toString('base64url'))].join('.')
}

interface Sealed {
  iv: Buffer
  body: Buffer
  tag: Buffer
}

function gcm(key: Buffer, text: Buffer, header: string): Sealed {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(header))
  const body = Buffer.concat([cipher.update(text), cipher.final()])
  return { iv, body, tag: cipher.getAuthTag() }
}

/** RFC 7518 §5.2: the first half of the key authenticates, the second encrypts. */
function cbc(key: Buffer, text: Buffer, header: string): Sealed {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', key.subarray(32), iv)
  const body = Buffer.concat([cipher.update(text), cipher.final()])
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(header.length * 8))
  const mac = createHmac('sha512', key.subarray(0, 32)).update(header).update(iv).update(body).update(size)
  return { iv, body, tag: mac.digest().subarray(0, 32) }
}

/** Time claims of a token that is valid for an hour from now. */
export const lifetime = (): { iat: number; exp: number; jti: string } => ({
  iat: seconds(),
  exp: seconds() + 3600,
  jti: randomBytes(12).toString('hex'),
})

/** The session token of next-auth 4 (`next-auth/jwt`). */
export function nextAuthToken(secret: Buffer, claims: Claims): string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'NextAuth.js Generated Encryption Key', 32))
  return encryptToken('A256GCM', key, { ...claims, ...lifetime() })
}

/** The session token of Auth.js 5 (`@auth/core/jwt`): the salt is the name of the cookie. */
export function authJsToken(secret: Buffer, cookie: string, claims: Claims): string {
  const info = `Auth.js Generated Encryption Key (${cookie})`
  const key = Buffer.from(hkdfSync('sha256', secret, cookie, info, 64))
  return encryptToken('A256CBC-HS512', key, { ...claims, ...lifetime() })
}

/** The signed cookie of better-auth, ready to be sent. */
export function betterAuthCookie(secret: Buffer, token: string): string {
  return encodeURIComponent(`${token}.${createHmac('sha256', secret).update(token).digest('base64')}`)
}

const IRON = 'Fe26.2'

/**
 * The sealed cookie of iron-session 6 to 9: AES-256-CBC and HMAC-SHA-256, each under a key that PBKDF2 (one round)
 * makes of the password. `id`: number of the password where several are in use.
 */
export function ironSeal(password: Buffer, data: unknown, id = '1'): string {
  const salts = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')] as const
  const [encryption, integrity] = salts.map((salt) => pbkdf2Sync(password, salt, 1, 32, 'sha1'))
  if (!encryption || !integrity) throw new Error('unreachable')
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', encryption, iv)
  const body = Buffer.concat([cipher.update(JSON.stringify(data)), cipher.final()]).toString('base64url')
  const expires = Date.now() + 3_600_000
  const text = [IRON, id, salts[0], iv.toString('base64url'), body, expires].join('*')
  const mac = createHmac('sha256', integrity).update(text).digest('base64url')
  // The version of the data's form follows the seal.
  return `${text}*${salts[1]}*${mac}~2`
}
