import { property } from '../naming.ts'
import { fromFile, fromPackage, type Wanted } from '../source.ts'
import type { TrpcHome } from '../surfaces/trpc-home.ts'
import type { Target } from '../target.ts'
import { addresses, cleanup, peopleOf, respelled } from './people.ts'
import type { Runner } from './tests.ts'

/**
 * Through HTTP as tRPC speaks it, to the new router alone: a context has what its procedures read. On the database of
 * DATABASE_URL; they leave nothing behind.
 */
export function procedureTests(
  t: Target,
  { mount, file, name, transformer }: TrpcHome,
  runner: Runner,
): { imports: Wanted[]; body: string } {
  const { user, part, client } = t
  const { onDatabase, after, equal: is } = runner
  const test = (name: string, body: string): string => runner.test(name, body, 'slow')
  const data = transformer === 'superjson' ? 'answer.result?.data.json' : 'answer.result?.data'
  const sent = transformer === 'superjson' ? '{ json: body }' : 'body'
  const inCookie = t.refreshIn === 'cookie'
  const sample = { String: "'Ann'", Int: '1', DateTime: "'2000-01-01T00:00:00.000Z'" }
  const others = user.filled.map(({ name, type }) => `${name}: ${sample[type]}`)
  const account = `{ ${[`${user.email}: newAddress()`, ...others, 'password'].join(', ')} }`
  const people = peopleOf(t)
  const made = t.register
    ? `const account = ${account}
  await call('register', { body: account })
  return account`
    : `const account = { ${user.email}: newAddress(), password }
  await ${client.use}.${user.delegate}.create({
    data: { ${property(user.email, `account.${user.email}`)}, ${[...people.fields, `${user.hash.name}: await hashPassword(password)`].join(', ')} },
  })
  return account`
  const tests = [
    test(
      'signs in, and says who it is',
      `const account = await newAccount()
const { status, tokens } = await signIn(account)
${is('status', '200')}
const who = await call('me', { token: tokens.accessToken })
${is('who.status', '200')}
${is(`who.data.${user.email}`, `account.${user.email}`)}
${is(`JSON.stringify(who.data).includes(${t.hashing.kind.includes('argon2') ? "'argon2'" : `'${user.hash.name}'`})`, 'false')}`,
    ),
    test(
      'answers the same for a wrong password and an unknown account',
      `const account = await newAccount()
const wrong = await signIn({ ...account, password: 'not the right one at all' })
const unknown = await signIn({ ...account, ${user.email}: newAddress() })
${is('wrong.status', '401')}
${is('unknown.status', '401')}
${is('wrong.text', 'unknown.text')}`,
    ),
    test(
      'gives a refresh token that works once, and ends the session when it is used again',
      `const { tokens } = await signIn(await newAccount())
const renewed = await renew(tokens)
${is('renewed.status', '200')}
${is('(await renew(tokens)).status', '401')}
${is('(await renew(renewed.tokens)).status', '401')}
${is(`(await call('me', { token: renewed.tokens.accessToken })).status`, '401')}`,
    ),
    test(
      'lets one of several refreshes at once through',
      `const { tokens } = await signIn(await newAccount())
const all = await Promise.all(Array.from({ length: 8 }, () => renew(tokens)))
${is('all.filter(({ status }) => status === 200).length', '1')}
${is('all.filter(({ status }) => status === 401).length', '7')}`,
    ),
    test(
      'ends the session at once when signing out',
      `const { tokens } = await signIn(await newAccount())
${is(`(await call('logout', tokensFor(tokens))).status`, '200')}
${is(`(await call('me', { token: tokens.accessToken })).status`, '401')}
${is('(await renew(tokens)).status', '401')}`,
    ),
    test(
      'stops guesses from one network, and lets the owner in from another',
      `const account = await newAccount()
const wrong = { ...account, password: 'not the right one at all' }
const guesses = []
for (let count = 0; count < 12; count++) guesses.push(await signIn(wrong, '198.51.100.9'))
${is('guesses.filter(({ status }) => status === 401).length', '10')}
${is('guesses.filter(({ status }) => status === 429).length', '2')}
${is("Number(guesses.at(-1)?.headers.get('retry-after')) > 0", 'true')}
${is('(await signIn(account)).status', '200')}`,
    ),
    test(
      'refuses what is not JSON, too large, or not of the right form',
      `const raw = async (text: string, type = 'application/json') =>
  (await handler(new Request(url('login'), { method: 'POST', headers: { 'content-type': type, 'content-length': String(text.length) }, body: text }))).status
${is("await raw('{')", '400')}
${is("await raw('email=a', 'application/x-www-form-urlencoded')", '415')}
${is("await raw(JSON.stringify({ password: 'x'.repeat(20_000) }))", '413')}
${is(`[400, 422].includes(await raw(JSON.stringify({ ${user.email}: { not: '' }, password })))`, 'true')}`,
    ),
    ...(t.register
      ? [
          test(
            'registers an address once, in any spelling, and keeps weak passwords out',
            `const account = await newAccount()
const again = { ...account, ${user.email}: ${respelled(t)} }
${is(`(await call('register', { body: again })).status`, '409')}
for (const weak of ['short', 'a'.repeat(20), 'nul \\u0000 in the middle of it']) {
  const { status } = await call('register', { body: { ...account, ${user.email}: newAddress(), password: weak } })
  ${is('[400, 422].includes(status)', 'true')}
}`,
          ),
        ]
      : []),
    ...(inCookie
      ? [
          test(
            'does not act on the cookie for another site',
            `const { tokens } = await signIn(await newAccount())
const { status } = await call('refresh', { ...tokensFor(tokens), origin: 'https://elsewhere.example' })
${is('status', '403')}`,
          ),
        ]
      : []),
  ]
  const body = `
process.env.ACCESS_TOKEN_SECRET ??= 'a secret that only these tests know, long enough'
process.env.TRUSTED_PROXIES = '1'

const password = 'mild harbour tulip 7'
${addresses(t)}
const url = (name: string) => \`http://localhost${mount.path}/\${name}\`

type Context = inferRouterContext<typeof ${name}>

/** The procedures read nothing else of the context. */
const contextOf = (headers: Headers, resHeaders: Headers) => ({ http: { headers, resHeaders } }) as Context

const handler = (req: Request) =>
  fetchRequestHandler({
    endpoint: '${mount.path}',
    req,
    router: ${name},
    createContext: ({ resHeaders }) => contextOf(req.headers, resHeaders),
  })

type Options = { body?: unknown; token?: string; cookie?: string; origin?: string; from?: string }
type Tokens = { accessToken: string; refreshToken: string }

async function call(name: string, options: Options) {
  const { body, token, cookie, origin, from = \`203.0.113.\${++count % 250}\` } = options
  const headers = new Headers({ 'x-forwarded-for': from, host: 'localhost' })
  if (name !== 'me') headers.set('content-type', 'application/json')
  if (token) headers.set('authorization', \`Bearer \${token}\`)
  if (cookie) headers.set('cookie', cookie)
  if (origin) headers.set('origin', origin)
  const method = name === 'me' ? 'GET' : 'POST'
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(${sent}) }
  const response = await handler(new Request(url(name), init))
  const text = await response.text()
  const answer = text === '' ? {} : JSON.parse(text)
  return { status: response.status, headers: response.headers, text, data: ${data} }
}

async function signIn(account: { ${user.email}: string; password: string }, from?: string) {
  const body = { ${user.email}: account.${user.email}, password: account.password }
  return withTokens(await call('login', from ? { body, from } : { body }))
}

async function renew(tokens: Tokens) {
  return withTokens(await call('refresh', tokensFor(tokens)))
}

${
  inCookie
    ? `function withTokens(answer: Awaited<ReturnType<typeof call>>) {
  const refreshToken = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const tokens: Tokens = { accessToken: answer.data?.accessToken ?? '', refreshToken }
  return { ...answer, tokens }
}

const tokensFor = ({ refreshToken }: Tokens): Options => ({ cookie: refreshToken })`
    : `function withTokens(answer: Awaited<ReturnType<typeof call>>) {
  const { accessToken = '', refreshToken = '' } = answer.data ?? {}
  return { ...answer, tokens: { accessToken, refreshToken } }
}

const tokensFor = ({ refreshToken }: Tokens): Options => ({ body: { refreshToken } })`
}

${t.register ? '' : people.before}
async function newAccount() {
  ${made}
}

${onDatabase(mount.path, [after(cleanup(t, people)), ...tests].join('\n\n'))}
`
  return {
    imports: [
      fromPackage('@trpc/server', 'type inferRouterContext'),
      fromPackage('@trpc/server/adapters/fetch', 'fetchRequestHandler'),
      fromFile(file, name),
      ...(t.register ? [] : [fromFile(part.passwords, 'hashPassword')]),
    ],
    body,
  }
}
