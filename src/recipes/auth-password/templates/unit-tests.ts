import { blocks } from '../hashing.ts'
import { fromFile, fromPackage, type Wanted } from '../source.ts'
import type { Target } from '../target.ts'
import { waitingOf } from './passwords.ts'
import { normalizes } from './policy.ts'
import type { Runner } from './tests.ts'
import { formOfIds } from './tokens.ts'

type Spoken = Pick<Runner, 'test' | 'group'> & { is: Runner['equal'] }

export function unitTests(t: Target, { test, group, equal }: Runner): { imports: Wanted[]; body: string } {
  const { part, service } = t
  const is = (actual: string, expected: string): string => equal(actual, expected)
  const [one, two] =
    formOfIds(t) === 'uuid' ? [1, 2].map((last) => `00000000-0000-4000-8000-00000000000${last}`) : ['1', '2']
  const claims = `{ userId: '${one}', sessionId: '${two}' }`
  const body = `
const secret = 'a secret that only these tests know, long enough'
const previous = 'the secret that was in use until it was changed'
process.env.ACCESS_TOKEN_SECRET = secret
process.env.ACCESS_TOKEN_SECRET_PREVIOUS = previous
process.env.TRUSTED_PROXIES = '1'

const from = (address: string, proxies?: number) =>
  networkOf(${t.choice.surface.kind === 'routes' ? "new Request('http://localhost', { headers: { 'x-forwarded-for': address } })" : "new Headers({ 'x-forwarded-for': address })"}, proxies)

const isRefused = (work: () => unknown) => {
  try {
    work()
    return false
  } catch {
    return true
  }
}

${settingsTests(t, { test, group, is })}

${group(
  'network',
  [
    test(
      'is the address that the last proxy of ours saw',
      [
        is("from('10.0.0.1, 203.0.113.7')", "'203.0.113.7'"),
        is("from('10.0.0.1, 203.0.113.7, 10.0.0.2', 2)", "'203.0.113.7'"),
        is("from('203.0.113.7:4711')", "'203.0.113.7'"),
        is("from('203.0.113.7', 0)", 'undefined'),
      ].join('\n'),
    ),
    test(
      'is the same for all spellings, and all addresses, of an IPv6 customer',
      [
        is("from('2001:DB8:0:1::5')", "'2001:db8:0:1::/64'"),
        is("from('2001:db8::1:a:b:c:d')", "'2001:db8:0:1::/64'"),
        is("from('2001:db8:0:1:2:3:4:5')", "'2001:db8:0:1::/64'"),
        is("from('2001:db8:0:1::')", "'2001:db8:0:1::/64'"),
        is("from('2001:db8:0:1::5%eth0')", "'2001:db8:0:1::/64'"),
        is("from('::1')", "'0:0:0:0::/64'"),
        is("from('1::ffff:cb00:7107')", "'1:0:0:0::/64'"),
        is("from('::1:ffff:cb00:7107')", "'0:0:0:0::/64'"),
        is("from('::1:0:0:ffff:cb00:7107')", "'0:0:1:0::/64'"),
        is("from('[2001:db8:0:1::5]:443')", "'2001:db8:0:1::/64'"),
        is("from('::ffff:203.0.113.7')", "'203.0.113.7'"),
      ].join('\n'),
    ),
    test(
      'is unknown for what is no address',
      [is("from('localhost')", 'undefined'), is("from('')", 'undefined')].join('\n'),
    ),
  ].join('\n\n'),
)}

${queueTests(t, { test, group, is })}

${passwordTests(t, { test, group, is })}

${schemaTests(t, { test, group, is })}

${
  t.register
    ? group(
        'password policy',
        [
          test(
            'takes a phrase, in any script',
            [
              is("objectionTo('ordinary lowercase phrase', [])", 'undefined'),
              is("objectionTo('🦊🐢🌵🎈🚲🍋🐙🌙🎺🧊🪁🥨🦀🌋🧭', [])", 'undefined'),
            ].join('\n'),
          ),
          test(
            'refuses what is guessed first',
            `for (const password of ['Correct Horse Battery Staple', 'aaaaaaaaaaaaaaaa', '12345678901234567890', 'abcabcabcabcabcabc']) {
  ${is('typeof objectionTo(password, [])', "'string'")}
}
${is(`typeof objectionTo('${service}-ann-example', ['${service}', 'Ann', 'example'])`, "'string'")}`,
          ),
          test(
            'draws the line where little is left to guess',
            `const fine = (password: string, context: string[] = []) => objectionTo(password, context) === undefined
// Of four characters, and of five.
${is("fine('abcdacbdbadcabdc')", 'false')}
${is("fine('abcdeacebdaecbde')", 'true')}
// With two steps between letters, and with three.
${is("fine('acegikmoqsuwybdf')", 'false')}
${is("fine('acegikmoqsuwybeg')", 'true')}
${is("fine('azbzczdzezfzgzhz')", 'true')}
// A sequence of five, and what is too short to be one.
${is("fine('a-b.c,d;e+#!?_=')", 'false')}
${is("fine('a-b.c,d;:+#!?_=')", 'true')}
// What is left of it without one's own details: five characters, and six; a word of two is none.
${is("fine('example-example-qwzxv', ['example'])", 'false')}
${is("fine('example-example-qwzxvb', ['example'])", 'true')}
${is("fine('abc-xyz-abc-kqz', ['abc', 'xyz'])", 'false')}
${is("fine('ab1ab2ab3ab4ab5', ['ab'])", 'true')}`,
          ),
        ].join('\n\n'),
      )
    : ''
}

const keyOf = (text: string) =>
  subtle.importKey('raw', Buffer.from(text), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])

${group(
  'access token',
  [
    test(
      'says who and which session',
      `const claims = await readAccessToken(await signAccessToken(${claims}))
${is('claims?.userId', `'${one}'`)}
${is('claims?.sessionId', `'${two}'`)}`,
    ),
    test(
      'is nothing when it was changed, or is for something else',
      `const [header = '', payload = '', signature = ''] = (await signAccessToken(${claims})).split('.')
const other = Buffer.from(JSON.stringify({ sub: '${two}', sid: '${two}' })).toString('base64url')
const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')
for (const token of [\`\${header}.\${other}.\${signature}\`, \`\${none}.\${payload}.\`, 'x', '']) {
  ${is('await readAccessToken(token)', 'undefined')}
}`,
    ),
    test(
      'is nothing with another audience, issuer, type, or after its time',
      `const kid = JSON.parse(Buffer.from((await signAccessToken(${claims})).split('.')[0] ?? '', 'base64url').toString()).kid
const signed = async (header: object, audience: string, issuer: string, ends: string) =>
  new SignJWT({ sid: '${two}' })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid, ...header })
    .setSubject('${one}')
    .setIssuedAt()
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime(ends)
    .sign(await keyOf(secret))
const read = async (token: Promise<string>) => (await readAccessToken(await token))?.userId
${is(`await read(signed({}, '${service}-api', '${service}', '5m'))`, `'${one}'`)}
${is(`await read(signed({}, 'other', '${service}', '5m'))`, 'undefined')}
${is(`await read(signed({}, '${service}-api', 'other', '5m'))`, 'undefined')}
${is(`await read(signed({ typ: 'JWT' }, '${service}-api', '${service}', '5m'))`, 'undefined')}
${is(`await read(signed({ kid: 'other' }, '${service}-api', '${service}', '5m'))`, 'undefined')}
${is(`await read(signed({}, '${service}-api', '${service}', '-1s'))`, 'undefined')}`,
    ),
    test(
      'ends when it should, however it was signed',
      `const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const { iat, exp } = payloadOf(await signAccessToken(${claims}))
${is('exp - iat', String(t.accessLifetime))}
const now = Math.floor(Date.now() / 1000)
const { kid } = JSON.parse(Buffer.from((await signAccessToken(${claims})).split('.')[0] ?? '', 'base64url').toString())
const read = async (claims: object) => {
  const token = await new SignJWT({ sub: '${one}', sid: '${two}', iss: '${service}', aud: '${service}-api', iat: now, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
    .sign(await keyOf(secret))
  return (await readAccessToken(token))?.userId
}
${is('await read({ exp: now + 60 })', `'${one}'`)}
${is('await read({})', 'undefined')}
${is(`await read({ iat: now - ${t.accessLifetime + 60}, exp: now + 60 })`, 'undefined')}
for (const id of ${oddIds(t)}) {
  ${is('await read({ exp: now + 60, sub: id })', 'undefined')}
  ${is('await read({ exp: now + 60, sid: id })', 'undefined')}
}`,
    ),
    test(
      'is still good after the secret was changed, when the one before is kept',
      `const kid = createHash('sha256').update(\`kid:\${previous}\`).digest('hex').slice(0, 8)
const signed = async (key: string) =>
  new SignJWT({ sid: '${two}' })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
    .setSubject('${one}')
    .setIssuedAt()
    .setIssuer('${service}')
    .setAudience('${service}-api')
    .setExpirationTime('5m')
    .sign(await keyOf(key))
${is('(await readAccessToken(await signed(previous)))?.userId', `'${one}'`)}
${is('await readAccessToken(await signed(secret))', 'undefined')}`,
    ),
  ].join('\n\n'),
)}
`
  return {
    imports: [
      fromPackage('node:crypto', 'createHash', 'subtle'),
      ...(blocks(t.hashing) ? [] : [fromPackage('node:os', 'availableParallelism')]),
      fromPackage('jose', 'SignJWT'),
      fromFile(part['hashing-queue'], 'inTurn'),
      fromFile(part.passwords, 'hashPassword', 'verifyPassword'),
      fromFile(part.schemas, 'loginSchema', ...(t.register ? ['registerSchema'] : [])),
      fromFile(part.settings, 'lifetimes', 'settingsIn'),
      fromFile(part['access-tokens'], 'readAccessToken', 'signAccessToken'),
      fromFile(part.network, 'networkOf'),
      ...(t.register ? [fromFile(part['password-policy'], 'objectionTo')] : []),
    ],
    body,
  }
}

/** Ids that no token of ours has. */
function oddIds(t: Target): string {
  return formOfIds(t) === 'text' ? "['', 'a\\u0000', 7]" : "['', 'x', 7]"
}

function settingsTests(t: Target, { test, group, is }: Spoken): string {
  return group(
    'settings',
    [
      test(
        'are the lifetimes that were asked for',
        [
          is('lifetimes.accessToken', String(t.accessLifetime)),
          is('lifetimes.idle', String(t.idleLifetime)),
          is('lifetimes.session', String(t.sessionLifetime)),
        ].join('\n'),
      ),
      test(
        'have secrets that cannot be guessed, and a number of proxies',
        `const fine = { ACCESS_TOKEN_SECRET: 'x'.repeat(32) }
