/** Tokens that were not given out, or were given out for something else. */
import { createPublicKey } from 'node:crypto'
import { attack } from './attack.ts'
import type { JwtContract } from './contract.ts'
import { decoded, hmacSigned, type Jwt, keyOf, otherKey, rsaKeys, rsaSigned, unsigned } from './jwt.ts'
import { Inconclusive, NotApplicable, type Person, type Scene, type Session } from './scene.ts'
import type { Attack } from './target.ts'

interface Genuine extends Jwt {
  token: string
  person: Person
  session: Session
  scene: Scene
  contract: JwtContract
}

/** Signs with the key of the copy: what such a token is refused for is its content alone. */
type Sign = (jwt: Jwt) => string
type Forged = { token: string; what: string }

async function genuine(scene: Scene): Promise<Genuine> {
  scene.endpoint('me')
  const contract = scene.contract.access.jwt
  if (!contract) throw new NotApplicable('Access tokens are no JWT.')
  const { person, session } = await scene.visitor()
  const jwt = decoded(session.access)
  if (!jwt) throw new Inconclusive('The access token is no JWT, though one is promised.')
  const answer = await scene.me(session, { role: 'pre-control' })
  scene.control(scene.succeeded('me', answer), 'A genuine token was refused', answer)
  return { ...jwt, token: session.access, person, session, scene, contract }
}

async function refusedAll(scene: Scene, forged: readonly Forged[]): Promise<void> {
  for (const { token, what } of forged) {
    const answer = await scene.me(token, { as: 'nobody' })
    scene.holds(!scene.succeeded('me', answer), `${what} is taken.`, answer)
    scene.holds(scene.refused(answer, 'credentials'), `${what} was answered ${answer.status}.`, answer)
  }
}

/** Forgeries for which no key of the copy is needed. */
function forgery(
  id: string,
  title: string,
  requirements: string[],
  forge: (genuine: Genuine) => Forged[] | Promise<Forged[]>,
): Attack {
  return attack(id, title, requirements, async (scene) => {
    const forged = await forge(await genuine(scene))
    await refusedAll(scene, forged)
    return `${forged.length} such ${forged.length === 1 ? 'token is' : 'tokens are'} refused.`
  })
}

/** Content that must be refused though the signature is right. That ours is right is tried first. */
function content(
  id: string,
  title: string,
  requirements: string[],
  forge: (genuine: Genuine, sign: Sign) => Forged[] | Promise<Forged[]>,
): Attack {
  return attack(id, title, requirements, async (scene) => {
    const one = await genuine(scene)
    const key = keyOf(one.contract, scene.target.env)
    if (!key) throw new NotApplicable('The key of the copy is not known, so its tokens cannot be imitated.')
    const sign: Sign = (jwt) => hmacSigned(jwt, key)
    const same = await scene.me(sign(one), { role: 'pre-control', as: 'the examiner' })
    scene.control(
      scene.succeeded('me', same),
      'A token that says the same, signed with the same key, was refused',
      same,
    )
    const forged = await forge(one, sign)
    await refusedAll(scene, forged)
    return `${forged.length} such ${forged.length === 1 ? 'token is' : 'tokens are'} refused.`
  })
}

const now = (): number => Math.floor(Date.now() / 1000)

function without(part: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(part).filter(([name]) => !names.includes(name)))
}

const WEAK = [
  '',
  'secret',
  'changeme',
  'password',
  'jwt_secret',
  'your-256-bit-secret',
  'development',
  'supersecret',
]

