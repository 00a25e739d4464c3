/**
 * Calls of packages and of the platform that protect something or send something out: who hashes, signs, limits, sets a
 * cookie or a header, writes a log. Faults ask for them as events; names are those of published packages alone.
 */
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import type { Event, Purpose } from './events.ts'
import { isLogOf, mayTell } from './logging.ts'
import type { Machine } from './machine.ts'
import { noteLocation } from './sinks.ts'
import { allDeps, type Sources, shaped, union, unknown, type Value, visibleFields } from './value.ts'

/** The value went through a signature of a token that the server made. */
export const SIGNED_TOKEN = 'signed:token'
/** The value went through a function made for passwords. */
export const HASHED_PASSWORD = 'derived:password hash'
/** The value was chosen by `Math.random`, which can be predicted from what it gave before: `random:3:14 lib/otp.ts`. */
const WEAK_RANDOM = 'random:'
/** A plain digest of a password, by its algorithm. */
export const DIGEST = 'digest:'
/** `default:JWT_SECRET lib/auth.ts:3:14`: a literal stands in where the variable is not set. */
const DEFAULT = 'default:'

/** Variables that only the server may know. */
export const SECRET_NAME = /(SECRET|SALT|SIGNING|PRIVATE|TOKEN|KEY|PASSW|PEPPER|CRON|BEARER|CRED)/

interface Known {
  packages: RegExp
  names: RegExp
  purpose: Purpose
}

const KNOWN: readonly Known[] = [
  {
    packages: /^(@node-rs\/)?bcrypt(js)?$|^bcrypt-ts/,
    names: /^(hash|hashSync|genSalt|genSaltSync)$/,
    purpose: 'hash-password',
  },
  { packages: /^(@node-rs\/)?argon2$/, names: /^(hash|hashSync)$/, purpose: 'hash-password' },
  {
    packages: /^(node:)?crypto$/,
    names: /^(pbkdf2|pbkdf2Sync|scrypt|scryptSync)$/,
    purpose: 'hash-password',
  },
  {
    packages: /^(@node-rs\/)?bcrypt(js)?$|^bcrypt-ts/,
    names: /^(compare|compareSync|verify|verifySync)$/,
    purpose: 'check-password',
  },
  { packages: /^(@node-rs\/)?argon2$/, names: /^(verify|verifySync)$/, purpose: 'check-password' },
  // Codes of an authenticator: six digits, good for a minute or more.
  {
    packages: /^(otplib|@otplib\/.*|speakeasy|otpauth|node-2fa|@epic-web\/totp|time2fa)$/,
    names: /^(verify|check|checkDelta|validate|verifyDelta|verifyToken|verifyTOTP|validateTotp)$/,
    purpose: 'check-code',
  },
  { packages: /^jsonwebtoken$/, names: /^sign$/, purpose: 'sign-token' },
  { packages: /^jsonwebtoken$/, names: /^verify$/, purpose: 'verify-token' },
  { packages: /^jose$/, names: /^sign$/, purpose: 'sign-token' },
  { packages: /^jose$/, names: /^jwtVerify$/, purpose: 'verify-token' },
  { packages: /^(node:)?crypto$/, names: /^create(Hmac|Cipheriv|Decipheriv)$/, purpose: 'use-key' },
  { packages: /^iron-session/, names: /^(getIronSession|sealData|unsealData)$/, purpose: 'use-key' },
  {
    packages: /^cookie$|^nookies$|^cookies-next/,
    names: /^(serialize|setCookie|stringifySetCookie)$/,
    purpose: 'set-cookie',
  },
  {
    packages: /rate-?limit|limiter|^@arcjet|^express-brute|captcha|turnstile/i,
    names: /./,
    purpose: 'limit',
  },
]

/** Packages of one function each: the name of the package is the algorithm. */
const DIGESTS = /^(?:js-|@noble\/hashes\/|blueimp-)?(md5|sha1|sha256|sha512)$/

interface What {
  from: string
  name: string
  root: string
}

/**
 * Notes what a call of a package is for. Gives its value where that carries more than what it was given; nothing where the
 * reader's own knowledge of the package decides.
 */