${is('settingsIn(fine).TRUSTED_PROXIES', '0')}
${is("settingsIn({ ...fine, TRUSTED_PROXIES: '10' }).TRUSTED_PROXIES", '10')}
${is("settingsIn({ ...fine, ACCESS_TOKEN_SECRET_PREVIOUS: '' }).ACCESS_TOKEN_SECRET_PREVIOUS", "''")}
${is("settingsIn({ ...fine, ACCESS_TOKEN_SECRET_PREVIOUS: 'y'.repeat(32) }).ACCESS_TOKEN_SECRET_PREVIOUS", "'y'.repeat(32)")}
for (const wrong of [
  { ACCESS_TOKEN_SECRET: 'x'.repeat(31) },
  { ACCESS_TOKEN_SECRET: undefined },
  { ACCESS_TOKEN_SECRET_PREVIOUS: 'x'.repeat(31) },
  { TRUSTED_PROXIES: '-1' },
  { TRUSTED_PROXIES: '11' },
  { TRUSTED_PROXIES: '1.5' },
]) {
  ${is('isRefused(() => settingsIn({ ...fine, ...wrong }))', 'true')}
}`,
      ),
    ].join('\n\n'),
  )
}

function queueTests(t: Target, { test, group, is }: Spoken): string {
  const slots = blocks(t.hashing) ? '1' : 'Math.max(1, availableParallelism() - 1)'
  const most = blocks(t.hashing) ? 10 : 20
  return group(
    'hashing queue',
    [
      test(
        blocks(t.hashing) ? 'hashes one at a time' : 'leaves one core to others',
        `let now = 0
