/**
 * What well-known packages do: who reads an identity, who verifies a signature, who parses input, who answers.
 * Everything of the project itself is read from its source; only code outside the repository is listed here.
 */
import type { Syntax } from '../../source/syntax.ts'
import { callerOf, sourcesOf } from '../policy/guards.ts'
import { noteCostly } from './costly.ts'
import { withKept } from './facts.ts'
import { externalOf, unwrap } from './forms.ts'
import { askedElsewhere } from './forwarded.ts'
import { writtenIn } from './json.ts'
import { isMatcher, routeMatched } from './known-path.ts'
import { allowing } from './looks.ts'
import type { Machine } from './machine.ts'
import { headersGiven, packageCall } from './package-calls.ts'
import { parseCall } from './parsing.ts'
import { requestValue, store } from './request.ts'
import { reshaped } from './sieves.ts'
import { noteSink } from './sinks.ts'
import {
  allDeps,
  type Sources,
  shaped,
  statusOf,
  sureLiteral,
  surely,
  union,
  unknown,
  type Value,
} from './value.ts'

/** Ends the request: https://nextjs.org/docs/app/api-reference/functions/redirect and siblings. */
const ENDS = new Set([
  'redirect',
  'permanentRedirect',
  'notFound',
  'unauthorized',
  'forbidden',
  'unstable_rethrow',
])

/** What helpers that answer for a `res` are called after: `unauthorized(res)`. */
const REFUSALS = new Map([
  ['badRequest', 400],
  ['unauthorized', 401],
  ['forbidden', 403],
  ['notFound', 404],
  ['methodNotAllowed', 405],
  ['tooManyRequest', 429],
  ['tooManyRequests', 429],
  ['serverError', 500],
])

/** The `res` of `pages/api` is nothing that a run knows. */
const isReply = (value: Value | undefined): boolean =>
  value !== undefined && !value.shape && value.client === undefined && value.deps.size === 0