export function packageCall(
  machine: Machine,
  callee: Value,
  what: What,
  args: Value[],
  syntax: Syntax,
  at: number,
): Value | undefined {
  const { from, name, root } = what
  if (from === 'global' && root === 'Math' && name === 'random') {
    const { file, line, column } = placeOf(syntax, at)
    return unknown(new Set([`${WEAK_RANDOM}${line}:${column} ${file}`]))
  }
  const note = (purpose: Purpose, given = args): void => {
    machine.emit({ ...machine.moment(syntax, at), k: 'package-call', purpose, from, name, args: given })
  }
  const made = (...more: string[]): Value =>
    unknown(union(callee.deps, new Set(more), ...args.map((arg) => allDeps(arg))))
  const digest = DIGESTS.exec(from)?.[1]
  if (digest !== undefined) {
    const given = made('derived:hash')
    return holdsPassword(given.deps) ? made('derived:hash', `${DIGEST}${digest}`) : given
  }
  if (name === 'update' && /^(node:)?crypto$/.test(from)) return digestOfPassword(callee, args)
  if (isLogOf(from, root, name)) {
    if (args.some((arg) => mayTell(arg))) note('log')
    return undefined
  }
  for (const known of KNOWN) {
    if (!known.packages.test(from) || !known.names.test(name)) continue
    if (known.purpose === 'sign-token') {
      note('sign-token', from === 'jose' ? tokenOf(callee, args) : args)
      return made(SIGNED_TOKEN)
    }
    note(known.purpose)
    return known.purpose === 'hash-password' ? made(HASHED_PASSWORD) : undefined
  }
  return undefined
}

/** Of `new SignJWT(payload).setExpirationTime('1h').sign(key)` what jsonwebtoken's `sign(payload, key, options)` is given. */
function tokenOf(callee: Value, args: Value[]): Value[] {
  const steps = callee.shape?.k === 'chain' ? callee.shape.steps : []
  const payload = steps.find((step) => step.name === 'new')?.args[0] ?? unknown()
  const expires = steps.find((step) => step.name === 'setExpirationTime')?.args[0]
  const options = new Map<string, Value>(expires ? [['expiresIn', expires]] : [])
  return [payload, args[0] ?? unknown(), shaped({ k: 'object', fields: options })]
}

/** A row, a list of rows, or a column of one is in it. */
export function holdsRow(value: Value, depth = 4): boolean {
  const shape = value.shape
  if (depth === 0) return false
  if (!shape) return [...(value.text?.all ?? [])].some((one) => one.startsWith('stored:'))
  if (shape.k === 'row') return true
  if (shape.k === 'array') return [shape.of, ...(shape.items ?? [])].some((one) => holdsRow(one, depth - 1))
  if (shape.k !== 'object') return false
  return [...shape.fields.values(), ...(shape.open ?? [])].some((one) => holdsRow(one, depth - 1))
}

/** `unstable_cache(work, keys)(…arguments)`: everybody with the same keys and arguments is given the same answer. */
export function cacheCall(
  machine: Machine,
  shape: Value['shape'] & { k: 'chain' },
  args: Value[],
  syntax: Syntax,
  at: number,
): void {
  if (shape.from !== 'next/cache' || shape.root !== 'unstable_cache') return
  const keys = shape.steps[0]?.args[1]
  machine.emit({
    ...machine.moment(syntax, at),
    k: 'package-call',
    purpose: 'cache',
    from: shape.from,
    name: shape.root,
    args: keys ? [keys, ...args] : args,
  })
}

const HEADERS = /^(access-control-allow-(origin|credentials)|set-cookie)$/i
/** Words for what slows guessing down, in the project's own names: heard only to keep silent. */
const LIMITS = /rate.?limit|limiter|throttl|too.?many|lock.?out|locked|captcha|turnstile|attempt/i
/** Words for what somebody may still use, or spend, of something that costs. */
const ALLOWANCES = /quota|credit(?!.?card)|allowance|budget|usage.?limit|check.?usage|(?<!su)spend/i
/** The same for checks of who has sent a request. */
const SIGNATURES =
  /signature|verif|hmac|isvalid|validate.*(webhook|event|request)|authenticat|authori[sz]e|constructEvent|^unwrap$/i

