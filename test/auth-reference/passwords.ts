/** Hashes that cost little, so that tests are quick. They carry the label of argon2id, which Node does not have. */
import { createHash, randomBytes, scrypt, scryptSync } from 'node:crypto'
import { promisify } from 'node:util'
import type { Has } from './bugs.ts'
import { LISTED } from './tables.ts'

const derive = promisify<string, Buffer, number, { N: number }, Buffer>(scrypt)
const COST = { N: 1 << 12 }
const label = (salt: Buffer): string =>
  `$argon2id$v=19$m=19456,t=2,p=1$${salt.toString('base64').replace(/=+$/, '')}$`

/** Two at a time; the others wait. */
let running = 0
const waiting: (() => void)[] = []
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  while (running >= 2) await new Promise<void>((resolve) => waiting.push(resolve))
  running += 1
  try {
    return await work()
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}

export async function hashOf(has: Has, password: string, salt = randomBytes(16)): Promise<string> {
  const text = prepared(has, password)
  if (has('fast hash')) return createHash('sha256').update(text).digest('hex')
  const used = has('no salt') ? Buffer.alloc(16, 1) : salt
  if (has('hash on the loop'))
    return label(used) + scryptSync(text, used, 32, { N: 1 << 15, p: 4, maxmem: 1 << 27 }).toString('base64')
  const key = await inTurn(() => derive(text, used, 32, COST))
  return label(used) + key.toString('base64')
}

export async function verify(has: Has, password: string, hash: string): Promise<boolean> {
  const salt = Buffer.from(hash.split('$')[4] ?? '', 'base64')
  return (await hashOf(has, password, salt)) === hash
}

function prepared(has: Has, password: string): string {
  let text = has('not normalized') ? password : password.normalize('NFKC')
  if (has('password trimmed')) text = text.trim()
  if (has('password folded')) text = text.toLowerCase()
  return has('cut at 72') ? text.slice(0, 72) : text
}

/** Why a password is refused at registration. */
export function weak(has: Has, password: string): string | undefined {
  const size = has('length in units') ? password.length : [...password].length
  if (size < (has('min 8') ? 8 : 15)) return 'too short'
  if (size > (has('max 32') ? 32 : has('no max') ? 1e9 : 256)) return 'too long'
  if (has('composition') && !/\d/.test(password)) return 'needs a digit'
  if (!has('no list') && LISTED.includes(password.toLowerCase())) return 'too common'
  return undefined
}
