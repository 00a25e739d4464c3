import { property } from '../naming.ts'
import { fromFile, type Wanted } from '../source.ts'
import type { ActionStyle } from '../surfaces/action-style.ts'
import { actionCalls, actionNames } from '../surfaces/actions.ts'
import type { Target } from '../target.ts'
import { addresses, cleanup, peopleOf, respelled } from './people.ts'
import type { Runner } from './tests.ts'

/** Calls the actions with headers and cookies of their own, on the database of DATABASE_URL. They leave nothing behind. */
export function actionTests(
  t: Target,
  style: ActionStyle,
  runner: Runner,
): { imports: Wanted[]; body: string } {
  const { user, part, client } = t
  const sample = { String: "'Ann'", Int: '1', DateTime: "'2000-01-01T00:00:00.000Z'" }
  const people = peopleOf(t)
  const others = user.filled.map(({ name, type }) => `${name}: ${sample[type]}`)
  const isForm = style.given !== 'object'
  const call = (name: string, fields: string): string => {
    const given = isForm ? `formOf(${fields})` : fields
    const args = style.given === 'state' ? `undefined, ${given}` : given
    return style.client ? `(await ${name}(${args}))?.data` : `await ${name}(${args})`
  }
  const texts = others.map((one) =>
    isForm
      ? one.replace(/: 1$/, ": '1'")
      : one.replace(/'(2000[^']*)'/, (whole) => (style.client ? whole : `new Date(${whole})`)),
  )
  const account = `{ ${[`${user.email}: newAddress()`, ...texts, 'password'].join(', ')} }`
  const data = [
    property(user.email, `account.${user.email}`),
    ...people.fields,
    `${user.hash.name}: await hashPassword(password)`,
  ]
  const body = `
process.env.ACCESS_TOKEN_SECRET ??= 'a secret that only these tests know, long enough'
process.env.TRUSTED_PROXIES = '1'

let mockHeaders = new Headers()
const mockJar = new Map<string, string>()

${runner.mocking}.mock('next/headers', () => ({
  headers: () => Promise.resolve(mockHeaders),
  cookies: () =>
    Promise.resolve({
      get: (name: string) => (mockJar.has(name) ? { name, value: mockJar.get(name) } : undefined),
      set: ({ name, value }: { name: string; value: string }) => {
        if (value === '') mockJar.delete(name)
        else mockJar.set(name, value)
      },
    }),
}))

const password = 'mild harbour tulip 7'
${addresses(t)}

type Account = { ${user.email}: string; password: string }
type Cookies = [string, string][]

${t.register ? '' : people.before}
${
  isForm
    ? `function formOf(fields: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}

`
    : ''
}/** A browser with these cookies, at an address of its own. */
function browse(cookies: Cookies, from = \`203.0.113.\${++count % 250}\`): void {
  mockHeaders = new Headers({ 'x-forwarded-for': from, host: 'localhost' })
  mockJar.clear()
  for (const [name, value] of cookies) mockJar.set(name, value)
}

async function signIn({ ${user.email}, password }: Account, from?: string) {
  browse([], from)
  return ${call('login', `{ ${user.email}, password }`)}
}

/** The cookies of somebody who has just signed in. */
async function signedIn(): Promise<Cookies> {
  await signIn(await newAccount())
  return [...mockJar]
}

async function newAccount() {
  ${
    t.register
      ? `const account = ${account}
  browse([])
  ${call('register', 'account').replace(/^\((.*)\)\?\.data$/, '$1')}`
      : `const account = { ${user.email}: newAddress(), password }
  await ${client.use}.${user.delegate}.create({ data: { ${data.join(', ')} } })`
  }
  return account
}

${runner.onDatabase('sign-in', [runner.after(cleanup(t, people)), ...casesOf(t, style, runner, call)].join('\n\n'))}
`
  return {
    imports: [
      fromFile(part.actions, ...actionCalls(t).map((one) => actionNames[one])),
      fromFile(part['current-account'], 'currentAccount'),
      ...(t.register ? [] : [fromFile(part.passwords, 'hashPassword')]),
    ],
    body,
  }
}