/** Methods of what is not a package: a store of cookies, the headers of a response. Also names that speak of a limit. */
export function methodCall(
  machine: Machine,
  call: Expr & { k: 'call' },
  of: Value | undefined,
  args: Value[],
  syntax: Syntax,
): void {
  const { callee, at } = call
  const name = callee.k === 'member' ? callee.key : callee.k === 'name' ? callee.name : ''
  const note = (purpose: Purpose): void =>
    machine.emit({ ...machine.moment(syntax, at), k: 'package-call', purpose, from: '', name, args })
  const owner = callee.k === 'member' && callee.of.k === 'name' ? callee.of.name : ''
  if (LIMITS.test(name) || LIMITS.test(owner)) note('limit')
  if (ALLOWANCES.test(name)) note('check-allowance')
  if (SIGNATURES.test(name)) note('check-signature')
  if (name === 'writeHead') locationIn(machine, args.at(-1), syntax, at)
  if (callee.k !== 'member' || !/^(set|append|setHeader|appendHeader|header)$/.test(name)) return
  const key = textOf(args[0])
  if (key !== undefined && args[1] && LOCATION.test(key)) noteLocation(machine, args[1], syntax, at)
  if (key !== undefined && HEADERS.test(key)) note('set-header')
  else if (name === 'set' && (isCookies(of) || (callee.of.k === 'member' && callee.of.key === 'cookies')))
    note('set-cookie')
}

/** What was made by a call that is named after a limit: a middleware of one's own, a wrapped handler. */
const LIMITING = 'limiting:call'

/** The value of a call at the top of a file, where nothing runs yet: that it limits is noted where it is used. */
export const limiting = (machine: Machine, name: string, value: Value): Value =>
  machine.naming && LIMITS.test(name) ? { ...value, deps: union(value.deps, new Set([LIMITING])) } : value

/** A middleware or handler that was made so, or by a package of limits, is about to run. */
export function limiterUsed(machine: Machine, value: Value, syntax: Syntax, at: number): void {
  const from = value.shape?.k === 'chain' || value.shape?.k === 'external' ? value.shape.from : ''
  const known = KNOWN.some(({ purpose, packages }) => purpose === 'limit' && packages.test(from))
  if (known || value.deps.has(LIMITING))
    machine.emit({
      ...machine.moment(syntax, at),
      k: 'package-call',
      purpose: 'limit',
      from,
      name: 'use',
      args: [],
    })
}

const LOCATION = /^location$/i

function locationIn(machine: Machine, headers: Value | undefined, syntax: Syntax, at: number): void {
  for (const [name, value] of visibleFields(headers))
    if (LOCATION.test(name)) noteLocation(machine, value, syntax, at)
}

const isCookies = (of: Value | undefined): boolean =>
  of?.shape?.k === 'object' && (of.shape.open ?? []).some(({ deps }) => deps.has('credential:cookie *'))

/** The headers that a response is made with, as far as a fault asks for them. */
export function headersGiven(machine: Machine, init: Value | undefined, syntax: Syntax, at: number): void {
  const headers = visibleFields(init).get('headers')
  locationIn(machine, headers, syntax, at)
  for (const [name, value] of visibleFields(headers))
    if (HEADERS.test(name))
      machine.emit({
        ...machine.moment(syntax, at),
        k: 'package-call',
        purpose: 'set-header',
        from: '',
        name: 'headers',
        args: [shaped({ k: 'literal', value: name }), value],
      })
}

/** `a === b` where one side is a secret or made with one, and the other was sent. */
export function comparison(machine: Machine, left: Value, right: Value, syntax: Syntax, at: number): void {
  if (machine.naming || !((isSecretSide(left) && isSent(right)) || (isSecretSide(right) && isSent(left))))
    return
  machine.emit({ ...machine.moment(syntax, at), k: 'compare', left, right })
}

const isSecretSide = ({ deps }: Value): boolean =>
  deps.has('derived:hash') ||
  [...deps].some(
    (dep) =>
      (dep.startsWith('env:') && SECRET_NAME.test(dep)) ||
      /^field:.*(passw|secret|token|hash|code|otp)/i.test(dep),
  )
const isSent = (value: Value): boolean =>
  [...allDeps(value, 2)].some((dep) => dep.startsWith('client:') || dep.startsWith('credential:'))

