import type { NewFile } from '../../core/change.ts'
import { blocks } from './hashing.ts'
import type { Target } from './target.ts'
import { normalizes } from './templates/policy.ts'

/** The page for those who call the endpoints, and for those who run them. */
export function docs(t: Target): NewFile {
  const base = `/${t.path}`
  const { user } = t
  const inCookie = t.refreshIn === 'cookie'
  const envelope = t.habits.answers.success.value
  const body = {
    [user.email]: user.identifier === 'email' ? 'ann@example.com' : 'ann',
    ...samples(t),
    password: 'four plain words here',
  }
  const login = {
    [user.email]: user.identifier === 'email' ? 'ann@example.com' : 'ann',
    password: 'four plain words here',
  }
  const tokens = {
    accessToken: 'eyJ…',
    tokenType: 'Bearer',
    expiresIn: t.accessLifetime,
    ...(!inCookie && { refreshToken: '…', refreshExpiresAt: '…' }),
  }
  const wrapped = (value: unknown): string =>
    JSON.stringify(envelope === undefined ? value : { [envelope]: value })
  const register = t.register
    ? `| \`POST ${base}/register\` | \`${JSON.stringify(body)}\` | 201 and the user; 409 when the address is taken |\n`
    : ''
  const first = t.part['require-user'].replace(/^.*\//, '')
  return {
    file: `${t.habits.app.folder === '.' ? '' : `${t.habits.app.folder}/`}docs/auth.md`,
    text: `# Signing in

| Request | Body | Answer |
| --- | --- | --- |
${register}| \`POST ${base}/login\` | \`${JSON.stringify(login)}\` | 200 and \`${wrapped(tokens)}\` |
| \`POST ${base}/refresh\` | ${inCookie ? 'none' : '`{"refreshToken":"…"}`'} | 200 and new tokens |
| \`POST ${base}/logout\` | ${inCookie ? 'none' : '`{"refreshToken":"…"}`, or none with an access token'} | 204 |
| \`GET ${base}/me\` | none | 200 and the user |

Send the access token as \`Authorization: Bearer …\`. It is good for ${t.accessLifetime / 60} minutes, and dies with its session.
${inCookie ? 'The refresh token is in a cookie that scripts cannot read: call `refresh` with `credentials: "include"` from the same origin.' : 'Keep the refresh token where only your program reads it.'} It works **once**.
A second use ends the session: call \`refresh\` from one place at a time.

Errors have the shape of all errors of this API. 429 and 503 say in \`Retry-After\` when to come back.

## Protecting an endpoint

\`requireUser(request)\` of \`${t.part['require-user']}\` gives the user, or throws the error that becomes 401.

## Running it

- \`ACCESS_TOKEN_SECRET\`: 32 random characters or more. To change it, move the old value to
  \`ACCESS_TOKEN_SECRET_PREVIOUS\`, and remove that after ${t.accessLifetime / 60} minutes.
- \`TRUSTED_PROXIES\`: how many proxies stand in front of the app. With 0 the address of a caller is not known: guesses are
  then counted for each account alone, 100 in an hour, and whoever makes them keeps the owner out for that hour.
- Passwords have ${t.minimumLength} characters or more${normalizes(t) ? '' : ' when they are made here'}, and no other rule.
- A session ends after ${t.idleLifetime / 86400} days without use, and after ${t.sessionLifetime / 86400} days at the latest. Networks of sessions
  are kept with them: an owner gets in from where they have been before, while others guess.
- ${blocks(t.hashing) ? 'Passwords are hashed one at a time, with a pause after each, so that other requests are answered' : 'One core is left for other requests while passwords are hashed'}: see \`${t.part['hashing-queue'].replace(/^.*\//, '')}\` beside \`${first}\`.
`,
  }
}

function samples({ user }: Target): Record<string, unknown> {
  const values = { String: 'Ann', Int: 1, DateTime: '2000-01-01T00:00:00.000Z' }
  return Object.fromEntries(user.filled.map(({ name, type }) => [name, values[type]]))
}
