/** Tests of what counts and of what is written down, for the file of the endpoint tests: they share its people. */
import type { Target } from '../target.ts'
import type { Runner } from './tests.ts'

const refused = `const refused = (work: Promise<unknown>) =>
  work.then(
    () => false,
    (error: unknown) => error instanceof RetryLater && error.seconds > 0,
  )`

export function limitTests(t: Target, { test, equal: is }: Runner): string[] {
  const { user, tables, client } = t
  const { limit, field } = tables
  const rows = `${client.use}.${limit.delegate}`
  return [
    test(
      'counts guesses at an account from one network, and gives them back after a success',
      `${refused}
const account = await newAccount()
const network = newNetwork()
for (let guess = 0; guess < 9; guess++) await spendLogin(account.${user.email}, network)
${is('(await signIn(account, network)).status', '200')}
for (let guess = 0; guess < 10; guess++) await spendLogin(account.${user.email}, network)
${is(`await refused(spendLogin(account.${user.email}, network))`, 'true')}
${is(`await refused(spendLogin(account.${user.email}, newNetwork()))`, 'false')}
${is('await refused(spendLogin(newAddress(), network))', 'false')}`,
    ),
    test(
      'counts guesses at an account from everywhere, and lets the owner in where they have been before',
      `${refused}
const account = await newAccount()
await openSession(await idOf(account), \`home of \${domain}\`)
// Twenty of these are refused, and do not count for the account.
for (let guess = 0; guess < 30; guess++) await refused(spendLogin(account.${user.email}, \`one of \${domain}\`))
for (let guess = 0; guess < 90; guess++)
  ${is(`await refused(spendLogin(account.${user.email}, \`\${guess} of \${domain}\`))`, 'false')}
${is(`await refused(spendLogin(account.${user.email}, \`another of \${domain}\`))`, 'true')}
${is(`await refused(spendLogin(account.${user.email}, \`home of \${domain}\`))`, 'false')}
${is(`await refused(spendLogin(newAddress(), \`home of \${domain}\`))`, 'false')}`,
    ),
    test(
      'counts guesses from one network at all accounts, and those from nowhere for the account alone',
      `${refused}
for (let guess = 0; guess < 100; guess++) await spendLogin(newAddress(), \`many of \${domain}\`)
${is(`await refused(spendLogin(newAddress(), \`many of \${domain}\`))`, 'true')}
const account = newAddress()
for (let guess = 0; guess < 100; guess++) await spendLogin(account, undefined)
${is('await refused(spendLogin(account, undefined))', 'true')}`,
    ),
    test(
      'counts in windows of time, and forgets those that are long over',
      `const now = Date.now
const subject = [domain, 'windows']
try {
  Date.now = () => 1_000_000_000_000
  const one = budget(subject, 3, 900)
  ${is('one.limit', '3')}
  ${is('one.secondsLeft', '800')}
  ${is('budget([domain], 3, 900).key === one.key', 'false')}
  Date.now = () => 1_000_000_799_999
  ${is('budget(subject, 3, 900).key', 'one.key')}
  ${is('budget(subject, 3, 900).secondsLeft', '1')}
  Date.now = () => 1_000_000_800_000
  ${is('budget(subject, 3, 900).key === one.key', 'false')}
} finally {
  Date.now = now
}
const one = budget(subject, 1, 60)
const two = budget([...subject, 'two'], 2, 60)
${is('(await spentOf([one, two])).length', '0')}
${is("(await spentOf([two, one])).map(({ key }) => key).join(' ')", 'one.key')}
await restore(one)
${is("(await spentOf([one, two])).map(({ key }) => key).join(' ')", 'two.key')}
const old = (hours: number) => new Date(Date.now() - hours * 60 * 60 * 1000)
await ${rows}.updateMany({ where: { key: one.key }, data: { ${field.createdAt}: old(23.9) } })
await ${rows}.updateMany({ where: { key: two.key }, data: { ${field.createdAt}: old(24.1) } })
await forgetOld()
const left = await ${rows}.findMany({ where: { key: { in: [one.key, two.key] } } })
${is("left.map(({ key }) => key).join(' ')", 'one.key')}`,
    ),
    test(
      'begins to count anew after a quarter of an hour, and for the account after an hour',
      `${refused}
const now = Date.now
// The start of both windows.
const start = 1_000_000_800_000
const [account, other] = [newAddress(), newAddress()]
try {
  Date.now = () => start
  for (let guess = 0; guess < 10; guess++) await spendLogin(account, \`windows of \${domain}\`)
  for (let guess = 0; guess < 100; guess++) await spendLogin(other, undefined)
  Date.now = () => start + 899_000
  ${is(`await refused(spendLogin(account, \`windows of \${domain}\`))`, 'true')}
  Date.now = () => start + 900_000
  ${is(`await refused(spendLogin(account, \`windows of \${domain}\`))`, 'false')}
  Date.now = () => start + 3_599_000
  ${is('await refused(spendLogin(other, undefined))', 'true')}
  Date.now = () => start + 3_600_000
  ${is('await refused(spendLogin(other, undefined))', 'false')}
} finally {
  Date.now = now
}`,
    ),
    ...(t.register
      ? [
          test(
            'makes no more than twenty accounts in an hour for one network',
            `const network = newNetwork()
for (let made = 0; made < 19; made++) await spend(budget(['register', network], 20, 60 * 60))
const { ${user.email}, ...others } = await newAccount()
const again = () => call(register, 'register', { body: { ...others, ${user.email}: newAddress() }, from: network })
${is('(await again()).status', '201')}
${is('(await again()).status', '429')}`,
          ),
        ]
      : []),
  ]
}

/** Sessions end when they should: rows are made older than they are. */
export function endTests(t: Target, { test, equal: is }: Runner): string[] {
  const { field: f, session } = t.tables
  const rows = `${t.client.use}.${session.delegate}`
  const { idleLifetime: idle, sessionLifetime: most } = t
  const where = `where: { ${f.userId}: id }`
  return [
    test(
      'ends a session that nobody uses, and at the latest after its time',
      `const near = (date: Date | undefined, seconds: number) =>
  Math.abs((date?.getTime() ?? 0) - Date.now() - seconds * 1000) < 20_000
const account = await newAccount()
const id = await idOf(account)
const opened = await openSession(id, undefined)
${is(`near(opened.refreshExpiresAt, ${Math.min(idle, most)})`, 'true')}
const row = await ${rows}.findFirstOrThrow({ ${where} })
${is(`near(row.${f.idleExpiresAt}, ${Math.min(idle, most)})`, 'true')}
${is(`near(row.${f.expiresAt}, ${most})`, 'true')}
await ${rows}.updateMany({ ${where}, data: { ${f.idleExpiresAt}: new Date(Date.now() + 5000) } })
const renewed = await renewSession(opened.refreshToken)
const used = await ${rows}.findFirstOrThrow({ ${where} })
${is(`near(used.${f.idleExpiresAt}, ${idle})`, 'true')}
${is(`near(renewed?.refreshExpiresAt, ${Math.min(idle, most)})`, 'true')}
await ${rows}.updateMany({ ${where}, data: { ${f.expiresAt}: new Date(Date.now() + 60_000) } })
const last = await renewSession(renewed?.refreshToken ?? '')
${is(`near(last?.refreshExpiresAt, 60)`, 'true')}
await ${rows}.updateMany({ ${where}, data: { ${f.idleExpiresAt}: new Date(Date.now() - 1000) } })
${is("await renewSession(last?.refreshToken ?? '')", 'undefined')}
const { tokens } = await signIn(account)
await ${rows}.updateMany({ ${where}, data: { ${f.expiresAt}: new Date(Date.now() - 1000) } })
${is("(await call(me, 'me', { token: tokens.accessToken })).status", '401')}
${is('(await renew(tokens)).status', '401')}`,
    ),
  ]
}

/** Where events go to the console; a logger of the project writes where a test cannot look. */
export function eventTests(t: Target, { test, equal: is }: Runner): string[] {
  if (t.habits.logger) return []
  return [
    test(
      'writes down who signs in and who fails to, and nothing that is secret',
      `const account = await newAccount()
const id = String(await idOf(account))
const lines: string[] = []
const info = console.info
console.info = (line: string) => void lines.push(line)
try {
  await signIn({ ...account, password: 'not the right one at all' })
  const first = await signIn(account)
  await renew(first.tokens)
  await renew(first.tokens)
  const second = await signIn(account)
  await call(logout, 'logout', tokensFor(second.tokens))
  const third = await signIn(account)
  await call(logout, 'logout', { token: third.tokens.accessToken })
  const network = newNetwork()
  for (let guess = 0; guess < 10; guess++) await spendLogin(account.${t.user.email}, network)
  await signIn(account, network)${t.register ? '\n  await newAccount()' : ''}
} finally {
  console.info = info
}
const events: { event: string; userId?: string; sessionId?: string; chain?: string; budget?: string }[] = lines.map((line) => JSON.parse(line))
${is("events.map(({ event }) => event.replace(/^login\\./, '')).join(' ')", `'failed succeeded refresh.reused succeeded session.ended succeeded session.ended limited${t.register ? ' account.created' : ''}'`)}
const [failed, first, reused, , ended, third, endedToo, limited] = events
${is('failed?.userId', 'id')}
${is('first?.userId', 'id')}
${is('typeof first?.sessionId', "'string'")}
${is('reused?.chain?.length', '12')}
${is('ended?.chain?.length', '12')}
${is('endedToo?.sessionId', 'third?.sessionId')}
${is('limited?.budget?.length', '12')}
${is(`lines.join().includes(account.${t.user.email})`, 'false')}`,
    ),
  ]
}