/** Packages whose calls by these names give a verified identity or null. */
const IDENTITY: [RegExp, RegExp][] = [
  [/^next-auth|^@auth\//, /^(getServerSession|unstable_getServerSession|auth|getSession|getToken)$/],
  [/^@clerk\//, /^(auth|currentUser|getAuth|protect|verifyToken)$/],
  [/^better-auth/, /^getSession$/],
  [/^(lucia|oslo)/, /^(validateSession|validateRequest|validateSessionToken)$/],
  [/^iron-session/, /^(getIronSession|unsealData)$/],
  [/^@supabase\//, /^(getUser|getClaims)$/],
  [/^(jose|next-auth\/jwt)$/, /^(jwtVerify|jwtDecrypt|decode)$/],
  [/^jsonwebtoken$/, /^verify$/],
  [
    /^(@auth0\/|@workos|@kinde-oss\/|@stackframe\/|@descope\/|@logto\/|supertokens|firebase-admin)/,
    /^(getSession|withAuth|getUser|verifyIdToken|verifySessionCookie|session|getLogtoContext)$/,
  ],
]
/** Of these, the calls that give an identity do not return a promise. */
const SYNCHRONOUS = /^(jsonwebtoken|@clerk\/)/
/** A call that gives a verified identity; what runs in the browser only repeats one. */
export const readsIdentity = (from: string, name: string): boolean =>
  from !== 'next-auth/react' && IDENTITY.some(([packages, names]) => packages.test(from) && names.test(name))

/** Tells cheaply which texts may hold such a call. */
export const mentionsIdentity = new RegExp(
  `\\b(?:${IDENTITY.map(([, names]) => names.source.slice(1, -1)).join('|')})\\(`,
)

const THROWS_WHEN_INVALID =
  /^(jwtVerify|jwtDecrypt|verify|protect|verifyIdToken|verifySessionCookie|verifyToken)$/

/** A verified token that came in the URL is a link that somebody was sent, not a session. */
export const SIGNED_LINK = 'signed link'

/** The result of a check of a password. */
export const CHECKED_PASSWORD = 'checked:password'

const SIGNATURE =
  /^(constructEvent|constructEventAsync|timingSafeEqual|verifySignature|verifySignatureAppRouter|verifyHeader|verifyWebhook)$/
/** A function of a package that checks a signature, or makes a handler that does. */
export const isSignature = (name: string): boolean => SIGNATURE.test(name)
/** Compares what somebody typed with a hash that is stored. */
const PASSWORD: [packages: RegExp, names: RegExp][] = [
  [/^(@node-rs\/)?bcrypt(js)?$|^bcrypt-ts/, /^(compare|compareSync|verify|verifySync)$/],
  [/^(@node-rs\/)?argon2$|^@noble\/hashes/, /^(verify|verifySync)$/],
]
/** An answer with this body: `Response.json(body)`, `new Response(JSON.stringify(body))`. One without a body says nothing. */
export function answered(
  machine: Machine,
  given: Value | undefined,
  status: Pick<Value, 'status'>,
  syntax: Syntax,
  at: number,
): Value {
  const body = given && writtenIn(given)
  if (!body) return { ...shaped({ k: 'response' }), ...status }
  const facts = withKept(machine.facts, body)
  machine.emit({ ...machine.moment(syntax, at), facts, k: 'response', value: body, ...status })
  return { ...shaped({ k: 'response', body }), ...status }
}

/** The result of a call into a package, or nothing when the package is not known: the caller then assumes the least. */
export function libraryCall(
  machine: Machine,
  callee: Value,
  args: Value[],
  syntax: Syntax,
  at: number,
): Value | undefined {
  const what = externalOf(callee)
  if (!what) return undefined
  const { from, name } = what
  // `export const auth = cache(nextAuth.auth)`: the same, once for each request.
  const work = args[0]
  if (from === 'react' && name === 'cache' && work && /^(external|chain)$/.test(work.shape?.k ?? ''))
    return work
  noteSink(machine, callee, args, syntax, at)
  noteCostly(machine, callee, args, syntax, at)
  // `if (COLUMNS.includes(sort)) parts.push(Prisma.raw(sort))`: the condition is forgotten where the query is made.
  if (what.root === 'Prisma' && name === 'raw' && args[0]) args[0] = allowing(args[0], machine.facts)
  const matched = isMatcher(from, what.root)
    ? machine.atPath((path) => routeMatched(callee, args, path))
    : undefined
  if (matched !== undefined) return sureLiteral(matched)
  const noted = packageCall(machine, callee, what, args, syntax, at) ?? reshaped(from, name, args)
  if (noted) return noted
  // `parse(schema, row)` of Valibot, by its name.
  if (from === 'valibot' && PARSES_BY_NAME.test(name)) {
    const parsed = parseCall(machine, callee, name, args, syntax, at)
    if (parsed) return parsed
  }
  const guard = args[0]?.shape?.k === 'closure' ? undefined : machine.declared.guard(from, [name])
  if (guard && !holdsHandler(callee)) {
    if (guard.rejects) machine.assume(sourcesOf(guard, args), syntax, at, guard.asks === 'session')
    return callerOf(guard)
  }
  const refusal = isReply(args[0]) ? REFUSALS.get(name) : undefined
  if (refusal !== undefined) {
    const value: Value = { ...shaped({ k: 'response' }), status: refusal }
    machine.emit({ ...machine.moment(syntax, at), k: 'response', value, status: refusal })
    return value
  }
  const elsewhere = askedElsewhere(machine, what, args, syntax, at)
  if (elsewhere) return elsewhere
  // How often somebody asks says nothing of who it is.
  if (/rate-?limit/.test(from) && !args.some((arg) => arg.shape?.k === 'closure')) return unknown()
  if (/navigation|^next\/|next-intl/.test(from) && ENDS.has(name)) {
    if (/redirect/i.test(name)) leave(machine, syntax, at)
    machine.end()
    return unknown()
  }
  if (/^next\/headers$/.test(from))
    return name === 'cookies' ? store('cookie') : name === 'headers' ? store('header') : undefined
  if (
    /jsonwebtoken|^jose|jwt-decode|jwt/.test(from) &&
    /^(decode|decodeJwt|jwtDecode|jwt_decode|default|unsafeDecode)$/.test(name) &&
    !/^next-auth|^@auth\//.test(from)
  ) {
    if (name === 'default' && from !== 'jwt-decode') return undefined
    machine.emit({
      ...machine.moment(syntax, at),
      k: 'decode',
      name: what.root === name ? name : `${what.root}.${name}`,
      from: union(...args.map((arg) => allDeps(arg))),
    })
    return unknown(union(...args.map((arg) => allDeps(arg)), new Set([`identity:unverified ${name}`])))
  }
  if (PASSWORD.some(([packages, names]) => packages.test(from) && names.test(name)))
    return unknown(passwordIn(union(...args.map((arg) => allDeps(arg)))))
  for (const [packages, names] of IDENTITY) {
    if (!packages.test(from) || !names.test(name)) continue
    // `auth(handler)` of Auth.js wraps: the handler gets the session on its request.
    if (args[0]?.shape?.k === 'closure' || holdsHandler(callee)) return undefined
    const link = THROWS_WHEN_INVALID.test(name) && /^(params|query)\b/.test(args[0]?.client ?? '')
    const deps = new Set([link ? `identity:${SIGNED_LINK} (${from})` : `identity:${from}`])
    if (THROWS_WHEN_INVALID.test(name)) machine.assume(deps, syntax, at, true)
    const held = args.filter((arg) => arg.client === undefined).map((arg) => arg.deps)
    const identity: Value = { ...unknown(union(deps, ...held)), who: true }
    return SYNCHRONOUS.test(from) ? identity : shaped({ k: 'promise', of: identity, name }, identity.deps)
  }
  if (/^(node:)?crypto$/.test(from) && /^createH(mac|ash)$/.test(name)) {
    const deps = union(new Set(['derived:hash']), ...args.map((arg) => allDeps(arg)))
    return shaped(
      { k: 'chain', from, root: name, steps: [{ name: '()', args, at, syntax }], at, syntax },
      deps,
    )
  }
  if (SIGNATURE.test(name) && (args[0]?.shape?.k === 'closure' || holdsHandler(callee))) return undefined
  if (
    SIGNATURE.test(name) ||
    (name === 'verify' && /^(svix|@upstash\/qstash|standardwebhooks|node:crypto|crypto|@octokit)/.test(from))
  ) {
    const held = union(...args.map((arg) => allDeps(arg)))
    // `verify(row.licence, key)`: who signed what is stored says nothing of who is calling.
    if (name === 'verify' && isStored(held)) return unknown(held)
    // Comparing the hash of a password is no signature: what is compared must have come as a credential.
    if (name === 'timingSafeEqual' && ![...held].some((dep) => dep.startsWith('credential:')))
      return unknown(passwordIn(held))
    const deps = new Set([`credential:signature (${name})`])
    if (name !== 'timingSafeEqual') machine.assume(deps, syntax, at, false)
    return unknown(union(deps, ...args.map((arg) => allDeps(arg))))
  }
  if (
    (from === 'next/server' || (from === 'global' && what.root === 'Response')) &&
    /^(json|redirect|next|rewrite)$/.test(name)
  ) {
    const body = args[0]
    const status = statusIn(args[1], machine)
    headersGiven(machine, args[1], syntax, at)
    if (name === 'redirect') return leave(machine, syntax, at)
    const answer =
      name === 'json'
        ? answered(machine, body, status, syntax, at)
        : { ...shaped(body ? { k: 'response', body } : { k: 'response' }), ...status }
    return name === 'next' || name === 'rewrite' ? { ...answer, pass: true } : answer
  }
  return undefined
}

const isStored = (held: Sources): boolean =>
  [...held].some((dep) => dep.startsWith('row:')) &&
  ![...held].some((dep) => /^(client|credential):/.test(dep))

/** Of an input held against a stored row: whoever passes knows what only the person of the row does. */
function passwordIn(held: Sources): Sources {
  const has = (prefix: string): boolean => [...held].some((dep) => dep.startsWith(prefix))
  return has('row:') && has('client:') ? union(held, new Set([CHECKED_PASSWORD])) : held
}

/** The functions of Valibot that parse. */
const PARSES_BY_NAME = /^(safeParse|parse)(Async)?$/

/** A redirect: the request is over, and nothing was sent but where to go. */
function leave(machine: Machine, syntax: Syntax, at: number): Value {
  const value: Value = { ...shaped({ k: 'response' }), status: 307 }
  machine.emit({ ...machine.moment(syntax, at), k: 'response', value, status: 307 })
  return value
}

/** `auth(handler)`, `verifySignatureAppRouter(handler)`: what is called is the handler that it was given. */
function holdsHandler(callee: Value): boolean {
  const last = callee.shape?.k === 'chain' ? callee.shape.steps.at(-1) : undefined
  return last?.args.some((arg) => arg.shape?.k === 'closure') ?? false
}

/** Auth.js puts the session on the request of a handler that it wraps: `auth((request) => request.auth)`. */
export function wrappedRequest(from: string, request: Value | undefined): Value | undefined {
  if (!/^next-auth|^@auth\//.test(from) || request?.shape?.k !== 'object') return request
  const auth: Value = { ...unknown(new Set([`identity:${from}`])), who: true }
  const fields = new Map([...request.shape.fields, ['auth', auth] as const])
  return { ...request, shape: { ...request.shape, fields, ambient: true } }
}

/** What a wrapper of a package asks before it calls the handler that it was given. */
export function wrapperAsks(
  machine: Machine,
  shape: Value['shape'] & { k: 'chain' },
  syntax: Syntax,
  at: number,
): void {
  const name = shape.steps.at(-1)?.name ?? ''
  const guard = machine.declared.guard(shape.from, [name, shape.root])
  if (guard) machine.assume(sourcesOf(guard, []), syntax, at, guard.asks === 'session')
  const names = [name, shape.root].filter((one) => SIGNATURE.test(one))
  if (names[0] !== undefined)
    machine.assume(new Set([`credential:signature (${names[0]})`]), syntax, at, false)
}

/**
 * A proxy that a package makes, run as the package would: `withAuth` of next-auth lets only sessions through, Auth.js asks
 * its `authorized` callback, Clerk hands `auth` to a handler. False when it is none of these.
 * https://next-auth.js.org/configuration/nextjs#middleware, https://authjs.dev/getting-started/session-management/protecting,
 * https://clerk.com/docs/references/nextjs/clerk-middleware
 */
export function proxyOf(machine: Machine, value: Value, syntax: Syntax): boolean {
  const what = externalOf(value)
  const shape = value.shape
  if (!what) return false
  const args = shape?.k === 'chain' ? shape.steps.flatMap((step) => step.args) : []
  const goOn = (): void => machine.emit({ ...machine.moment(syntax, 0), k: 'pass' })
  if (what.from === 'next-auth/middleware') {
    if (authorizes(machine, args, syntax) !== true)
      machine.assume(new Set(['identity:next-auth']), syntax, 0, true)
    goOn()
    return true
  }
  const handler = args.find((arg) => arg.shape?.k === 'closure')
  if (/^@clerk\//.test(what.from) && handler) {
    const identity: Value = { ...unknown(new Set([`identity:${what.from}`])), who: true }
    const protect = shaped({
      k: 'native',
      call: () => {
        machine.assume(identity.deps, syntax, 0, true)
        return identity
      },
    })
    const auth = shaped({ k: 'native', call: () => identity, fields: new Map([['protect', protect]]) })
    machine.call(handler, [auth, requestValue()], syntax, 0, 'proxy')
    goOn()
    return true
  }
  if (/^next-auth|^@auth\//.test(what.from) && !handler) {
    const config = args.find((arg) => arg.shape?.k === 'object')?.shape
    const callbacks = config?.k === 'object' ? config.fields.get('callbacks')?.shape : undefined
    const decides = callbacks?.k === 'object' && callbacks.fields.has('authorized')
    if (decides && authorizes(machine, args, syntax) !== true)
      machine.assume(new Set(['identity:next-auth']), syntax, 0, true)
    goOn()
    return true
  }
  return false
}

/** What the callback `authorized` answers whoever is calling: `true` where it lets everybody through. */
function authorizes(machine: Machine, args: readonly Value[], syntax: Syntax): boolean | undefined {
  const fields = args.flatMap(({ shape }) => (shape?.k === 'object' ? [shape.fields] : []))
  const callbacks = fields.map((one) => one.get('callbacks')?.shape).find((one) => one?.k === 'object')
  const authorized = callbacks?.k === 'object' ? callbacks.fields.get('authorized') : undefined
  if (authorized?.shape?.k !== 'closure') return undefined
  const token: Value = { ...unknown(new Set(['identity:next-auth'])), who: true }
  const given = new Map([
    ['req', requestValue()],
    ['request', requestValue()],
    ['token', token],
    ['auth', token],
  ])
  return surely(
    machine.quietly(() =>
      unwrap(machine.attempt(authorized, [shaped({ k: 'object', fields: given })], syntax, 0)),
    ),
  )
}

/** `{ status: 401 }` of a response; one that is made in an error handler is an error. */
export function statusIn(init: Value | undefined, machine: Machine): { status?: number } {
  const shape = init?.shape
  const known = statusOf(shape?.k === 'object' ? shape.fields.get('status') : undefined)
  return known.status === undefined && machine.caught ? { status: 500 } : known
}

/** Handlers of packages that answer below the path that they stand at: a path for each method that any user may ask. */
export const PATHS_INSIDE: { imports: RegExp; paths: Record<string, string> }[] = [
  { imports: /['"]better-auth\/(next-js|node)['"]/, paths: { GET: '/get-session', POST: '/sign-out' } },
  { imports: /\bNextAuth\s*\(/, paths: { GET: '/session' } },
]