let most = 0
const work = async () => {
  now += 1
  most = Math.max(most, now)
  await new Promise((resolve) => setTimeout(resolve, 5))
  now -= 1
}
const slots = ${slots}
const all = await Promise.allSettled(Array.from({ length: ${waitingOf(t) + 1} * slots + 1 }, () => inTurn(work)))
${is("all.filter(({ status }) => status === 'rejected').length", '1')}
await Promise.all(Array.from({ length: ${most} }, () => inTurn(work)))
${is('most', `Math.min(${most}, slots)`)}`,
      ),
      test(
        'goes on after a failure',
        `for (let count = 0; count < ${blocks(t.hashing) ? '2' : 'availableParallelism()'}; count++) {
  const failed = await inTurn(() => Promise.reject(new Error('no hash'))).catch(() => 'failed')
  ${is('failed', "'failed'")}
}
${is('await inTurn(() => Promise.resolve(7))', '7')}`,
      ),
    ].join('\n\n'),
  )
}

function passwordTests(t: Target, { test, group, is }: Spoken): string {
  const slots = blocks(t.hashing) ? '1' : 'Math.max(1, availableParallelism() - 1)'
  return group(
    'passwords',
    [
      test(
        'are right or wrong',
        `const stored = await hashPassword('mild harbour tulip 7')
