/** Sign-in as server actions: what they are given and answer as the project's others, tokens in cookies alone. */
import type { NewFile } from '../../../core/change.ts'
import { failing } from '../answers.ts'
import { fromExport, fromFile, fromPackage, nameOf, type Wanted, written } from '../source.ts'
import type { Call, Target } from '../target.ts'
import { holder, publicUser } from '../templates/tokens.ts'
import type { ActionStyle } from './action-style.ts'

/** The modules beside the shared ones, and that of the actions. */
export function actionsCode(t: Target, style: ActionStyle): NewFile[] {
  return [sessionCookies(t), currentAccount(t), readInput(t), answered(t, style), actions(t, style)]
}

function sessionCookies(t: Target): NewFile {
  const text = (value: string): string => (t.user.id.type === 'String' ? value : `String(${value})`)
  const id = t.tables.id.type === 'String' ? 'session.id' : 'String(session.id)'
  return written(
    t.habits,
    t.part['session-cookies'],
    [
      fromPackage('next/headers', 'cookies'),
      fromFile(t.part['access-tokens'], 'signAccessToken'),
      fromFile(t.part.sessions, 'type OpenSession'),
      fromFile(t.part.settings, 'lifetimes'),
    ],
    `
// A browser accepts the prefix only from this very host, over HTTPS. Development has no HTTPS.
const isProduction = process.env.NODE_ENV === 'production'
const prefix = isProduction ? '__Host-' : ''
const attributes = { path: '/', httpOnly: true, secure: isProduction }

// Pages are opened from other sites too, and show then who is signed in. Nothing is changed by this cookie alone.
const access = { ...attributes, name: \`\${prefix}access\`, sameSite: 'lax' as const }
const refresh = { ...attributes, name: \`\${prefix}refresh\`, sameSite: 'strict' as const }

export async function setSessionCookies(session: OpenSession): Promise<void> {
  const jar = await cookies()
  const value = await signAccessToken({ userId: ${text('session.userId')}, sessionId: ${id} })
  jar.set({ ...access, value, maxAge: lifetimes.accessToken })
  jar.set({ ...refresh, value: session.refreshToken, expires: session.refreshExpiresAt })
}

export async function readAccessCookie(): Promise<string | undefined> {
  return (await cookies()).get(access.name)?.value
}

export async function readRefreshCookie(): Promise<string | undefined> {
  return (await cookies()).get(refresh.name)?.value
}

export async function clearSessionCookies(): Promise<void> {
  const jar = await cookies()
  jar.set({ ...access, value: '', maxAge: 0 })
  jar.set({ ...refresh, value: '', maxAge: 0 })
}`,
  )
}

function currentAccount(t: Target): NewFile {
  const { field } = t.tables
  return written(
    t.habits,
    t.part['current-account'],
    [
      fromFile(t.part['access-tokens'], 'readAccessToken'),
      fromFile(t.part['session-cookies'], 'readAccessCookie'),
      fromExport(t.client),
    ],
    `
${publicUser(t)}

/** The session is looked up each time, so that signing out ends access at once. */
export async function currentSession() {
  const token = await readAccessCookie()
  ${holder(t)}
  return session ? { user: session.${field.user}, sessionId: session.${field.id} } : undefined
}

/** Who is signed in, or nothing. */
export async function currentAccount() {
  return (await currentSession())?.user
}`,
  )
}

function readInput(t: Target): NewFile {
  const invalid = failing(t, 'invalid', '`$' + '{name}: $' + '{issue?.message}`', false)
  const old = (t.habits.validation.value.major ?? 4) < 4
  return written(
    t.habits,
    t.part['read-input'],
    [fromPackage('zod', 'type ZodType', ...(old ? ['type ZodTypeDef'] : [])), ...invalid.imports],
    `
/** Whatever was sent: types say nothing about it, for anybody can call an action with anything. */
export function readInput<T>(schema: ${old ? 'ZodType<T, ZodTypeDef, unknown>' : 'ZodType<T>'}, input: unknown): T {
  const read = schema.safeParse(input instanceof FormData ? Object.fromEntries(input) : input)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const name = issue?.path.join('.') || 'input'
  throw ${invalid.code}
}`,
  )
}

function answered(t: Target, { failure, flag }: ActionStyle): NewFile {
  const error = nameOf(t.error.from)
  const type = flag
    ? `{ ${flag}: true } | { ${flag}: false; ${failure}: string; retryAfter?: number }`
    : `{ done?: true; ${failure}?: string; retryAfter?: number }`
  const not = flag ? `${flag}: false, ` : ''
  return written(
    t.habits,
    t.part.answered,
    [fromExport(t.error.from), fromFile(t.part['retry-later'], 'RetryLater')],
    `
/** \`retryAfter\`: seconds until it makes sense to try again. */
export type AuthState = ${type}

/** Refusals are answered in words. What nobody foresaw goes on to the error boundary. */
export async function answered(work: () => Promise<void>): Promise<AuthState> {
  try {
    await work()
    return ${flag ? `{ ${flag}: true }` : '{ done: true }'}
  } catch (error) {
    if (error instanceof RetryLater) {
      return { ${not}${failure}: error.message, retryAfter: error.seconds }
    }
    if (error instanceof ${error}) return { ${not}${failure}: error.message }
    throw error
  }
}`,
  )
}