export const tokenAttacks: Attack[] = [
  attack('token-missing', 'No token', ['ASVS 8.2.1', 'CWE-306'], async (scene) => {
    scene.endpoint('me')
    const { session } = await scene.visitor()
    const bare = await scene.call('me', undefined)
    scene.holds(scene.refused(bare, 'credentials'), `\`me\` without a token answered ${bare.status}.`, bare)
    const { sent } = scene.contract.access
    const odd = [
      '',
      ' ',
      'null',
      'undefined',
      '...',
      'a.b.c',
      'x'.repeat(7000),
      `${session.access} `.repeat(2).trim(),
    ]
    await refusedAll(
      scene,
      odd.map((token) => ({ token, what: `\`${token.slice(0, 12)}\`` })),
    )
    if (sent.in === 'header') {
      for (const value of [session.access, `Basic ${session.access}`, `Bearer${session.access}`]) {
        const answer = await scene.call('me', undefined, { headers: { [sent.name]: value } })
        scene.holds(
          scene.refused(answer, 'credentials'),
          `A token without its scheme: ${answer.status}.`,
          answer,
        )
      }
    }
    return 'Without a token nothing is shown.'
  }),

  attack(
    'token-in-query',
    'A token in the address',
    ['ASVS 14.2.1', 'RFC 9700 4.3.2', 'CWE-598'],
    async (scene) => {
      const { path, method } = scene.endpoint('me')
      const { session } = await scene.visitor()
      for (const name of ['access_token', 'token', 'accessToken']) {
        const answer = await scene.send({ method, path: `${path}?${name}=${session.access}` })
        scene.holds(
          !scene.succeeded('me', answer),
          'A token in the address is taken, and so ends in logs.',
          answer,
        )
      }
      return 'It is not read there.'
    },
  ),

  forgery(
    'token-unsigned',
    'A token with `alg: none`',
    ['ASVS 9.1.2', 'RFC 8725 3.1', 'CWE-347'],
    ({ header, payload, token }) =>
      ['none', 'None', 'NONE', 'nOnE', '', undefined].flatMap((alg) => {
        const jwt = { header: alg === undefined ? without(header, 'alg') : { ...header, alg }, payload }
        const bare = unsigned(jwt)
        const what = `A token with \`alg: ${alg}\``
        return [
          { token: bare, what },
          { token: bare + (token.split('.')[2] ?? ''), what: `${what} and an old signature` },
        ]
      }),
  ),

  forgery(
    'token-tampered',
    'A token whose content was changed',
    ['ASVS 9.1.1', 'CWE-347'],
    async ({ scene, token }) => {
      const other = (await scene.visitor()).session.access
      const [head = '', body = '', signature = ''] = token.split('.')
      const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
      return [
        { token: `${head}.${other.split('.')[1]}.${signature}`, what: 'The content of another token' },
        { token: `${head}.${body}.`, what: 'A token without its signature' },
        { token: `${head}.${body}`, what: 'A token of two parts' },
        { token: `${head}.${body}.${flipped}`, what: 'A token with another signature' },
        { token: `${head}.${body}.${signature.slice(0, 20)}`, what: 'A token with half a signature' },
      ]
    },
  ),

  forgery(
    'token-wrong-key',
    'A token signed with another key',
    ['ASVS 9.1.1', 'CWE-347', 'CWE-321'],
    ({ header, payload }) => {
      const jwt = { header: { ...header, alg: 'HS256' }, payload }
      return [otherKey(), ...WEAK.map((one) => Buffer.from(one))].map((key) => ({
        token: hmacSigned(jwt, key),
        what: `A token signed with ${key.length > 32 ? 'another key' : `\`${key.toString()}\``}`,
      }))
    },
  ),

  forgery(
    'token-embedded-key',
    'A token that brings its own key',
    ['ASVS 9.1.3', 'RFC 8725 3.10', 'CWE-347'],
    ({ header, payload }) => {
      const { publicKey, privateKey } = rsaKeys()
      const jwk = publicKey.export({ format: 'jwk' })
      const key = otherKey()
      const oct = { kty: 'oct', k: key.toString('base64url') }
      const address = 'http://127.0.0.1:9/keys.json'
      return [
        {
          token: rsaSigned({ header: { ...header, alg: 'RS256', jwk }, payload }, privateKey),
          what: 'A token with its own `jwk`',
        },
        {
          token: rsaSigned({ header: { ...header, alg: 'RS256', jku: address }, payload }, privateKey),
          what: 'A token with its own `jku`',
        },
        {
          token: rsaSigned({ header: { ...header, alg: 'RS256', x5u: address }, payload }, privateKey),
          what: 'A token with its own `x5u`',
        },
        {
          token: hmacSigned({ header: { ...header, alg: 'HS256', jwk: oct }, payload }, key),
          what: 'A token with its own shared `jwk`',
        },
      ]
    },
  ),

  forgery(
    'token-foreign-kid',
    'A token that names another key',
    ['ASVS 9.1.3', 'RFC 8725 3.10', 'CWE-22', 'CWE-89'],
    ({ header, payload }) =>
      [
        '../../../../dev/null',
        '/dev/null',
        "x' UNION SELECT 'q",
        '__proto__',
        'constructor',
        'other',
        '',
      ].flatMap((kid) =>
        ['', 'q', '[object Object]', 'undefined', kid].map((key) => ({
          token: hmacSigned({ header: { ...header, alg: 'HS256', kid }, payload }, key),
          what: `A token with \`kid: ${kid}\``,
        })),
      ),
  ),

  forgery(
    'token-key-confusion',
    'A token signed with the public key as if it were shared',
    ['ASVS 9.1.2', 'RFC 8725 3.1', 'CWE-327'],
    ({ header, payload, contract, scene }) => {
      if (contract.algorithm.startsWith('HS')) {
        const { privateKey } = rsaKeys()
        return ['RS256', 'PS256', 'ES256', 'EdDSA'].map((alg) => ({
          token: rsaSigned({ header: { ...header, alg }, payload }, privateKey),
          what: `A token of ${alg}, where ${contract.algorithm} is used,`,
        }))
      }
      const pem = contract.publicKey && scene.target.env[contract.publicKey.variable]
      if (pem === undefined) throw new NotApplicable('The public key of the copy is not known.')
      const key = createPublicKey(pem)
      const forms = [
        pem,
        pem.trim(),
        key.export({ type: 'spki', format: 'pem' }),
        key.export({ type: 'spki', format: 'der' }),
      ]
      return forms.map((form) => ({
        token: hmacSigned({ header: { ...header, alg: 'HS256' }, payload }, form),
        what: 'A token signed with the public key',
      }))
    },
  ),

  content(
    'token-other-algorithm',
    'The right key with another algorithm',
    ['ASVS 9.1.2', 'RFC 8725 3.1', 'CWE-327'],
    ({ header, payload, contract }, sign) =>
      ['HS256', 'HS384', 'HS512']
        .filter((alg) => alg !== contract.algorithm)
        .map((alg) => ({ token: sign({ header: { ...header, alg }, payload }), what: `A token of ${alg}` })),
  ),

  content(
    'token-type',
    'A token of another kind',
    ['ASVS 9.2.2', 'RFC 8725 3.11', 'CWE-843'],
    ({ header, payload, contract }, sign) => {
      if (contract.type === undefined) throw new NotApplicable('Tokens have no type of their own.')
      return ['JWT', 'rt+jwt', 'id+jwt', 'refresh', '', 7]
        .map((typ) => ({
          token: sign({ header: { ...header, typ }, payload }),
          what: `A token with \`typ: ${typ}\``,
        }))
        .concat({ token: sign({ header: without(header, 'typ'), payload }), what: 'A token without `typ`' })
    },
  ),

  content(
    'token-audience',
    'A token for another service',
    ['ASVS 9.2.3', 'RFC 8725 3.9', 'CWE-1220'],
    ({ header, payload, contract }, sign) => {
      if (contract.audience === undefined) throw new NotApplicable('Tokens name no audience.')
      return [
        ...['another', `${contract.audience}x`, ['another'], []].map((aud) => ({
          token: sign({ header, payload: { ...payload, aud } }),
          what: 'A token for another audience',
        })),
        { token: sign({ header, payload: without(payload, 'aud') }), what: 'A token without an audience' },
      ]
    },
  ),

  content(
    'token-issuer',
    'A token of another issuer',
    ['ASVS 9.2.1', 'RFC 8725 3.8', 'CWE-346'],
    ({ header, payload, contract }, sign) => {
      if (contract.issuer === undefined) throw new NotApplicable('Tokens name no issuer.')
      return [
        {
          token: sign({ header, payload: { ...payload, iss: 'another' } }),
          what: 'A token of another issuer',
        },
        { token: sign({ header, payload: without(payload, 'iss') }), what: 'A token without an issuer' },
      ]
    },
  ),

  content(
    'token-expired',
    'A token whose time is over',
    ['ASVS 9.2.1', 'CWE-613'],
    ({ header, payload }, sign) => [
      {
        token: sign({ header, payload: { ...payload, iat: now() - 90_000, exp: now() - 86_400 } }),
        what: 'A token that ended yesterday',
      },
      {
        token: sign({ header, payload: { ...payload, iat: now() - 1000, exp: now() - 100 } }),
        what: 'A token that ended 100 seconds ago',
      },
      { token: sign({ header, payload: { ...payload, exp: 0 } }), what: 'A token that ends at 0' },
    ],
  ),

  content(
    'token-not-yet',
    'A token whose time has not come',
    ['ASVS 9.2.1', 'CWE-613'],
    ({ header, payload }, sign) => [
      {
        token: sign({ header, payload: { ...payload, nbf: now() + 3600 } }),
        what: 'A token that begins in an hour',
      },
    ],
  ),

  content(
    'token-endless',
    'A token without an end',
    ['ASVS 9.2.1', 'CWE-613'],
    ({ header, payload }, sign) => [
      { token: sign({ header, payload: without(payload, 'exp') }), what: 'A token without `exp`' },
      {
        token: sign({ header, payload: { ...payload, exp: '9999999999' } }),
        what: 'A token whose `exp` is a text',
      },
      { token: sign({ header, payload: { ...payload, exp: null } }), what: 'A token whose `exp` is null' },
    ],
  ),

  content(
    'token-without-subject',
    'A token for nobody',
    ['ASVS 9.2.1', 'CWE-287'],
    ({ header, payload, contract }, sign) => {
      const subjects = [
        undefined,
        '',
        null,
        7,
        {},
        { not: '' },
        [],
        'a\u0000b',
        'nobody',
        '00000000-0000-4000-8000-000000000000',
      ]
      const session = contract.session
      return subjects.flatMap((sub) => {
        const changed = sub === undefined ? without(payload, 'sub') : { ...payload, sub }
        const what = `A token with \`sub: ${JSON.stringify(sub)}\``
        return [
          { token: sign({ header, payload: changed }), what },
          ...(session === undefined
            ? []
            : [
                {
                  token: sign({ header, payload: without(changed, session) }),
                  what: `${what} and no session`,
                },
              ]),
        ]
      })
    },
  ),

  content(
    'token-without-session',
    'A token of no session',
    ['ASVS 7.4.1', 'CWE-613'],
    ({ header, payload, contract }, sign) => {
      const { session } = contract
      if (session === undefined) throw new NotApplicable('Tokens name no session.')
      const values = [
        undefined,
        '',
        null,
        7,
        {},
        { not: '' },
        'a\u0000b',
        'none',
        '00000000-0000-4000-8000-000000000000',
      ]
      return values.map((sid) => ({
        token: sign({
          header,
          payload: sid === undefined ? without(payload, session) : { ...payload, [session]: sid },
        }),
        what: `A token with \`${session}: ${JSON.stringify(sid)}\``,
      }))
    },
  ),

  content(
    'token-foreign-session',
    'A token of one user with the session of another',
    ['ASVS 7.2.1', 'CWE-639'],
    async ({ header, payload, contract, scene }, sign) => {
      const { session } = contract
      if (session === undefined) throw new NotApplicable('Tokens name no session.')
      const other = decoded((await scene.visitor()).session.access)
      return [
        {
          token: sign({ header, payload: { ...payload, [session]: other?.payload[session] } }),
          what: 'A token with the session of another user',
        },
        {
          token: sign({ header, payload: { ...payload, sub: other?.payload.sub } }),
          what: 'A token with another user for the session',
        },
      ]
    },
  ),

  content(
    'token-critical',
    'A token that demands what is not understood',
    ['RFC 7515 4.1.11', 'CWE-347'],
    ({ header, payload }, sign) => [
      {
        token: sign({ header: { ...header, crit: ['q-unknown'], 'q-unknown': 1 }, payload }),
        what: 'A token with an unknown `crit`',
      },
    ],
  ),

  attack('token-lifetime', 'How long a token lives', ['ASVS 9.2.1', 'CWE-613'], async (scene) => {
    const { payload, contract } = await genuine(scene)
    const life = Number(payload.exp) - Number(payload.iat)
    scene.holds(Number.isFinite(life), 'The token does not say when it was made and when it ends.')
    scene.holds(
      !(life > contract.lifetimeSeconds + 5),
      `A token lives ${life} seconds; ${contract.lifetimeSeconds} are promised.`,
    )
    return `A token lives ${life} seconds.`
  }),

  attack(
    'token-content',
    'What a token tells whoever holds it',
    ['ASVS 14.2.3', 'CWE-201'],
    async (scene) => {
      const { payload, person } = await genuine(scene)
      const [row] = await scene.users(person)
      const text = JSON.stringify(payload)
      const { hash } = scene.contract.tables.user
      scene.holds(
        !text.includes(person.password) && !text.includes(String(row?.[hash])),
        'The token holds the password or its hash.',
      )
      scene.holds(
        !text.includes(person.identifier),
        'The token holds the address of the user, which anybody who sees the token can read.',
      )
      return 'Ids and times alone.'
    },
  ),

  attack('deleted-user', 'The token of a user who is gone', ['ASVS 7.4.2', 'CWE-613'], async (scene) => {
    scene.endpoint('me')
    const { person, session } = await scene.visitor()
    const { user } = scene.contract.tables
    await scene.target.database.query(
      `DELETE FROM "${user.table}" WHERE lower("${user.identifier}") = lower($1)`,
      [person.identifier],
    )
    await refusedAll(scene, [{ token: session.access, what: 'The access token of a deleted user' }])
    await deadRefresh(scene, session, 'The refresh token of a deleted user')
    return 'Neither of the tokens is taken.'
  }),

  attack(
    'disabled-user',
    'The token of a user who was disabled',
    ['ASVS 7.4.2', 'CWE-613'],
    async (scene) => {
      scene.endpoint('me')
      const { user } = scene.contract.tables
      if (!user.disabled) throw new NotApplicable('Users cannot be disabled.')
      const { person, session } = await scene.visitor()
      await scene.target.database.query(
        `UPDATE "${user.table}" SET "${user.disabled.column}" = $1 WHERE lower("${user.identifier}") = lower($2)`,
        [user.disabled.value, person.identifier],
      )
      await refusedAll(scene, [{ token: session.access, what: 'The access token of a disabled user' }])
      await deadRefresh(scene, session, 'The refresh token of a disabled user')
      return 'Neither of the tokens is taken.'
    },
  ),
]

async function deadRefresh(scene: Scene, session: Session, what: string): Promise<void> {
  if (!scene.contract.endpoints.refresh || session.refresh === undefined) return
  const answer = await scene.refresh(session)
  scene.holds(!scene.succeeded('refresh', answer), `${what} is taken.`, answer)
}
