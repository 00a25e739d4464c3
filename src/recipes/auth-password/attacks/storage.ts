/** What is kept of passwords and tokens: in the database, in the log, in answers. */
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { quoteTable, readCatalog } from '../../../database/catalog.ts'
import type { HttpAnswer } from '../../../runtime/requests/send.ts'
import { attack } from './attack.ts'
import { decoded } from './jwt.ts'
import type { Scene } from './scene.ts'
import type { Attack } from './target.ts'

/** Tables with a cell that holds the text, as it is or as bytes. */
async function tablesWith(scene: Scene, text: string): Promise<string[]> {
  const { database } = scene.target
  const { tables } = await readCatalog(database)
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await database.query(
      `SELECT 1 FROM ${quoteTable(name)} t WHERE strpos(t::text, $1) > 0 OR strpos(t::text, $2) > 0 LIMIT 1`,
      [text, Buffer.from(text).toString('hex')],
    )
    if (rows.length > 0) found.push(name)
  }
  return found
}

/** Why a stored hash is too weak; `undefined` when it is good, by the parameters that it names. */
export function weakness(hash: string): string | undefined {
  const argon = /^\$argon2(\w+)\$v=(\d+)\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$/.exec(hash)
  if (argon) {
    const [, kind, version, memory, time, , salt = ''] = argon
    if (kind !== 'id') return `argon2${kind} is used; argon2id is meant.`
    if (version !== '19') return `Version ${version} of argon2 is used.`
    if (Buffer.from(salt, 'base64').length < 16) return 'The salt has less than 16 bytes.'
    const [m, t] = [Number(memory), Number(time)]
    const enough = OWASP_ARGON.some((one) => m >= one.m && t >= one.t)
    return enough ? undefined : `argon2id with m=${m}, t=${t} is below m=19456, t=2.`
  }
  const bcrypt = /^\$2[aby]\$(\d\d)\$/.exec(hash)
  if (bcrypt)
    return Number(bcrypt[1]) >= 10 ? undefined : `bcrypt with a cost of ${Number(bcrypt[1])} is below 10.`
  const scrypt = /ln=(\d+),r=(\d+),p=(\d+)/.exec(hash)
  if (scrypt) {
    const [ln, r, p] = scrypt.slice(1).map(Number)
    return (ln ?? 0) >= 13 && 2 ** (ln ?? 0) * (r ?? 0) * (p ?? 0) >= 2 ** 17 * 5
      ? undefined
      : 'scrypt is used with too little work.'
  }
  if (/^[0-9a-f]{32}$|^[0-9a-f]{40}$|^[0-9a-f]{64}$|^[0-9a-f]{128}$/i.test(hash))
    return 'It is a fast hash without parameters.'
  return 'It names no known hash for passwords.'
}

/** Pairs of memory (KiB) and passes, from the OWASP Password Storage Cheat Sheet. */
const OWASP_ARGON = [
  { m: 47104, t: 1 },
  { m: 19456, t: 2 },
  { m: 12288, t: 3 },
  { m: 9216, t: 4 },
  { m: 7168, t: 5 },
]

/** Everything that the endpoints answer in a normal day. */
async function aDay(scene: Scene): Promise<{ answers: HttpAnswer[]; secrets: Map<string, string> }> {
  const { endpoints } = scene.contract
  const person = endpoints.register ? scene.newPerson() : await scene.person()
  const answers: HttpAnswer[] = []
  if (endpoints.register) answers.push(await scene.register(person))
  const guess = scene.newPerson().password
  answers.push(await scene.login({ ...person, password: guess }))
  const login = await scene.login(person)
  scene.control(scene.succeeded('login', login), 'A login with the right password was refused', login)
  const session = scene.sessionOf(login)
  answers.push(login)
  if (endpoints.me) answers.push(await scene.me(session))
  let last = session
  if (endpoints.refresh && session.refresh !== undefined) {
    const answer = await scene.refresh(session)
    answers.push(answer)
    last = scene.sessionOf(answer)
  }
  if (endpoints.register) answers.push(await scene.register(person))
  if (endpoints.logout) answers.push(await scene.logout(last))
  const [row] = await scene.users(person)
  const secrets = new Map([
    [person.password, 'the password'],
    [guess, 'a password that was tried'],
    [session.access, 'an access token'],
    [String(row?.[scene.contract.tables.user.hash]), 'the hash of the password'],
  ])
  if (session.refresh !== undefined) secrets.set(session.refresh, 'a refresh token')
  if (last.refresh !== undefined) secrets.set(last.refresh, 'a refresh token')
  for (const key of [scene.contract.access.jwt?.secret?.variable]) {
    const value = key === undefined ? undefined : scene.target.env[key]
    if (value !== undefined) secrets.set(value, 'the key of the tokens')
  }
  return { answers, secrets }
}

/** Output comes through a pipe, and writers of logs gather lines. */
const WRITTEN_MS = 400

