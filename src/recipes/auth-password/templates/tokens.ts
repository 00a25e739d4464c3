import type { NewFile } from '../../../core/change.ts'
import { answering, failing } from '../answers.ts'
import { fromExport, fromFile, fromPackage, written } from '../source.ts'
import type { Target } from '../target.ts'
import { asked } from './request.ts'

export function accessTokens(t: Target): NewFile {
  return written(
    t.habits,
    t.part['access-tokens'],
    [
      fromPackage('node:crypto', 'createHash', 'subtle'),
      fromPackage('jose', 'errors', 'jwtVerify', 'SignJWT'),
      fromFile(t.part.settings, 'authSettings', 'lifetimes'),
    ],
    `
const ISSUER = '${t.service}'
const AUDIENCE = '${t.service}-api'
const ALGORITHM = 'HS256'
// Says what the token is for: no other token that is signed here passes as one.
const TYPE = 'at+jwt'

export type AccessClaims = { userId: string; sessionId: string }

export async function signAccessToken({ userId, sessionId }: AccessClaims): Promise<string> {
  const { id, secret } = presentKey()
  return new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: id })
    .setSubject(userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(\`\${lifetimes.accessToken}s\`)
    .sign(await secret)
}

/** Nothing for a token that is not ours, is for something else, or has expired. */
export async function readAccessToken(token: string): Promise<AccessClaims | undefined> {
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => secretOf(kid), {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      maxTokenAge: lifetimes.accessToken,
      requiredClaims: ['exp'],
    })
    const { sub, sid } = payload
    return isId(sub) && isId(sid) ? { userId: sub, sessionId: sid } : undefined
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

${shapes(t)}type Key = { id: string; secret: ReturnType<typeof imported> }

const keys = new Map<string, Key>()

const presentKey = (): Key => keyFrom(authSettings().ACCESS_TOKEN_SECRET)

/** The previous secret still verifies, so that changing the secret signs nobody out. */
function secretOf(id: string | undefined): Key['secret'] {
  const { ACCESS_TOKEN_SECRET_PREVIOUS: previous } = authSettings()
  const known = previous ? [presentKey(), keyFrom(previous)] : [presentKey()]
  const key = known.find((one) => one.id === id)
  if (!key) throw new errors.JWKSNoMatchingKey()
  return key.secret
}

// Imported once: each request needs it.
function keyFrom(text: string): Key {
  const made = keys.get(text)
  if (made) return made
  const id = createHash('sha256').update(\`kid:\${text}\`).digest('hex').slice(0, 8)
  const key = { id, secret: imported(text) }
  keys.set(text, key)
  return key
}

const imported = (text: string) =>
  subtle.importKey('raw', Buffer.from(text), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])`,
  )
}

/** Databases throw at ids of another form; texts take any. */
export function formOfIds({ tables, user }: Target): 'text' | 'number' | 'uuid' {
  if (tables.id.type !== 'String' || user.id.type !== 'String') return 'number'
  return /@db\.Uuid/.test(tables.id.attribute) ? 'uuid' : 'text'
}

function shapes(t: Target): string {
  const asked = {
    text: "claim !== '' && !claim.includes('\\0')",
    uuid: '/^[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}$/i.test(claim)',
    number: '/^\\d{1,9}$/.test(claim)',
  }[formOfIds(t)]
  return `function isId(claim: unknown): claim is string {
  return typeof claim === 'string' && ${asked}
}

`
}

export function refreshCookie(t: Target): NewFile {
  return written(
    t.habits,
    t.part['refresh-cookie'],
    [fromFile(t.part.sessions, 'type OpenSession')],
    `
// A browser accepts the prefix only from this very host, over HTTPS. Development has no HTTPS.
const isProduction = process.env.NODE_ENV === 'production'
const NAME = isProduction ? '__Host-refresh' : 'refresh'
const ATTRIBUTES = \`Path=/; HttpOnly; SameSite=Strict\${isProduction ? '; Secure' : ''}\`

export function readRefreshCookie(request: Request): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split(/; */)
  return pairs.find((pair) => pair.startsWith(\`\${NAME}=\`))?.slice(NAME.length + 1)
}

export function setRefreshCookie(response: Response, { refreshToken, refreshExpiresAt }: OpenSession): void {
  const cookie = \`\${NAME}=\${refreshToken}; \${ATTRIBUTES}; Expires=\${refreshExpiresAt.toUTCString()}\`
  response.headers.append('Set-Cookie', cookie)
}

export function clearRefreshCookie(response: Response): void {
  response.headers.append('Set-Cookie', \`\${NAME}=; \${ATTRIBUTES}; Max-Age=0\`)
}`,
  )
}