/** `process.env.JWT_SECRET ?? 'literal'`: the value may be what stands in the source. */
export function withDefault(expr: Expr & { k: 'logic' }, right: Value, result: Value, syntax: Syntax): Value {
  const text = textOf(right)
  const name = expr.left.k === 'member' ? expr.left.key : ''
  if (text === undefined || text === '' || !SECRET_NAME.test(name) || name.startsWith('NEXT_PUBLIC_'))
    return result
  if (!result.deps.has(`env:${name}`)) return result
  const { file, line, column } = placeOf(syntax, expr.at)
  return { ...result, deps: union(result.deps, new Set([`${DEFAULT}${name} ${line}:${column} ${file}`])) }
}

export interface Default {
  variable: string
  location: { file: string; line: number; column: number }
}

/** The literals that may stand in for variables in what a value was made of. */
export function defaultsIn(deps: Sources): Default[] {
  return [...deps].flatMap((dep) => {
    const match = dep.startsWith(DEFAULT) ? /^default:(\S+) (\d+):(\d+) (.+)$/.exec(dep) : null
    const [, variable, line, column, file] = match ?? []
    return variable === undefined || file === undefined
      ? []
      : [{ variable, location: { file, line: Number(line), column: Number(column) } }]
  })
}

/** Where `Math.random` chose a part of what a value was made of. */
export function weakRandomIn(deps: Sources): Default['location'] | undefined {
  for (const dep of deps) {
    const [, line, column, file] =
      (dep.startsWith(WEAK_RANDOM) && /^random:(\d+):(\d+) (.+)$/.exec(dep)) || []
    if (file !== undefined) return { file, line: Number(line), column: Number(column) }
  }
  return undefined
}

/** A key that stands in the source: the text itself, or what only encodes it. */
export function literalKey(key: Value | undefined): string | undefined {
  const text = textOf(key)
  if (text !== undefined) return text === '' ? undefined : text
  const shape = key?.shape
  if (shape?.k !== 'chain' || !/^(TextEncoder|Buffer|createSecretKey)$/.test(shape.root)) return undefined
  return literalKey(shape.steps.at(-1)?.args[0])
}

export const textOf = (value: Value | undefined): string | undefined =>
  value?.shape?.k === 'literal' && typeof value.shape.value === 'string' ? value.shape.value : undefined

/** `createHash('sha256').update(password)`: a digest of what somebody typed as a password is told from other digests. */
function digestOfPassword(callee: Value, args: Value[]): Value | undefined {
  const shape = callee.shape
  const last = shape?.k === 'chain' ? shape.steps.at(-1) : undefined
  if (shape?.k !== 'chain' || !last || !/^createH(mac|ash)$/.test(shape.root)) return undefined
  const given = union(...args.map((arg) => allDeps(arg)))
  const algorithm = textOf(shape.steps[0]?.args[0])
  if (algorithm === undefined || !holdsPassword(given)) return undefined
  const name = shape.root === 'createHmac' ? `HMAC-${algorithm}` : algorithm
  return shaped(
    { ...shape, steps: [...shape.steps.slice(0, -1), { ...last, args }] },
    union(callee.deps, given, new Set([`${DIGEST}${name}`])),
  )
}

/** What somebody typed as their password. */
export const holdsPassword = (deps: Sources): boolean =>
  [...deps].some((dep) => /^client:.*(passw(or)?d|passphrase|\bpwd\b)/i.test(dep))

/** `error:User.findMany`: what was caught may come from that query. */
const FROM_QUERY = 'error:'

/** What an error handler is given, after a body in which these events were seen. */
export function caughtError(seen: readonly Event[]): Value {
  const query = seen.find((event) => event.k === 'access' || event.k === 'raw')
  if (!query) return unknown(new Set(['error']))
  const name =
    query.k === 'access' ? `${query.model}.${query.operation}` : query.k === 'raw' ? query.operation : ''
  return unknown(new Set(['error', `${FROM_QUERY}${name}`]))
}

/** The query that may have thrown what a value was made of. */
export const throwingQuery = (deps: Sources): string | undefined =>
  [...deps].find((dep) => dep.startsWith(FROM_QUERY))?.slice(FROM_QUERY.length)
