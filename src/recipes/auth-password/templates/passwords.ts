import type { NewFile } from '../../../core/change.ts'
import { blocks } from '../hashing.ts'
import { fromExport, fromFile, fromPackage, nameOf, type Wanted, written } from '../source.ts'
import type { Target } from '../target.ts'

export function passwords(t: Target): NewFile {
  const { hashing } = t
  if (hashing.kind === 'own') {
    const verify = nameOf(hashing.verify)
    const args = hashing.storedFirst ? 'stored ?? decoy, password' : 'password, stored ?? decoy'
    return file(
      t,
      [
        { ...fromExport(hashing.hash), names: [`${hashing.hash.name} as hash`] },
        fromExport(hashing.verify),
      ].map((one) => (one.names[0] === verify ? { ...one, names: [`${verify} as verify`] } : one)),
      `
// The hash of a password that nobody has, made once. Both kinds of account wait for it.
let decoyHash: Promise<string> | undefined

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password))
}

/** Takes as long for an account that does not exist as for one that does. */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  decoyHash ??= hash(randomBytes(16).toString('hex'))
  const decoy = await decoyHash
  const matches = await inTurn(() => verify(${args}))
  return typeof stored === 'string' && matches
}`,
      [fromPackage('node:crypto', 'randomBytes')],
    )
  }
  if (hashing.kind === 'scrypt') return scrypt(t)
  return hashing.kind === 'bcrypt' || hashing.kind === 'bcryptjs'
    ? bcrypt(t, hashing.kind)
    : argon2(t, hashing.kind)
}

function file(t: Target, imports: Wanted[], body: string, more: Wanted[] = []): NewFile {
  return written(
    t.habits,
    t.part.passwords,
    [...more, ...imports, fromFile(t.part['hashing-queue'], 'inTurn')],
    body,
  )
}

function argon2(t: Target, kind: '@node-rs/argon2' | 'argon2'): NewFile {
  const comment =
    kind === 'argon2'
      ? '// Argon2id with what OWASP recommends: 19 MiB, two passes, one lane.'
      : '// Argon2id (2: the enum is not there at run time) with what OWASP recommends: 19 MiB, two passes, one lane.'
  return file(
    t,
    [fromPackage(kind, 'hash', 'verify')],
    `
${comment}
const parameters = { ${kind === 'argon2' ? '' : 'algorithm: 2, '}memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const PREFIX = '$argon2id$v=19$m=19456,t=2,p=1$'

// The hash of a password that was thrown away.
const DECOY = \`\${PREFIX}K3IhxJC+Xtr6LiMBLVYP/Q$x54OwGFKN0eMYTs4JPGoEJNuRyfCQ4smYdVflnL0Y70\`

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, parameters))
}

/** Takes as long for an account that does not exist as for one that does. */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const known = stored?.startsWith('$argon2') ? stored : undefined
  const matches = await inTurn(() => verify(known ?? DECOY, password))
  return known !== undefined && matches
}

/** Made with parameters of another time. */
export function isOutdated(stored: string | null): boolean {
  return !stored?.startsWith(PREFIX)
}`,
  )
}

function bcrypt(t: Target, kind: 'bcrypt' | 'bcryptjs'): NewFile {
  return file(
    t,
    [fromPackage(kind, 'compare', 'hash')],
    `
const ROUNDS = 12

// The hash of a password that was thrown away.
const DECOY = '$2b$12$UQasqGdfUyLNCwxenFR9cOXrBIxsRbFIsbzy0KTV7Yqv/T2Uh2oNa'

export function hashPassword(password: string): Promise<string> {
  return inTurn<string>(() => hash(password, ROUNDS))
}

/** Takes as long for an account that does not exist as for one that does. */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const known = stored?.startsWith('$2') ? stored : undefined
  const matches = await inTurn<boolean>(() => compare(password, known ?? DECOY))
  return known !== undefined && matches
}

/** Made with parameters of another time. */
export function isOutdated(stored: string | null): boolean {
  return Number(stored?.split('$')[2]) < ROUNDS
}`,
  )
}

function scrypt(t: Target): NewFile {
  return file(
    t,
    [fromPackage('node:crypto', 'randomBytes', 'scrypt', 'timingSafeEqual')],
    `
// What OWASP recommends for scrypt: 32 MiB, three lanes.
const PREFIX = '$scrypt$ln=15,r=8,p=3$'
const parameters = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
const KEY_LENGTH = 32

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await inTurn(() => derive(password, salt))
  return \`\${PREFIX}\${salt.toString('base64url')}$\${key.toString('base64url')}\`
}

/** Takes as long for an account that does not exist as for one that does. */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const known = stored?.startsWith(PREFIX) ? stored.slice(PREFIX.length) : undefined
  const [salt = '', key = ''] = known?.split('$') ?? []
  const derived = await inTurn(() => derive(password, Buffer.from(salt, 'base64url')))
  const expected = Buffer.from(key, 'base64url')
  return expected.length === derived.length && timingSafeEqual(expected, derived)
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_LENGTH, parameters, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}`,
  )
}

/** How many may wait for their turn, for each that hashes. */
export const waitingOf = ({ hashing }: Target): number => (blocks(hashing) ? 16 : 32)

export function hashingQueue(t: Target): NewFile {
  if (blocks(t.hashing)) return pausingQueue(t)
  const memory =
    t.hashing.kind === 'bcrypt' || t.hashing.kind === 'bcryptjs' ? '' : ', and takes memory each time'
  return written(
    t.habits,
    t.part['hashing-queue'],
    [fromPackage('node:os', 'availableParallelism'), fromFile(t.part['retry-later'], 'RetryLater')],
    `
// One core stays free for the requests that hash nothing.
const SLOTS = Math.max(1, availableParallelism() - 1)
const MAX_WAITING = ${waitingOf(t)} * SLOTS

const waiting: (() => void)[] = []
let running = 0

/** Hashing is slow on purpose. More of it at once only makes everybody wait${memory}. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < SLOTS) running++
  else await turn()
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

function turn(): Promise<void> {
  if (waiting.length >= MAX_WAITING) throw new RetryLater(503, 1)
  return new Promise((resolve) => {
    waiting.push(resolve)
  })
}`,
  )
}

/** Whoever hashes on the one thread must leave time to the others. */
function pausingQueue(t: Target): NewFile {
  return written(
    t.habits,
    t.part['hashing-queue'],
    [fromFile(t.part['retry-later'], 'RetryLater')],
    `
const MAX_WAITING = ${waitingOf(t)}

const waiting: (() => void)[] = []
let isBusy = false

/** Hashing keeps the thread that answers everybody: one at a time, and then a pause as long as it took. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (isBusy) await turn()
  isBusy = true
  const began = performance.now()
  try {
    return await work()
  } finally {
    setTimeout(next, performance.now() - began)
  }
}

function turn(): Promise<void> {
  if (waiting.length >= MAX_WAITING) throw new RetryLater(503, 1)
  return new Promise((resolve) => {
    waiting.push(resolve)
  })
}

function next(): void {
  const resume = waiting.shift()
  if (resume) resume()
  else isBusy = false
}`,
  )
}