export function tokenAnswer(t: Target): NewFile {
  const inCookie = t.refreshIn === 'cookie'
  const fields = [
    'accessToken',
    "tokenType: 'Bearer'",
    'expiresIn: lifetimes.accessToken',
    ...(inCookie ? [] : ['refreshToken: session.refreshToken', 'refreshExpiresAt: session.refreshExpiresAt']),
  ]
  const answer = answering(t, `{ ${fields.join(', ')} }`)
  const send = inCookie
    ? `const response = ${answer.code}
  setRefreshCookie(response, session)
  return response`
    : `return ${answer.code}`
  const text = (value: string): string => (t.user.id.type === 'String' ? value : `String(${value})`)
  const id = t.tables.id.type === 'String' ? 'session.id' : 'String(session.id)'
  return written(
    t.habits,
    t.part['token-answer'],
    [
      fromFile(t.part['access-tokens'], 'signAccessToken'),
      ...(inCookie ? [fromFile(t.part['refresh-cookie'], 'setRefreshCookie')] : []),
      fromFile(t.part.sessions, 'type OpenSession'),
      fromFile(t.part.settings, 'lifetimes'),
      ...answer.imports,
    ],
    `
${inCookie ? '/** The access token for the program, the refresh token where no script can read it. */' : '/** Both tokens for a program that keeps them safe: an app, a server. */'}
export async function tokenAnswer(session: OpenSession): Promise<Response> {
  const accessToken = await signAccessToken({ userId: ${text('session.userId')}, sessionId: ${id} })
  ${send}
}`,
  )
}

/** Of whoever holds an access token. */
export function requireUser(t: Target): NewFile {
  const refused = failing(t, 'signedOut', 'Sign in to continue')
  const { parameter, headers } = asked(t)
  return written(
    t.habits,
    t.part['require-user'],
    [fromFile(t.part['access-tokens'], 'readAccessToken'), ...refused.imports, fromExport(t.client)],
    `
${publicUser(t)}

/** Who sent the request. The session is looked up each time, so that signing out ends access at once. */
export async function requireUser(${parameter}) {
  const token = /^Bearer +(\\S+)$/i.exec(${headers}.get('authorization') ?? '')?.[1]
  ${holder(t)}
  if (!session) throw ${refused.code}
  return { user: session.${t.tables.field.user}, sessionId: session.${t.tables.field.id} }
}`,
  )
}

export const publicUser = ({ user }: Target): string => `/** What a user may see of themselves. */
export const publicUser = { ${user.shown.map((name) => `${name}: true`).join(', ')} } as const`

/** `session` of whoever holds `token`. */
export function holder(t: Target): string {
  const { session, field, id } = t.tables
  const { user } = t
  const from = (type: string, value: string): string =>
    type === 'String' ? value : `${type === 'Int' ? 'Number' : 'BigInt'}(${value})`
  const enabled = enabledCondition(t)
  return `const claims = token ? await readAccessToken(token) : undefined
  const session =
    claims &&
    (await ${t.client.use}.${session.delegate}.findUnique({
      where: {
        ${field.id}: ${from(id.type, 'claims.sessionId')},
        ${field.userId}: ${from(user.id.type, 'claims.userId')},
        ${field.revokedAt}: null,
        ${field.expiresAt}: { gt: new Date() },${enabled ? `\n        ${field.user}: { ${enabled} },` : ''}
      },
      select: { ${field.id}: true, ${field.user}: { select: publicUser } },
    }))`
}

/** `disabledAt: null, isActive: true`; nothing where the model cannot say it. */
export function enabledCondition({ user }: Target): string {
  return user.disabled
    .map(({ name, type, when }) => `${name}: ${type === 'DateTime' ? 'null' : String(!when)}`)
    .join(', ')
}
