/** Bodies that nobody meant to send. */
import { attack } from './attack.ts'
import { LEFT_OUT, type Person, parsed, randomPassword, type Scene } from './scene.ts'
import type { Attack } from './target.ts'

const BIG = 40 * 1024

/** Bodies of each endpoint with one member replaced. */
async function replaced(scene: Scene, value: unknown, what: string): Promise<void> {
  const { fields, endpoints } = scene.contract
  const known = await scene.person()
  const names = [fields.identifier, fields.password]
  for (const name of names) {
    await scene.calm()
    const login = await scene.call('login', { ...scene.credentials(known), [name]: value })
    scene.holds(
      scene.refused(login, 'invalid', 'credentials'),
      `Login took ${what} as \`${name}\` (${login.status}).`,
      login,
    )
    scene.holds(!scene.letIn(login), `${capital(what)} as \`${name}\` logs in.`, login)
  }
  if (!endpoints.register) return
  for (const name of [...names, ...Object.keys(fields.register)]) {
    await scene.calm()
    const body = { ...scene.registration(scene.newPerson()), [name]: value }
    const answer = await scene.call('register', body)
    const optional = value === null && Object.hasOwn(fields.register, name)
    scene.holds(
      scene.refused(answer, 'invalid') || (optional && scene.succeeded('register', answer)),
      `Register took ${what} as \`${name}\` (${answer.status}).`,
      answer,
    )
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

async function refusedBody(scene: Scene, body: string | Uint8Array, what: string): Promise<void> {
  for (const name of ['login', 'register'] as const) {
    if (!scene.contract.endpoints[name]) continue
    await scene.calm()
    const answer = await scene.call(name, undefined, {
      body,
      headers: { 'content-type': 'application/json' },
    })
    scene.holds(
      scene.refused(answer, 'invalid', 'credentials', 'tooLarge'),
      `${name} took ${what} (${answer.status}).`,
      answer,
    )
  }
}

/** The body of a login, with the type that is said of it. */
async function typed(scene: Scene, person: Person, type: string, body?: string): Promise<void> {
  await scene.calm()
  const answer = await scene.call('login', scene.credentials(person), {
    headers: { 'content-type': type },
    ...(body === undefined ? {} : { body }),
  })
  scene.holds(
    scene.refused(answer, 'mediaType', 'invalid'),
    `A login ${type === LEFT_OUT ? 'without a content type' : `of type ${type}`} was not refused (${answer.status}): a form of another site can send it.`,
    answer,
  )
}

/** Values of a wrong type, and how they are called. */
const WRONG: [unknown, string][] = [
  [7, 'a number'],
  [true, 'a boolean'],
  [null, 'null'],
  [[], 'an empty list'],
  [['a@example.com'], 'a list'],
  [{}, 'an object'],
]

const OPERATORS: [unknown, string][] = [
  [{ not: '' }, 'an operator of the query'],
  [{ contains: '@' }, 'an operator of the query'],
  [{ $ne: null }, 'an operator of the query'],
  [{ startsWith: '', mode: 'insensitive' }, 'an operator of the query'],
]

export const inputAttacks: Attack[] = [
  attack(
    'wrong-types',
    'Values of a wrong type in each field',
    ['ASVS 2.2.1', 'CWE-20', 'CWE-703'],
    async (scene) => {
      for (const [value, what] of WRONG) await replaced(scene, value, what)
      return 'Numbers, booleans, null, lists and objects are refused in each field.'
    },
  ),

  attack(
    'operator-injection',
    'An operator where a text belongs',
    ['ASVS 1.2.4', 'CWE-943', 'CWE-89'],
    async (scene) => {
      for (const [value, what] of OPERATORS) await replaced(scene, value, what)
      return 'Objects do not reach the query.'
    },
  ),

  attack('sql-injection', 'SQL in the fields', ['ASVS 1.2.4', 'CWE-89'], async (scene) => {
    const { identifier, password } = await scene.person()
    const tricks = [
      "' OR '1'='1' --",
      '\'; DROP TABLE "User"; --',
      `${identifier}' --`,
      '") OR 1=1 --',
      '%',
      '\\',
    ]
    for (const trick of tricks) {
      await scene.calm()
      for (const person of [
        { identifier: trick, password },
        { identifier, password: trick.padEnd(scene.contract.password.min, ' ') },
      ]) {
        const answer = await scene.login(person)
        scene.holds(!scene.letIn(answer), `\`${trick}\` logs in.`, answer)
        scene.holds(
          scene.refused(answer, 'invalid', 'credentials', 'limited'),
          `\`${trick}\`: ${answer.status}.`,
          answer,
        )
      }
    }
    await scene.calm()
    await scene.signIn({ identifier, password })
    return 'SQL in a field is text.'
  }),

  attack('nul-byte', 'A NUL byte in each field', ['ASVS 2.2.1', 'CWE-158', 'CWE-626'], async (scene) => {
    const known = await scene.person()
    const { fields } = scene.contract
    for (const name of [fields.identifier, fields.password]) {
      const text = name === fields.identifier ? known.identifier : known.password
      for (const value of [`${text}\u0000`, `a\u0000${text}`]) {
        await scene.calm()
        const login = await scene.call('login', { ...scene.credentials(known), [name]: value })
        scene.holds(
          scene.refused(login, 'invalid', 'credentials'),
          `Login with a NUL byte in \`${name}\` answered ${login.status}.`,
          login,
        )
      }
    }
    if (!scene.contract.endpoints.register) return 'A NUL byte is refused.'
    for (const name of [fields.identifier, fields.password, ...textsOf(fields.register)]) {
      await scene.calm()
      const body = scene.registration(scene.newPerson())
      const answer = await scene.call('register', { ...body, [name]: withNul(String(body[name])) })
      scene.holds(
        scene.refused(answer, 'invalid'),
        `Register with a NUL byte in \`${name}\` answered ${answer.status}.`,
        answer,
      )
    }
    return 'A NUL byte is refused in each field.'
  }),

  attack('lone-surrogate', 'Half a character in each field', ['ASVS 2.2.1', 'CWE-176'], async (scene) => {
    const { fields, endpoints } = scene.contract
    const known = await scene.person()
    const long = randomPassword(scene.contract.password)
    for (const half of ['\\ud83d', '\\ude00']) {
      for (const name of [fields.identifier, fields.password]) {
        await scene.calm()
        const value = name === fields.identifier ? `${half}@example.com` : `${half}${long}`
        const login = await scene.call('login', undefined, {
          body: withRaw({ ...scene.credentials(known), [name]: RAW }, value),
          headers: { 'content-type': 'application/json' },
        })
        scene.holds(
          scene.refused(login, 'invalid', 'credentials'),
          `Login with half a character in \`${name}\` answered ${login.status}.`,
          login,
        )
      }
    }
    if (!endpoints.register) return 'Half a character is refused.'
    for (const name of textsOf(fields.register)) {
      await scene.calm()
      const answer = await scene.call('register', undefined, {
        body: withRaw({ ...scene.registration(scene.newPerson()), [name]: RAW }, '\\ud83d'),
        headers: { 'content-type': 'application/json' },
      })
      scene.holds(
        answer.status < 500,
        `Register with half a character in \`${name}\` answered ${answer.status}.`,
        answer,
      )
    }
    await sameHalves(scene, long)
    return 'Half a character is refused.'
  }),

  attack(
    'bad-json',
    'Bodies that are no JSON, or no object',
    ['ASVS 2.2.1', 'CWE-20', 'CWE-703'],
    async (scene) => {
      await scene.person()
      const { identifier } = scene.contract.fields
      const bodies: [string | Uint8Array, string][] = [
        ['', 'an empty body'],
        [`{"${identifier}":"a@example.com"`, 'an unfinished object'],
        ['null', '`null`'],
        ['[]', 'a list'],
        ['"text"', 'a text'],
        ['7', 'a number'],
        [`{"${identifier}": undefined}`, 'no JSON'],
        [`${'['.repeat(8000)}${']'.repeat(8000)}`, 'lists in lists'],
        [Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 'bytes that are no UTF-8'],
      ]
      for (const [body, what] of bodies) await refusedBody(scene, body, what)
      return 'What is no JSON object is refused.'
    },
  ),

  attack(
    'content-type',
    'Types of content that a foreign form can send',
    ['ASVS 4.1.1', 'CWE-352'],
    async (scene) => {
      const person = await scene.person()
      for (const type of [
        LEFT_OUT,
        'text/plain',
        'text/plain; application/json',
        'application/x-www-form-urlencoded',
      ])
        await typed(scene, person, type)
      const form = new URLSearchParams(scene.credentials(person))
      await typed(scene, person, 'application/x-www-form-urlencoded', form.toString())
      await typed(scene, person, 'multipart/form-data; boundary=x', '--x--')
      await scene.calm()
      const right = await scene.call('login', scene.credentials(person), {
        headers: { 'content-type': 'Application/JSON; charset=utf-8' },
      })
      scene.holds(scene.letIn(right), `JSON with a charset was refused (${right.status}).`, right)
      return 'JSON alone is read.'
    },
  ),

  attack('large-body', 'A body of 40 KB that tells its length', ['ASVS 4.3.1', 'CWE-770'], (scene) =>
    largeBody(scene, false),
  ),

  attack(
    'large-body-chunked',
    'A body of 40 KB that does not tell its length',
    ['ASVS 4.3.1', 'CWE-770'],
    (scene) => largeBody(scene, true),
  ),

  attack('duplicate-keys', 'A key that stands twice', ['ASVS 2.2.3', 'CWE-694'], async (scene) => {
    const victim = await scene.person()
    const attacker = await scene.person()
    const { fields } = scene.contract
    for (const [first, last] of [
      [victim, attacker],
      [attacker, victim],
    ] as const) {
      await scene.calm()
      const body = `{"${fields.identifier}":"${first.identifier}","${fields.identifier}":"${last.identifier}","${fields.password}":${JSON.stringify(attacker.password)}}`
      const answer = await scene.call('login', undefined, {
        body,
        headers: { 'content-type': 'application/json' },
      })
      if (!scene.letIn(answer)) continue
      const shown = scene.contract.endpoints.me ? (await scene.me(scene.sessionOf(answer))).body : answer.body
      scene.holds(!shown.includes(victim.identifier), 'The password of one logs in another.', answer)
    }
    return 'One of the two counts, for all that is checked.'
  }),

  attack('prototype-keys', 'Keys that reach for the prototype', ['ASVS 1.5.2', 'CWE-1321'], async (scene) => {
    const person = scene.newPerson()
    const { fields } = scene.contract
    const plain = JSON.stringify(scene.registration(person)).slice(1)
    const poison = '{"isAdmin":true,"role":"ADMIN","disabled":false,"polluted":"q"}'
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      await scene.calm()
      const manner = { headers: { 'content-type': 'application/json' } }
      const value = key === 'constructor' ? `{"prototype":${poison}}` : poison
      const login = await scene.call('login', undefined, { ...manner, body: `{"${key}":${value}}` })
      scene.holds(!scene.letIn(login), `\`${key}\` logs in.`, login)
      if (scene.contract.endpoints.register)
        await scene.call('register', undefined, { ...manner, body: `{"${key}":${value},${plain}` })
      // Only the prototype has them: a server that reads inherited members would be let in.
      const inherited = `{"__proto__":{"${fields.identifier}":"${person.identifier}","${fields.password}":${JSON.stringify(person.password)}}}`
      const through = await scene.call('login', undefined, { ...manner, body: inherited })
      scene.holds(!scene.letIn(through), 'Inherited members count as sent.', through)
    }
    const after = await scene.person()
    const [row] = await scene.users(after)
    scene.holds(!/polluted|"ADMIN"/.test(JSON.stringify(row)), 'A later user has what one request planted.')
    return 'They are keys like others.'
  }),

  attack(
    'other-methods',
    'Methods that the endpoints do not have',
    ['ASVS 4.1.4', 'CWE-650'],
    async (scene) => {
      const { endpoints } = scene.contract
      for (const { method, path } of Object.values(endpoints)) {
        const others = ['GET', 'PUT', 'PATCH', 'DELETE', 'POST'].filter(
          (one) => !Object.values(endpoints).some((other) => other.path === path && other.method === one),
        )
        for (const other of others) {
          const answer = await scene.send({ method: other, path, headers: scene.addressed('198.18.0.9') })
          scene.holds(
            [404, 405, 403, 415].includes(answer.status),
            `${other} ${path} answered ${answer.status}; ${method} alone is meant.`,
            answer,
          )
        }
      }
      return 'Other methods are refused.'
    },
  ),

  attack('telling-errors', 'Errors that tell how it is built', ['ASVS 16.5.1', 'CWE-209'], async (scene) => {
    const person = await scene.person()
    const answers = [
      await scene.login({ ...person, password: 'wrong password that is long' }),
      await scene.login({ identifier: 'a\u0000b@example.com', password: person.password }),
      await scene.call('login', { [scene.contract.fields.identifier]: { not: '' } }),
      await scene.call('login', undefined, { body: '{', headers: { 'content-type': 'application/json' } }),
      await scene.call('login', { ...scene.credentials(person), [scene.contract.fields.identifier]: 7 }),
    ]
    if (scene.contract.endpoints.me) answers.push(await scene.me('not.a.token'))
    if (scene.contract.refresh && scene.contract.endpoints.refresh)
      answers.push(await scene.refresh('x'), await scene.refresh('\u00e9'.repeat(20)))
    if (scene.contract.endpoints.register) {
      answers.push(await scene.register(person))
      answers.push(await scene.register({ ...scene.newPerson(), password: `\u0000${'x'.repeat(40)}` }))
    }
    for (const answer of answers) {
      const told = TELLING.exec(answer.body)?.[0]
      scene.holds(told === undefined, `An error tells \`${told}\`.`, answer)
      scene.holds(answer.headers['x-powered-by'] === undefined, 'Answers name the framework.', answer)
    }
    return 'No error holds a stack, a path, a query or a code of the database.'
  }),
]

/** Traces of what is behind an answer. Pages of Next in development hold stacks, so the body of a JSON error alone counts. */
const TELLING =
  /\bat (?:async )?[\w.<>]+ \((?:file|node|\/|webpack)|node_modules|\.(?:ts|js|mjs):\d+|\b(?:SELECT|INSERT INTO|UPDATE) ["\w]|\bP20\d\d\b|\bPrisma\w*Error|invocation:|duplicate key value|ECONNREFUSED|violates \w+ constraint|jwt (?:malformed|expired)|JWS?\w*(?:Invalid|Expired|Verification)/

const textsOf = (fields: Record<string, unknown>): string[] =>
  Object.entries(fields).flatMap(([name, value]) => (typeof value === 'string' ? [name] : []))

const withNul = (text: string): string => `${text.slice(0, 3)}\u0000${text.slice(3)}`

const RAW = '\u0001raw'
/** JSON with an escape in it that no text of ours can hold. */
const withRaw = (body: Record<string, unknown>, raw: string): string =>
  JSON.stringify(body).replace(JSON.stringify(RAW), `"${raw}"`)

/** Two halves that are both written as a replacement character must not be one password. */
async function sameHalves(scene: Scene, long: string): Promise<void> {
  const person = scene.newPerson()
  const manner = { headers: { 'content-type': 'application/json' } }
  const { password } = scene.contract.fields
  const first = withRaw({ ...scene.registration(person), [password]: RAW }, `\\ud83d${long}`)
  await scene.calm()
  const made = await scene.call('register', undefined, { ...manner, body: first })
  scene.holds(
    scene.refused(made, 'invalid') || scene.succeeded('register', made),
    `A password with half a character: ${made.status}.`,
    made,
  )
  if (!scene.succeeded('register', made) || scene.contract.registerConceals) return
  const second = withRaw({ ...scene.credentials(person), [password]: RAW }, `\\ud83e${long}`)
  const answer = await scene.call('login', undefined, { ...manner, body: second })
  scene.holds(!scene.letIn(answer), 'Two passwords that differ in half a character are one.', answer)
}

async function largeBody(scene: Scene, chunked: boolean): Promise<string> {
  const person = await scene.person()
  const names = ['login', 'register', 'refresh'] as const
  for (const name of names) {
    if (!scene.contract.endpoints[name]) continue
    await scene.calm()
    const json = name === 'register' ? scene.registration(scene.newPerson()) : scene.credentials(person)
    const body = JSON.stringify({ ...json, padding: 'x'.repeat(BIG) })
    const answer = await scene.call(name, undefined, {
      body,
      chunked,
      headers: { 'content-type': 'application/json' },
    })
    // An endpoint without a body need not read it.
    const unread = name === 'refresh' && scene.refused(answer, 'credentials', 'invalid')
    scene.holds(
      unread || scene.refused(answer, 'tooLarge'),
      `${name} read a body of 40 KB${chunked ? ' in chunks' : ''} (${answer.status} ${typeof parsed(answer.body)}).`,
      answer,
    )
  }
  return 'It is refused before it is read to its end.'
}