function casesOf(
  t: Target,
  { failure, flag, client }: ActionStyle,
  { test: write, equal: is }: Runner,
  call: (name: string, fields: string) => string,
): string[] {
  const test = (name: string, body: string): string => write(name, body, 'slow')
  const { email } = t.user
  const good = flag ? `${flag}: true` : 'done: true'
  const plain = (name: string): string => (client ? `(await ${name}())?.data` : `await ${name}()`)
  const text = (answer: string): string => `JSON.stringify(${answer})`
  return [
    test(
      'signs in, and says who it is',
      `const account = await newAccount()
${is(text('await signIn(account)'), `JSON.stringify({ ${good} })`)}
${is(`(await currentAccount())?.${email}`, `account.${email}`)}`,
    ),
    test(
      'answers the same for a wrong password and an unknown account',
      `const account = await newAccount()
const wrong = await signIn({ ...account, password: 'not the right one at all' })
const unknown = await signIn({ ...account, ${email}: newAddress() })
${is(`${text('wrong')}.includes('"${failure}":')`, 'true')}
${is(text('unknown'), text('wrong'))}
${is('await currentAccount()', 'undefined')}`,
    ),
    test(
      'gives a refresh token that works once, and ends the session when it is used again',
      `const first = await signedIn()
browse(first)
${is(text(plain('refreshSession')), `JSON.stringify({ ${good} })`)}
const second: Cookies = [...mockJar]
browse(first)
${is(`${text(plain('refreshSession'))}.includes('"${failure}":')`, 'true')}
browse(second)
${is(`${text(plain('refreshSession'))}.includes('"${failure}":')`, 'true')}
${is('await currentAccount()', 'undefined')}`,
    ),
    test(
      'ends the session at once when signing out',
      `const cookies = await signedIn()
browse(cookies)
${is(text(plain('logout')), `JSON.stringify({ ${good} })`)}
${is('mockJar.size', '0')}
browse(cookies)
${is('await currentAccount()', 'undefined')}
${is(`${text(plain('refreshSession'))}.includes('"${failure}":')`, 'true')}`,
    ),
    test(
      'stops guesses from one network, and lets the owner in from another',
      `const account = await newAccount()
const wrong = { ...account, password: 'not the right one at all' }
const guesses: string[] = []
for (let guess = 0; guess < 12; guess++) guesses.push(${text("await signIn(wrong, '198.51.100.9')")})
${is(`guesses.filter((one) => one.includes('retryAfter')).length`, '2')}
${is(text('await signIn(account)'), `JSON.stringify({ ${good} })`)}`,
    ),
    test(
      'does not act on the cookie for another site',
      `browse(await signedIn())
mockHeaders.set('origin', 'https://elsewhere.example')
${is(`${text(plain('refreshSession'))}.includes('"${failure}":')`, 'true')}
mockHeaders.delete('origin')
${is(text(plain('refreshSession')), `JSON.stringify({ ${good} })`)}`,
    ),
    ...(t.register
      ? [
          test(
            'registers an address once, in any spelling, and keeps weak passwords out',
            `const account = await newAccount()
const register_ = async (changed: Partial<Account>) => {
  browse([])
  const fields = { ...account, ...changed }
  return ${text(call('register', 'fields').replace(/^\((.*)\)\?\.data$/, '$1'))}
}
${is(`(await register_({ ${email}: ${respelled(t)} })).includes('"${failure}":')`, 'true')}
for (const password of ['short', 'a'.repeat(20), 'nul \\u0000 in the middle of it']) {
  const answer = await register_({ ${email}: newAddress(), password })
  ${is(client ? `/"${failure}":|"validationErrors":/.test(answer)` : `answer.includes('"${failure}":')`, 'true')}
}`.replaceAll('register_', 'registerWith'),
          ),
        ]
      : []),
  ]
}