export const storageAttacks: Attack[] = [
  attack('stored-hash', 'How passwords are stored', ['ASVS 11.4.2', 'CWE-916', 'CWE-522'], async (scene) => {
    // Where nobody registers, somebody else sets passwords.
    scene.endpoint('register')
    const person = await scene.person()
    const [row] = await scene.users(person)
    const hash = String(row?.[scene.contract.tables.user.hash])
    const weak = weakness(hash)
    scene.holds(weak === undefined, `The stored hash is weak. ${weak}`)
    scene.holds((await tablesWith(scene, person.password)).length === 0, 'The password itself is stored.')
    for (const name of ['md5', 'sha1', 'sha256', 'sha512'])
      for (const form of ['hex', 'base64'] as const) {
        const fast = createHash(name).update(person.password).digest(form)
        scene.holds(!hash.includes(fast), `The password is stored as ${name}.`)
      }
    return `${hash.split('$').slice(0, 4).join('$')}$…`
  }),

  attack('stored-salt', 'Two users with one password', ['ASVS 11.4.2', 'CWE-759'], async (scene) => {
    scene.endpoint('register')
    const first = await scene.person()
    const second = await scene.person(first.password)
    const { hash } = scene.contract.tables.user
    const [a, b] = [(await scene.users(first))[0]?.[hash], (await scene.users(second))[0]?.[hash]]
    scene.control(a !== undefined && b !== undefined, 'The rows of two new users were not found')
    scene.holds(a !== b, 'Two users with one password have the same hash.')
    return 'Their hashes differ.'
  }),

  attack('stored-tokens', 'Tokens in the database', ['ASVS 11.4.1', 'CWE-312', 'CWE-522'], async (scene) => {
    const { session } = await scene.visitor()
    for (const [token, what] of [
      [session.refresh, 'A refresh token'],
      [session.access, 'An access token'],
    ] as const) {
      if (token === undefined) continue
      // A token of parts may be stored in parts.
      const parts = decoded(token) ? [] : token.split(/[.:~]/).filter((one) => one.length >= 16)
      const where: string[] = []
      for (const text of new Set([token, ...parts])) where.push(...(await tablesWith(scene, text)))
      scene.holds(
        where.length === 0,
        `${what} is stored as it is, in ${[...new Set(where)].join(', ')}: who reads the database is everybody.`,
      )
    }
    return 'Only hashes of them are kept.'
  }),

  attack('logged-secrets', 'Passwords and tokens in the log', ['ASVS 16.2.5', 'CWE-532'], async (scene) => {
    const { secrets } = await aDay(scene)
    await scene.login({ ...scene.newPerson(), identifier: 'a\u0000b@example.com' })
    await setTimeout(WRITTEN_MS)
    const text = scene.target.log()
    for (const [secret, what] of secrets) scene.holds(!text.includes(secret), `The log holds ${what}.`)
    return 'None is there.'
  }),

  attack(
    'log-injection',
    'Lines of the log that an attacker writes',
    ['ASVS 16.4.1', 'CWE-117'],
    async (scene) => {
      const mark = scene.newPerson().identifier.replace(/@.*/, '')
      for (const end of ['\n', '\r\n', '\u2028', '\u001b[2K\r'])
        await scene.login({
          ...scene.newPerson(),
          identifier: `a@example.com${end}${mark} login of admin succeeded`,
        })
      await setTimeout(WRITTEN_MS)
      const lines = scene.target.log().split(/[\r\n\u2028]/)
      scene.holds(
        !lines.some((line) => line.startsWith(mark)),
        'An identifier with a line end writes a line of its own into the log.',
      )
      return 'Line ends do not get there.'
    },
  ),

  attack(
    'hash-in-answer',
    'Secrets in answers',
    ['ASVS 14.2.6', 'ASVS 15.3.1', 'CWE-201', 'CWE-200'],
    async (scene) => {
      const { answers, secrets } = await aDay(scene)
      for (const answer of answers) {
        scene.holds(
          !/\$(argon2|2[aby]\$|scrypt)/.test(answer.body),
          'An answer holds a hash of a password.',
          answer,
        )
        scene.holds(
          !/"(password|passwordHash|password_hash|hash|salt)":\s*"/i.test(answer.body),
          'An answer has a field for a password.',
          answer,
        )
        for (const [secret, what] of secrets)
          if (!/token/.test(what) || /key/.test(what))
            scene.holds(!answer.body.includes(secret), `An answer holds ${what}.`, answer)
      }
      return 'No answer holds a password or a hash.'
    },
  ),

  attack(
    'refresh-in-body',
    'The refresh token where scripts can read it',
    ['ASVS 14.2.6', 'CWE-1004'],
    async (scene) => {
      if (scene.contract.refresh?.given.in !== 'cookie') return 'It is given in the body, as promised.'
      const { answer, session } = await scene.visitor()
      scene.holds(
        !(session.refresh && answer.body.includes(session.refresh)),
        'The refresh token stands in the body too.',
        answer,
      )
      return 'It is in the cookie alone.'
    },
  ),
]
