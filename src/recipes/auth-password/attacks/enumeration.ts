/** Whether strangers can find out who has an account. */
import type { HttpAnswer } from '../../../runtime/requests/send.ts'
import { attack } from './attack.ts'
import { Inconclusive, NotApplicable, type Person, parsed, type Scene } from './scene.ts'
import type { Attack } from './target.ts'

/** Differ from answer to answer on their own. */
const LIVELY =
  /^(date|etag|age|connection|keep-alive|x-request-id|x-correlation-id|x-ratelimit-.*|ratelimit.*|server-timing)$/

/** What an answer says, without what changes by itself. */
const said = ({ status, headers, body }: HttpAnswer, person: Person): string =>
  JSON.stringify({
    status,
    headers: Object.entries(headers)
      .filter(([name]) => !LIVELY.test(name))
      .map(([name, value]) => [name, name === 'set-cookie' ? value.replace(/=[^;]*/, '=…') : value])
      .sort(),
    body: body
      .replaceAll(person.identifier, 'IDENTIFIER')
      .replace(/"(?:requestId|traceId|timestamp|id)":"[^"]*"/g, '""'),
  })

const PAIRS = 12
const ROUNDS = 3
const RATIO = 1.3
const LEAST_MS = 2

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** Medians of both, taken by turns, so that what slows the machine slows both. */
async function pairs(first: () => Promise<number>, second: () => Promise<number>): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []]
  for (let i = 0; i < PAIRS; i++) {
    const order = i % 2 === 0 ? [0, 1] : [1, 0]
    for (const which of order) times[which === 0 ? 0 : 1].push(await (which === 0 ? first() : second()))
  }
  return [median(times[0]), median(times[1])]
}

/**
 * Blames only what differs in each of three rounds, in the same direction, by a ratio and by more than two milliseconds:
 * one round on a busy machine says nothing.
 */
async function differ(
  scene: Scene,
  first: () => Promise<number>,
  second: () => Promise<number>,
  otherwise: (times: string) => string,
): Promise<string> {
  await pairs(first, second)
  let direction = 0
  let words = ''
  for (let round = 0; round < ROUNDS; round++) {
    const [a, b] = await pairs(first, second)
    words = `${a.toFixed(1)} and ${b.toFixed(1)} ms`
    const now = a > b * RATIO && a - b > LEAST_MS ? 1 : b > a * RATIO && b - a > LEAST_MS ? -1 : 0
    if (now === 0 || (direction !== 0 && now !== direction)) return words
    direction = now
  }
  scene.holds(false, otherwise(words))
  return words
}

/** Time of a login that must fail for its credentials alone. */
async function failed(scene: Scene, person: Person): Promise<number> {
  await scene.calm()
  const answer = await scene.login(person)
  if (scene.refused(answer, 'limited') || !scene.refused(answer, 'credentials', 'invalid'))
    throw new Inconclusive(`Times cannot be compared: a login was answered ${answer.status}.`)
  return answer.ms
}

export const enumerationAttacks: Attack[] = [
  attack(
    'enumeration-answer',
    'The answer to a login tells who has an account',
    ['ASVS 6.3.8', 'CWE-204'],
    async (scene) => {
      const known = await scene.person()
      const wrong = { ...known, password: scene.newPerson().password }
      const stranger = scene.newPerson()
      const first = await scene.login(wrong)
      const second = await scene.login(stranger)
      scene.control(scene.refused(first, 'credentials'), 'A wrong password was not refused', first)
      scene.holds(
        first.status === second.status,
        `Status ${first.status} for a known, ${second.status} for an unknown account.`,
        second,
      )
      scene.holds(
        said(first, wrong) === said(second, stranger),
        'The answers for a known and an unknown account differ.',
        first,
        second,
      )
      const short = await scene.login({ ...known, password: 'short' })
      const shortUnknown = await scene.login({ ...stranger, password: 'short' })
      scene.holds(
        said(short, known) === said(shortUnknown, stranger),
        'The answers to a short password differ for a known and an unknown account.',
        short,
        shortUnknown,
      )
      return 'Status, headers and body are the same for a known and an unknown account.'
    },
  ),

  attack(
    'enumeration-disabled',
    'The answer to a login tells of a disabled account',
    ['ASVS 6.3.8', 'CWE-204'],
    async (scene) => {
      const { disabled, table, identifier } = scene.contract.tables.user
      if (!disabled) throw new NotApplicable('Users cannot be disabled.')
      const person = await scene.person()
      await scene.target.database.query(
        `UPDATE "${table}" SET "${disabled.column}" = $1 WHERE lower("${identifier}") = lower($2)`,
        [disabled.value, person.identifier],
      )
      const right = await scene.login(person)
      const wrong = await scene.login({ ...person, password: scene.newPerson().password })
      const unknown = scene.newPerson()
      scene.holds(!scene.letIn(right), 'A disabled user can log in.', right)
      scene.holds(
        said(wrong, person) === said(await scene.login(unknown), unknown),
        'The answer to a wrong password tells that the account is disabled.',
        wrong,
      )
      return 'A disabled account looks like none.'
    },
  ),

  attack(
    'enumeration-time',
    'The time of a login tells who has an account',
    ['ASVS 6.3.8', 'CWE-208'],
    async (scene) => {
      if (!scene.canRepeat) throw new NotApplicable('The limiter lets nobody try often enough.')
      const known = await scene.person()
      const wrong = { ...known, password: scene.newPerson().password }
      const times = await differ(
        scene,
        () => failed(scene, wrong),
        () => failed(scene, scene.newPerson()),
        (words) => `Medians for a known and an unknown account are ${words}, in each of ${ROUNDS} rounds.`,
      )
      return `Medians for a known and an unknown account: ${times}.`
    },
  ),

  attack(
    'enumeration-register',
    'Register tells who has an account',
    ['ASVS 6.3.8', 'CWE-204'],
    async (scene) => {
      scene.endpoint('register')
      const known = await scene.person()
      const again = await scene.register({ ...scene.newPerson(), identifier: known.identifier })
      if (!scene.contract.registerConceals) {
        scene.holds(
          scene.refused(again, 'taken'),
          `A second registration was answered ${again.status}.`,
          again,
        )
        if (scene.failures.length > 0) return ''
        throw new NotApplicable('Register says that an address is taken, by decision.')
      }
      const person = scene.newPerson()
      const fresh = await scene.register(person)
      scene.holds(
        said(again, known) === said(fresh, person),
        'Register answers differently for an address that is taken.',
        again,
        fresh,
      )
      return 'Register answers the same for an address that is taken.'
    },
  ),

  attack(
    'second-registration',
    'Registering again takes over an account',
    ['ASVS 6.3.8', 'CWE-287'],
    async (scene) => {
      scene.endpoint('register')
      const person = await scene.person()
      const [before] = await scene.users(person)
      const other = { ...person, password: scene.newPerson().password }
      const answer = await scene.register(other)
      scene.holds(
        !JSON.stringify(parsed(answer.body) ?? '').includes('eyJ'),
        'A second registration gives a token.',
        answer,
      )
      scene.holds(
        !scene.letIn(await scene.login(other)),
        'A second registration sets the password anew.',
        answer,
      )
      const [after] = await scene.users(person)
      scene.holds(
        JSON.stringify(before) === JSON.stringify(after),
        'A second registration changes the row of the first.',
        answer,
      )
      await scene.calm()
      await scene.signIn(person)
      return 'The account stays as it was.'
    },
  ),
]
