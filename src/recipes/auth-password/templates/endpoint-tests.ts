import { property } from '../naming.ts'
import { fromFile, fromPackage, type Wanted } from '../source.ts'
import type { Target } from '../target.ts'
import { endTests, eventTests, limitTests } from './limit-tests.ts'
import { addresses, cleanup, peopleOf } from './people.ts'
import type { Runner } from './tests.ts'

/** Through the handlers, on the database of DATABASE_URL. They leave nothing behind. */
export function endpointTests(t: Target, runner: Runner): { imports: Wanted[]; body: string } {
  const { user, part, client, path } = t
  // Each hashes: with bcrypt, on a machine that is busy, longer than a runner waits.
  const slow: Runner = { ...runner, test: (name, body) => runner.test(name, body, 'slow') }
  const { test, onDatabase, after, equal: is } = slow
  const next = t.failing.by === 'wrapper'
  const request = next ? 'NextRequest' : 'Request'
  const envelope = t.habits.answers.success.value
  const data = envelope === undefined ? 'answer' : `answer.${envelope}`
  const inCookie = t.refreshIn === 'cookie'
  const sample = { String: "'Ann'", Int: '1', DateTime: "'2000-01-01T00:00:00.000Z'" }
  const others = user.filled.map(({ name, type }) => `${name}: ${sample[type]}`)
  const account = `{ ${[`${user.email}: newAddress()`, ...others, 'password'].join(', ')} }`
  const id = user.id.made
    ? `${user.id.name}: ${user.id.type === 'String' ? 'randomUUID()' : '++count'}, `
    : ''
  const people = peopleOf(t)
  const made = t.register
    ? `const account = ${account}
  await call(register, 'register', { body: account })
  return account`
    : `const account = { ${user.email}: newAddress(), password }
  await ${client.use}.${user.delegate}.create({
    data: { ${id}${property(user.email, `account.${user.email}`)}, ${[...people.fields, `${user.hash.name}: await hashPassword(password)`].join(', ')} },
  })
  return account`
  const tests = [
    test(
      'signs in, and says who it is',
      `const account = await newAccount()
const { status, data, headers, tokens } = await signIn(account)
${is('status', '200')}
${is('data.tokenType', "'Bearer'")}
${is('data.expiresIn', String(t.accessLifetime))}
${is("headers.get('cache-control')", "'no-store'")}
const who = await call(me, 'me', { token: tokens.accessToken })
${is('who.status', '200')}
${is(`who.data.${user.email}`, `account.${user.email}`)}
${is("Object.keys(who.data).sort().join(' ')", `'${[...user.shown].sort().join(' ')}'`)}
${is(`JSON.stringify(who.data).includes(${t.hashing.kind.includes('argon2') ? "'argon2'" : `'${user.hash.name}'`})`, 'false')}`,
    ),
    test(
      'answers the same for a wrong password and an unknown account',
      `const account = await newAccount()
const wrong = await signIn({ ...account, password: 'not the right one at all' })
const unknown = await signIn({ ...account, ${user.email}: newAddress() })
${is('wrong.status', '401')}
${is('unknown.status', '401')}
${is('wrong.text', 'unknown.text')}
${is("wrong.headers.get('www-authenticate')", "'Bearer'")}`,
    ),
    test(
      'gives a refresh token that works once, and ends the session when it is used again',
      `const { tokens } = await signIn(await newAccount())
const renewed = await renew(tokens)
${is('renewed.status', '200')}
${is('(await renew(tokens)).status', '401')}
${is('(await renew(renewed.tokens)).status', '401')}
${is("(await call(me, 'me', { token: renewed.tokens.accessToken })).status", '401')}`,
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
${is("(await call(logout, 'logout', tokensFor(tokens))).status", '204')}
${is("(await call(me, 'me', { token: tokens.accessToken })).status", '401')}
${is('(await renew(tokens)).status', '401')}`,
    ),
    test(
      'ends one session, and not the others',
      `const account = await newAccount()
const [one, two, three] = [await signIn(account), await signIn(account), await signIn(account)]
const out = await call(logout, 'logout', tokensFor(one.tokens))
${inCookie ? `${is('out.headers.getSetCookie().length', '1')}\n${is("/^(__Host-)?refresh=;.*Max-Age=0/.test(out.headers.getSetCookie()[0] ?? '')", 'true')}` : is('out.text', "''")}
${is("(await call(logout, 'logout', tokensFor(one.tokens))).status", '401')}
// The access token is enough, and without any token there is nothing to end.
${is("(await call(logout, 'logout', { token: two.tokens.accessToken })).status", '204')}
${is('(await renew(two.tokens)).status', '401')}
${is("(await call(logout, 'logout', {})).status", '401')}
${is('(await renew(three.tokens)).status', '200')}`,
    ),
    test(
      'stops guesses from one network, and lets the owner in from another',
      `const account = await newAccount()
const wrong = { ...account, password: 'not the right one at all' }
const network = newNetwork()
const guesses = []
for (let count = 0; count < 12; count++) guesses.push(await signIn(wrong, network))
${is('guesses.filter(({ status }) => status === 401).length', '10')}
${is('guesses.filter(({ status }) => status === 429).length', '2')}
${is("Number(guesses.at(-1)?.headers.get('retry-after')) > 0", 'true')}
${is('(await signIn(account)).status', '200')}`,
    ),
    test(
      'refuses what is not JSON, too large, or not of the right form',
      `const raw = async (text: string | Blob, type = 'application/json') =>
  (await login(new ${request}(url('login'), { method: 'POST', headers: { 'content-type': type }, body: text }))).status
${is("await raw('{')", '400')}
${is("await raw('email=a', 'application/x-www-form-urlencoded')", '415')}
// Eight kilobytes, and one byte more.
${is("(await raw(JSON.stringify({ password: 'x'.repeat(8192 - 15) }))) === 413", 'false')}
${is("await raw(JSON.stringify({ password: 'x'.repeat(8193 - 15) }))", '413')}
${is("await raw('{', 'application/json; charset=utf-8')", '400')}
${is("await raw('{}', 'application/jsonp')", '415')}
${is('await raw(new Blob([Buffer.from([0x22, 0xff, 0x22])]))', '400')}
${is(`[400, 422].includes(await raw(JSON.stringify({ ${user.email}: { not: '' }, password })))`, 'true')}`,
    ),
    ...(t.register
      ? [
          test(
            'registers an address once, in any spelling, and keeps weak passwords out',
            `const account = await newAccount()
const again = { ...account, ${user.email}: ${user.identifier === 'email' ? `account.${user.email}.toUpperCase()` : `\` \${account.${user.email}} \``} }
${is("(await call(register, 'register', { body: again })).status", '409')}
for (const weak of ['short', 'a'.repeat(20), 'nul \\u0000 in the middle of it']) {
  const { status } = await call(register, 'register', { body: { ...account, ${user.email}: newAddress(), password: weak } })
  ${is('[400, 422].includes(status)', 'true')}
}`,
          ),
        ]
      : []),
    ...(inCookie
      ? [
          test(
            'does not act on the cookie for another site',
            `const account = await newAccount()
const { tokens } = await signIn(account)
for (const from of [{ origin: 'https://elsewhere.example' }, { origin: 'null' }, { site: 'same-site' }, { site: 'cross-site' }]) {
  ${is("(await call(login, 'login', { body: account, ...from })).status", '403')}
  ${is("(await call(refresh, 'refresh', { ...tokensFor(tokens), ...from })).status", '403')}
  ${is("(await call(logout, 'logout', { ...tokensFor(tokens), ...from })).status", '403')}
}
// Typed into the address bar, and from a page of this site.
const again = await renew(tokens, { site: 'none' })
${is('again.status', '200')}
${is("(await renew(again.tokens, { site: 'same-origin', origin: 'http://localhost' })).status", '200')}`,
          ),
        ]
      : []),
  ]
  tests.push(...endTests(t, slow), ...limitTests(t, slow), ...eventTests(t, slow))
  const cleanUp = after(cleanup(t, people))
  const body = `
process.env.ACCESS_TOKEN_SECRET ??= 'a secret that only these tests know, long enough'
process.env.TRUSTED_PROXIES = '1'

const password = 'mild harbour tulip 7'
${addresses(t)}
const networks = Date.now()
const newNetwork = () => \`198.\${18 + (networks & 1)}.\${(networks >> 1) & 255}.\${++count % 250}\`
const url = (name: string) => \`http://localhost/${path}/\${name}\`

type Handler = (request: ${request}) => Promise<Response>
type Options = { body?: unknown; token?: string; cookie?: string; origin?: string; site?: string; from?: string }
type Tokens = { accessToken: string; refreshToken: string }

async function call(handler: Handler, name: string, options: Options) {
  const { body, token, cookie, origin, site, from = \`203.0.113.\${++count % 250}\` } = options
  const headers = new Headers({ 'x-forwarded-for': from, host: 'localhost' })
  if (body !== undefined) headers.set('content-type', 'application/json')
  if (token) headers.set('authorization', \`Bearer \${token}\`)
  if (cookie) headers.set('cookie', cookie)
  if (origin) headers.set('origin', origin)
  if (site) headers.set('sec-fetch-site', site)
  const method = name === 'me' ? 'GET' : 'POST'
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) }
  const response = await handler(new ${request}(url(name), init))
  const text = await response.text()
  const answer = text === '' ? {} : JSON.parse(text)
  return { status: response.status, headers: response.headers, text, data: ${data} }
}

async function signIn(account: { ${user.email}: string; password: string }, from?: string) {
  const body = { ${user.email}: account.${user.email}, password: account.password }
  return withTokens(await call(login, 'login', from ? { body, from } : { body }))
}

async function renew(tokens: Tokens, more: Options = {}) {
  return withTokens(await call(refresh, 'refresh', { ...tokensFor(tokens), ...more }))
}

${
  inCookie
    ? `function withTokens(answer: Awaited<ReturnType<typeof call>>) {
  const [pair = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';')
  const refreshToken = /^(__Host-)?refresh=/.test(pair) ? pair : ''
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

async function idOf(account: { ${user.email}: string }) {
  const { ${user.id.name} } = await ${client.use}.${user.delegate}.findUniqueOrThrow({
    where: { ${user.email}: account.${user.email} },
    select: { ${user.id.name}: true },
  })
  return ${user.id.name}
}

${onDatabase(`/${path}`, [cleanUp, ...tests].join('\n\n'))}
`
  const routes = t.calls.map((call) =>
    fromFile(t.route(call), `${call === 'me' ? 'GET' : 'POST'} as ${call}`),
  )
  return {
    imports: [
      ...(next ? [fromPackage('next/server', 'NextRequest')] : []),
      ...routes,
      ...(t.register ? [] : [fromFile(part.passwords, 'hashPassword')]),
      ...(id.includes('randomUUID') && !t.register ? [fromPackage('node:crypto', 'randomUUID')] : []),
      fromFile(part['login-budgets'], 'spendLogin'),
      fromFile(
        part['rate-limit'],
        'budget',
        'forgetOld',
        'restore',
        'spentOf',
        ...(t.register ? ['spend'] : []),
      ),
      fromFile(part['retry-later'], 'RetryLater'),
      fromFile(part.sessions, 'openSession', 'renewSession'),
    ],
    body,
  }
}
