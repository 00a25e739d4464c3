import type { NewFile } from '../../core/change.ts'
import { blocks } from './hashing.ts'
import type { Target } from './target.ts'
import { normalizes } from './templates/policy.ts'

/** The page for those who call the endpoints, and for those who run them. */
export function docs(t: Target): NewFile {
  const first = t.part['require-user'].replace(/^.*\//, '')
  const { calls, after, protecting } = pages[t.choice.surface.kind](t)
  return {
    file: `${t.habits.app.folder === '.' ? '' : `${t.habits.app.folder}/`}docs/auth.md`,
    text: `# Signing in

${calls}

${after}

## Protecting an endpoint

${protecting}

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

interface Page {
  calls: string
  after: string
  protecting: string
}

const pages: Record<Target['choice']['surface']['kind'], (t: Target) => Page> = {
  routes: routesPage,
  trpc: trpcPage,
  actions: actionsPage,
}

function bodies(t: Target): { register: string; login: string; tokens: Record<string, unknown> } {
  const { user } = t
  const [email, password] = [user.identifier === 'email' ? 'ann@example.com' : 'ann', 'four plain words here']
  const inBody = t.refreshIn === 'body' && { refreshToken: '…', refreshExpiresAt: '…' }
  return {
    register: JSON.stringify({ [user.email]: email, ...samples(t), password }),
    login: JSON.stringify({ [user.email]: email, password }),
    tokens: { accessToken: 'eyJ…', tokenType: 'Bearer', expiresIn: t.accessLifetime, ...inBody },
  }
}

function tokensText(t: Target): string {
  return `Send the access token as \`Authorization: Bearer …\`. It is good for ${t.accessLifetime / 60} minutes, and dies with its session.
${t.refreshIn === 'cookie' ? 'The refresh token is in a cookie that scripts cannot read: call `refresh` with `credentials: "include"` from the same origin.' : 'Keep the refresh token where only your program reads it.'} It works **once**.
A second use ends the session: call \`refresh\` from one place at a time.`
}

function routesPage(t: Target): Page {
  const base = `/${t.path}`
  const inCookie = t.refreshIn === 'cookie'
  const envelope = t.habits.answers.success.value
  const { register, login, tokens } = bodies(t)
  const given = JSON.stringify(envelope === undefined ? tokens : { [envelope]: tokens })
  const first = t.register
    ? `| \`POST ${base}/register\` | \`${register}\` | 201 and the user; 409 when the address is taken |\n`
    : ''
  return {
    calls: `| Request | Body | Answer |
| --- | --- | --- |
${first}| \`POST ${base}/login\` | \`${login}\` | 200 and \`${given}\` |
| \`POST ${base}/refresh\` | ${inCookie ? 'none' : '`{"refreshToken":"…"}`'} | 200 and new tokens |
| \`POST ${base}/logout\` | ${inCookie ? 'none' : '`{"refreshToken":"…"}`, or none with an access token'} | 204 |
| \`GET ${base}/me\` | none | 200 and the user |`,
    after: `${tokensText(t)}

Errors have the shape of all errors of this API. 429 and 503 say in \`Retry-After\` when to come back.`,
    protecting: `\`requireUser(request)\` of \`${t.part['require-user']}\` gives the user, or throws the error that becomes 401.`,
  }
}

function trpcPage(t: Target): Page {
  const { surface } = t.choice
  const key = surface.kind === 'trpc' ? surface.home.key : 'auth'
  const inCookie = t.refreshIn === 'cookie'
  const { register, login, tokens } = bodies(t)
  const first = t.register
    ? `| \`${key}.register\` | mutation | \`${register}\` | the user; \`CONFLICT\` when the address is taken |\n`
    : ''
  return {
    calls: `| Procedure | | Input | Answer |
| --- | --- | --- | --- |
${first}| \`${key}.login\` | mutation | \`${login}\` | \`${JSON.stringify(tokens)}\` |
| \`${key}.refresh\` | mutation | ${inCookie ? 'none' : '`{"refreshToken":"…"}`'} | new tokens |
| \`${key}.logout\` | mutation | ${inCookie ? 'none' : '`{"refreshToken":"…"}`, or none with an access token'} | \`{"ok":true}\` |
| \`${key}.me\` | query | none | the user |`,
    after: `${tokensText(t)}

Over HTTP they are at \`/${t.path}/${key}.login\` and so on. ${inCookie ? 'Call them through `httpLink` or `httpBatchLink`: a link that streams has sent its headers before a cookie can be set. ' : ''}Errors are
\`UNAUTHORIZED\`, \`BAD_REQUEST\`, \`TOO_MANY_REQUESTS\` and the like; the last says in \`Retry-After\` when to come back.
tRPC reads a body that does not tell its length: limit the size of bodies in front of the app.`,
    protecting: `\`protectedTokenProcedure\` of \`${t.part.procedures}\` has the user in \`ctx.account\`, or fails with \`UNAUTHORIZED\`.`,
  }
}

function actionsPage(t: Target): Page {
  const { surface } = t.choice
  const style = surface.kind === 'actions' ? surface.style : undefined
  const { failure = 'error', flag, given } = style ?? {}
  const { register, login } = bodies(t)
  const way = given === 'object' ? 'Given' : 'Fields of the form'
  const good = flag ? `{ ${flag}: true }` : '{ done: true }'
  const first = t.register
    ? `| \`register\` | \`${register}\` | makes the account; nobody is signed in by it |\n`
    : ''
  return {
    calls: `| Action | ${way} | What it does |
| --- | --- | --- |
${first}| \`login\` | \`${login}\` | sets both cookies |
| \`refreshSession\` | nothing | new cookies, before the access token ends |
| \`logout\` | nothing | ends the session and removes the cookies |`,
    after: `They are in \`${t.part.actions}\`. Each answers \`${good}\`, or \`{ ${flag ? `${flag}: false, ` : ''}${failure}: "…" }\` in words for the user, with \`retryAfter\` in
seconds where it makes sense to wait. No token is in an answer: they are in cookies that scripts cannot read.
The access token is good for ${t.accessLifetime / 60} minutes, the refresh token works **once**: a second use ends the session.`,
    protecting: `\`currentAccount()\` of \`${t.part['current-account']}\` gives who is signed in, or nothing: in pages, actions and route handlers.`,
  }
}

function samples({ user }: Target): Record<string, unknown> {
  const values = { String: 'Ann', Int: 1, DateTime: '2000-01-01T00:00:00.000Z' }
  return Object.fromEntries(user.filled.map(({ name, type }) => [name, values[type]]))
}