/** What the actions are called. `me` is none: it is `currentAccount`, for code of the server. */
export const actionNames: Record<Exclude<Call, 'me'>, string> = {
  register: 'register',
  login: 'login',
  refresh: 'refreshSession',
  logout: 'logout',
}

type ActionCall = keyof typeof actionNames

export const actionCalls = ({ calls }: Target): ActionCall[] =>
  calls.filter((call): call is ActionCall => call !== 'me')

interface Body {
  /** Name of the schema of what it is given. */
  schema?: string
  /** Type of what it is given, in the module of the schemas. */
  type?: string
  imports: Wanted[]
  /** Lines of the work; `INPUT` stands for what was given. */
  code: string
}

function actions(t: Target, style: ActionStyle): NewFile {
  const { client } = style
  const all = actionCalls(t).map((call) => ({ call, body: bodies[call](t) }))
  const file = t.part.actions
  const given = client === undefined && all.some(({ body }) => body.schema)
  const imports = [
    fromPackage('next/headers', 'headers'),
    ...(client
      ? [fromExport(client), fromFile(t.part.answered, 'answered')]
      : [fromFile(t.part.answered, 'answered', 'type AuthState')]),
    ...(given ? [fromFile(t.part['read-input'], 'readInput')] : []),
    fromFile(t.part['same-origin'], 'requireSameOrigin'),
    ...all.flatMap(({ body }) => [
      ...body.imports,
      ...(body.schema ? [fromFile(t.part.schemas, body.schema)] : []),
      ...(body.type && !client && style.given === 'object'
        ? [fromFile(t.part.schemas, `type ${body.type}`)]
        : []),
    ]),
  ]
  const body = all.map(({ call, body: one }) => action(style, call, one)).join('\n\n')
  const { text, ...rest } = written(t.habits, file, imports, body, false)
  return { ...rest, text: `'use server'\n\n${text}` }
}

function action(style: ActionStyle, call: ActionCall, { schema, type, code }: Body): string {
  const name = actionNames[call]
  const { client, given } = style
  const lines = (input: string): string => `const requestHeaders = await headers()
    requireSameOrigin(requestHeaders)
    ${code.replace('INPUT', input)}`
  if (client) {
    const built = schema ? `${nameOf(client)}.${client.schema}(${schema})` : nameOf(client)
    return `export const ${name} = ${built}.action((${schema ? '{ parsedInput }' : ''}) =>
  answered(async () => {
    ${lines('parsedInput')}
  }),
)`
  }
  const parameters = {
    state: '_previous: unknown, form: FormData',
    form: 'form: FormData',
    object: `input: ${type}`,
  }[given]
  const input = given === 'object' ? 'input' : 'form'
  return `export async function ${name}(${schema ? parameters : ''}): Promise<AuthState> {
  return answered(async () => {
    ${lines(schema ? `readInput(${schema}, ${input})` : '')}
  })
}`
}

const bodies: Record<ActionCall, (t: Target) => Body> = {
  register: ({ part }) => ({
    schema: 'registerSchema',
    type: 'Registration',
    imports: [fromFile(part.network, 'networkOf'), fromFile(part.register, 'register as createAccount')],
    code: 'await createAccount(INPUT, networkOf(requestHeaders))',
  }),
  login: ({ part }) => ({
    schema: 'loginSchema',
    type: 'Credentials',
    imports: [
      fromFile(part.network, 'networkOf'),
      fromFile(part['session-cookies'], 'setSessionCookies'),
      fromFile(part['sign-in'], 'signIn'),
    ],
    code: `const session = await signIn(INPUT, networkOf(requestHeaders))
    await setSessionCookies(session)`,
  }),
  refresh: (t) => {
    const refused = failing(t, 'signedOut', 'Sign in to continue')
    return {
      imports: [
        ...refused.imports,
        fromFile(t.part['session-cookies'], 'readRefreshCookie', 'setSessionCookies'),
        fromFile(t.part.sessions, 'renewSession'),
      ],
      code: `const refreshToken = await readRefreshCookie()
    const session = refreshToken && (await renewSession(refreshToken))
    if (!session) throw ${refused.code}
    await setSessionCookies(session)`,
    }
  },
  logout: ({ part }) => ({
    imports: [
      fromFile(part['current-account'], 'currentSession'),
      fromFile(part['session-cookies'], 'clearSessionCookies', 'readRefreshCookie'),
      fromFile(part.sessions, 'endSession', 'endSessionOf'),
    ],
    code: `const refreshToken = await readRefreshCookie()
    const hasEnded = refreshToken !== undefined && (await endSessionOf(refreshToken))
    const session = hasEnded ? undefined : await currentSession()
    if (session) await endSession(session.sessionId)
    await clearSessionCookies()`,
  }),
}

export const actionEndpoints = (t: Target): string[] => [
  ...actionCalls(t).map((call) => `action ${actionNames[call]} (${t.part.actions})`),
  `function currentAccount (${t.part['current-account']})`,
]
