import { fromFile, fromPackage, type Wanted } from '../source.ts'
import type { Target } from '../target.ts'
import type { Runner } from './tests.ts'
import { formOfIds } from './tokens.ts'

export function unitTests(t: Target, { test, group, equal }: Runner): { imports: Wanted[]; body: string } {
  const { part, service } = t
  const is = (actual: string, expected: string): string => equal(actual, expected)
  const [one, two] =
    formOfIds(t) === 'uuid' ? [1, 2].map((last) => `00000000-0000-4000-8000-00000000000${last}`) : ['1', '2']
  const claims = `{ userId: '${one}', sessionId: '${two}' }`
  const body = `
const secret = 'a secret that only these tests know, long enough'
process.env.ACCESS_TOKEN_SECRET = secret
process.env.TRUSTED_PROXIES = '1'

const from = (address: string) =>
  networkOf(${t.choice.surface.kind === 'routes' ? "new Request('http://localhost', { headers: { 'x-forwarded-for': address } })" : "new Headers({ 'x-forwarded-for': address })"})

${group(
  'network',
  [
    test('is the address that the last proxy saw', is("from('10.0.0.1, 203.0.113.7')", "'203.0.113.7'")),
    test(
      'is the same for all spellings, and all addresses, of an IPv6 customer',
      [
        is("from('2001:DB8:0:1::5')", "'2001:db8:0:1::/64'"),
        is("from('2001:db8::1:a:b:c:d')", "'2001:db8:0:1::/64'"),
        is("from('[2001:db8:0:1::5]:443')", "'2001:db8:0:1::/64'"),
        is("from('::ffff:203.0.113.7')", "'203.0.113.7'"),
      ].join('\n'),
    ),
    test('is unknown for what is no address', is("from('localhost')", 'undefined')),
  ].join('\n\n'),
)}

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
        ].join('\n\n'),
      )
    : ''
}

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
const signed = (header: object, audience: string, issuer: string, ends: string) =>
  new SignJWT({ sid: '${two}' })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid, ...header })
    .setSubject('${one}')
    .setIssuedAt()
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime(ends)
    .sign(new TextEncoder().encode(secret))
const read = async (token: Promise<string>) => (await readAccessToken(await token))?.userId
${is(`await read(signed({}, '${service}-api', '${service}', '5m'))`, `'${one}'`)}
${is(`await read(signed({}, 'other', '${service}', '5m'))`, 'undefined')}
${is(`await read(signed({}, '${service}-api', 'other', '5m'))`, 'undefined')}
${is(`await read(signed({ typ: 'JWT' }, '${service}-api', '${service}', '5m'))`, 'undefined')}
${is(`await read(signed({ kid: 'other' }, '${service}-api', '${service}', '5m'))`, 'undefined')}
${is(`await read(signed({}, '${service}-api', '${service}', '-1s'))`, 'undefined')}`,
    ),
  ].join('\n\n'),
)}
`
  return {
    imports: [
      fromPackage('jose', 'SignJWT'),
      fromFile(part['access-tokens'], 'readAccessToken', 'signAccessToken'),
      fromFile(part.network, 'networkOf'),
      ...(t.register ? [fromFile(part['password-policy'], 'objectionTo')] : []),
    ],
    body,
  }
}