${is("await verifyPassword('mild harbour tulip 7', stored)", 'true')}
${is("await verifyPassword('mild harbour tulip 8', stored)", 'false')}
${is("await verifyPassword('mild harbour tulip 7', null)", 'false')}`,
        'slow',
      ),
      test(
        'are verified in turn, whether there is an account or not',
        `await verifyPassword('x', undefined)
let free = () => {}
const gate = new Promise<void>((resolve) => {
  free = resolve
})
const others = Array.from({ length: ${slots} }, () => inTurn(() => gate))
let isAnswered = false
const verified = verifyPassword('x', undefined).then((right) => {
  isAnswered = true
  return right
})
await new Promise((resolve) => setTimeout(resolve, 200))
${is('isAnswered', 'false')}
free()
await Promise.all(others)
${is('await verified', 'false')}`,
        'slow',
      ),
    ].join('\n\n'),
  )
}

function schemaTests(t: Target, { test, group, is }: Spoken): string {
  const { email, filled } = t.user
  const bcrypt = t.hashing.kind === 'bcrypt' || t.hashing.kind === 'bcryptjs'
  const least = t.minimumLength
  const most = bcrypt ? 72 : 256
  const letter = bcrypt && least * 4 > most ? 'x' : '🦊'
  const sample = { String: "'Ann'", Int: '1', DateTime: "'2000-01-01T00:00:00.000Z'" }
  const others = filled.map(({ name, type }) => `${name}: ${sample[type]}`)
  const texts = filled.filter(({ type }) => type === 'String').map(({ name }) => name)
  const isName = t.user.identifier === 'name'
  const someone = isName ? "'ann'" : "'ann@example.com'"
  const identifiers = isName
    ? [
        is(`read({ ${email}: ' Ann ' }).data?.${email}`, "'Ann'"),
        is(`read({ ${email}: 'x'.repeat(254) }).success`, 'true'),
        is(`read({ ${email}: 'x'.repeat(255) }).success`, 'false'),
        is(`read({ ${email}: ' ' }).success`, 'false'),
        is(`read({ ${email}: 'a\\u0000' }).success`, 'false'),
      ].join('\n')
    : `${is(`read({ ${email}: ' Ann@Example.COM ' }).data?.${email}`, "'ann@example.com'")}
const long = (length: number) =>
  \`\${'a'.repeat(64)}@\${'b'.repeat(61)}.\${'c'.repeat(60)}.\${'d'.repeat(length)}.com\`
${is(`read({ ${email}: long(62) }).success`, 'true')}
${is(`read({ ${email}: long(63) }).success`, 'false')}
${is(`read({ ${email}: 'ann' }).success`, 'false')}`
  const tests = [
    test(
      isName
        ? 'reads a name as it was written, and a password as text'
        : 'reads an address in any spelling, and a password as text',
      `const read = (given: object) => loginSchema.safeParse({ ${email}: ${someone}, password: 'x', ...given })
${identifiers}
${is("read({ password: ' \\uFB01 ' }).data?.password", normalizes(t) ? "' fi '" : "' \\uFB01 '")}
${is("read({ password: 'x'.repeat(1024) }).success", 'true')}
${is("read({ password: 'x'.repeat(1025) }).success", 'false')}
for (const password of ['a\\u0000', 'a\\ud800', 7, undefined]) {
  ${is('read({ password }).success', 'false')}
}`,
    ),
    ...(t.register
      ? [
          test(
            'asks new accounts for a password that is long enough, and not too long',
            `const fine = (given: object) =>
  registerSchema.safeParse({ ${[`${email}: ${someone}`, ...others, `password: '${letter}'.repeat(${least})`, '...given'].join(', ')} }).success
${is('fine({})', 'true')}
${is(`fine({ password: '${letter}'.repeat(${least - 1}) })`, 'false')}
${is(`fine({ password: 'x'.repeat(${most}) })`, 'true')}
${is(`fine({ password: 'x'.repeat(${most + 1}) })`, 'false')}
${texts
  .flatMap((name) => [
    is(`fine({ ${name}: ' ' })`, 'false'),
    is(`fine({ ${name}: 'x' })`, 'true'),
    is(`fine({ ${name}: 'x'.repeat(120) })`, 'true'),
    is(`fine({ ${name}: 'x'.repeat(121) })`, 'false'),
    is(`fine({ ${name}: 'a\\u0000' })`, 'false'),
  ])
  .join('\n')}`,
          ),
        ]
      : []),
  ]
  return group('schemas', tests.join('\n\n'))
}
