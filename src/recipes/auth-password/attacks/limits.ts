/** Guessing passwords, and keeping others from logging in. */
import { randomBytes } from 'node:crypto'
import type { HttpAnswer } from '../../../runtime/requests/send.ts'
import { attack, measured } from './attack.ts'
import { flood } from './flood.ts'
import { freshAddress, type Manner, NotApplicable, type Person, type Scene } from './scene.ts'
import type { Attack } from './target.ts'

const GUESSES = 40

type Limits = NonNullable<Scene['contract']['limits']>

function limitsOf(scene: Scene): Limits {
  const { limits } = scene.contract
  if (!limits) throw new NotApplicable('No limit is promised.')
  return limits
}

function needsAddress(scene: Scene): void {
  if (!scene.contract.clientAddress)
    throw new NotApplicable('The copy is not told the address of a client by any header.')
}

const wrong = (scene: Scene, person: Person): Person => ({ ...person, password: scene.newPerson().password })

/** Guesses one after the other, or several at a time, and what became of them. */
async function guess(
  scene: Scene,
  count: number,
  at: (i: number) => { person: Person; manner: Manner },
  together = 4,
): Promise<HttpAnswer[]> {
  const answers: HttpAnswer[] = []
  for (let i = 0; i < count; i += together) {
    const some = Array.from({ length: Math.min(together, count - i) }, (_, j) => at(i + j))
    answers.push(...(await Promise.all(some.map(({ person, manner }) => scene.login(person, manner)))))
  }
  return answers
}

/** No more than so many were verified; the others were told when to come back. */
function bounded(scene: Scene, answers: HttpAnswer[], most: number, who: string): void {
  const verified = answers.filter(
    (one) => scene.refused(one, 'credentials') && !scene.refused(one, 'limited'),
  )
  const last = verified.at(-1)
  scene.holds(
    verified.filter(({ status }) => !scene.contract.answers.busy.includes(status)).length <= most,
    `${verified.length} of ${answers.length} guesses ${who} were verified; ${most} are allowed.`,
    ...(last ? [last] : []),
  )
}

/** A value of Retry-After in seconds that makes sense. */
function toldWhen(scene: Scene, answers: HttpAnswer[]): void {
  for (const answer of answers.filter((one) => scene.refused(one, 'limited'))) {
    const seconds = Number(answer.headers['retry-after'])
    scene.holds(
      Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400,
      `A refusal (${answer.status}) does not say when to come back: Retry-After is ${answer.headers['retry-after'] ?? 'absent'}.`,
      answer,
    )
  }
}

/** Names that proxies use, and that anybody can send. */
const FORGED = [
  'x-forwarded-for',
  'x-real-ip',
  'cf-connecting-ip',
  'true-client-ip',
  'x-client-ip',
  'forwarded',
]

/** Somebody tells another address with each request, while the proxy tells the real one. */
function forged(scene: Scene, real: string, i: number): Record<string, string> {
  const lie = `203.0.113.${i % 250}`
  const headers = Object.fromEntries(FORGED.map((name) => [name, name === 'forwarded' ? `for=${lie}` : lie]))
  const honest = scene.addressed(real)
  const { clientAddress } = scene.contract
  if (!clientAddress) return headers
  const { header } = clientAddress
  const list = header === 'x-forwarded-for' ? `${lie}, ${honest[header]}` : (honest[header] ?? '')
  return { ...headers, ...honest, [header]: list }
}

const block = (): string => `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}`

/** The same address, written in other ways. */
function spellings(): string[] {
  const [a = 'a', b = 'b'] = [randomBytes(2).toString('hex'), randomBytes(2).toString('hex')]
  const full = `2001:0db8:${a}:${b}:0000:0000:0000:0001`
  return [
    `2001:db8:${a}:${b}::1`,
    full,
    full.toUpperCase(),
    `2001:db8:${a}:${b}:0:0:0:1`,
    `2001:DB8:${a}:${b}:0::1`,
    `2001:db8:${a}:${b}::0:1`,
    `2001:db8:${a}:${b}::0.0.0.1`,
  ]
}

const variantsOf = ({ identifier }: Person, trims: boolean): string[] => [
  identifier,
  identifier.toUpperCase(),
  identifier.charAt(0).toUpperCase() + identifier.slice(1),
  identifier.slice(0, 3).toUpperCase() + identifier.slice(3),
  ...(trims ? [` ${identifier}`, `${identifier} `, `\t${identifier}`] : []),
]

export const limitAttacks: Attack[] = [
  measured(
    'parallel-guesses',
    'Forty guesses at the same time',
    ['ASVS 6.3.1', 'CWE-307', 'CWE-362'],
    async (scene) => {
      const { accountAndAddress } = limitsOf(scene)
      const person = await scene.person()
      const address = freshAddress()
      const answers = await guess(
        scene,
        GUESSES,
        () => ({ person: wrong(scene, person), manner: { address } }),
        GUESSES,
      )
      bounded(scene, answers, accountAndAddress, 'at the same time')
      toldWhen(scene, answers)
      scene.holds(!answers.some((one) => scene.letIn(one)), 'A guess was let in.')
      const unlimited = answers.find((one) => !scene.refused(one, 'credentials', 'limited'))
      scene.holds(!unlimited, `A guess was answered ${unlimited?.status}.`, ...(unlimited ? [unlimited] : []))
      return `${answers.filter((one) => scene.refused(one, 'credentials')).length} of ${GUESSES} were verified, the others refused.`
    },
  ),

  measured('guesses-in-turn', 'Guesses one after the other', ['ASVS 6.3.1', 'CWE-307'], async (scene) => {
    const { accountAndAddress } = limitsOf(scene)
    const person = await scene.person()
    const address = freshAddress()
    const answers = await guess(
      scene,
      accountAndAddress + 8,
      () => ({ person: wrong(scene, person), manner: { address } }),
      1,
    )
    bounded(scene, answers, accountAndAddress, 'in turn')
    const last = answers.at(-1)
    if (last) scene.holds(scene.refused(last, 'limited'), `The last guess was answered ${last.status}.`, last)
    toldWhen(scene, answers)
    return `After ${accountAndAddress} the limiter answers.`
  }),

  measured(
    'limit-tells-success',
    'The right password among too many',
    ['ASVS 6.3.1', 'CWE-307'],
    async (scene) => {
      const { accountAndAddress } = limitsOf(scene)
      const person = await scene.person()
      const address = freshAddress()
      await guess(
        scene,
        accountAndAddress + 4,
        () => ({ person: wrong(scene, person), manner: { address } }),
        1,
      )
      const answer = await scene.login(person, { address })
      scene.holds(
        !scene.letIn(answer),
        'Beyond the limit, the right password is still let in: guessing goes on.',
        answer,
      )
      return 'Beyond the limit, the right password is answered like a wrong one.'
    },
  ),

  measured(
    'unknown-accounts-limited',
    'Guesses at an account that does not exist',
    ['ASVS 6.3.1', 'CWE-204'],
    async (scene) => {
      const { accountAndAddress } = limitsOf(scene)
      const stranger = scene.newPerson()
      const address = freshAddress()
      const answers = await guess(
        scene,
        accountAndAddress + 8,
        () => ({ person: wrong(scene, stranger), manner: { address } }),
        1,
      )
      bounded(scene, answers, accountAndAddress, 'at an account that does not exist')
      return 'The limiter does not tell which accounts exist.'
    },
  ),

  measured(
    'owner-locked-out',
    'Keeping the owner from logging in',
    ['ASVS 6.1.1', 'CWE-645'],
    async (scene) => {
      const { accountAndAddress } = limitsOf(scene)
      needsAddress(scene)
      const person = await scene.person()
      const address = freshAddress()
      const count = Math.min(GUESSES, accountAndAddress * 3)
      await guess(scene, count, () => ({ person: wrong(scene, person), manner: { address } }))
      const answer = await scene.login(person, { as: 'the owner, from another address' })
      scene.holds(
        scene.letIn(answer),
        `After ${count} guesses of somebody else, the owner is refused (${answer.status}).`,
        answer,
      )
      return `After ${count} guesses of somebody else, the owner logs in.`
    },
  ),

  measured(
    'address-rotation-v6',
    'Another address of the same IPv6 network for each guess',
    ['ASVS 6.3.1', 'CWE-307', 'CVE-2026-45364'],
    async (scene) => {
      const { accountAndAddress } = limitsOf(scene)
      needsAddress(scene)
      const person = await scene.person()
      const network = block()
      const answers = await guess(scene, accountAndAddress + 10, (i) => ({
        person: wrong(scene, person),
        manner: { address: `${network}:${(i * 977).toString(16)}:${i}:a:${i + 1}` },
      }))
      bounded(scene, answers, accountAndAddress, 'from one IPv6 network')
      return 'A network of IPv6 (/64) is one client.'
    },
  ),

  measured(
    'address-spelling',
    'Another spelling of one address for each guess',
    ['ASVS 6.3.1', 'CWE-307', 'CWE-180'],
    async (scene) => {
      const { accountAndAddress } = limitsOf(scene)
      needsAddress(scene)
      const person = await scene.person()
      const ways = spellings()
      const count = accountAndAddress + 10
      const answers = await guess(scene, count, (i) => ({
        person: wrong(scene, person),
        manner: { address: ways[i % ways.length] ?? '::1' },
      }))
      bounded(scene, answers, accountAndAddress, 'from one IPv6 address')
      const other = await scene.person()
      const plain = freshAddress()
      const mapped = [plain, `::ffff:${plain}`, `::FFFF:${plain}`]
      const more = await guess(scene, count, (i) => ({
        person: wrong(scene, other),
        manner: { address: mapped[i % mapped.length] ?? plain },
      }))
      bounded(scene, more, accountAndAddress, 'from one IPv4 address, also written as IPv6,')
      return 'An address is one client, however it is written.'
    },
  ),

  measured(
    'forged-address',
    'Another forged address for each guess',
    ['ASVS 6.3.1', 'CWE-348', 'CWE-307'],
    async (scene) => {
      const { accountAndAddress } = limitsOf(scene)
      const person = await scene.person()
      const real = freshAddress()
      const answers = await guess(scene, accountAndAddress + 10, (i) => ({
        person: wrong(scene, person),
        manner: { headers: forged(scene, real, i) },
      }))
      bounded(scene, answers, accountAndAddress, 'with forged addresses')
      return 'Only the header of the trusted proxy counts, and only its part of it.'
    },
  ),

  measured('odd-address', 'What is no address where one belongs', ['ASVS 2.2.1', 'CWE-20'], async (scene) => {
    needsAddress(scene)
    const person = await scene.person()
    for (const address of [
      'unknown',
      '',
      ',,,',
      '999.1.1.1',
      randomBytes(3000).toString('hex'),
      '::1%eth0',
      "'; --",
      '[::1]:80',
      '1.2.3.4:99',
    ]) {
      const answer = await scene.login(wrong(scene, person), { address })
      scene.holds(
        scene.refused(answer, 'credentials', 'limited', 'invalid'),
        `Address \`${address.slice(0, 20)}\`: ${answer.status}.`,
        answer,
      )
    }
    return 'It is refused like others.'
  }),

  measured(
    'case-variants',
    'Another spelling of the account for each guess',
    ['ASVS 6.3.1', 'CWE-178'],
    async (scene) => {
      const { accountAndAddress } = limitsOf(scene)
      const { foldsCase, trims } = scene.contract.identifier
      if (!foldsCase) throw new NotApplicable('Accounts that differ in case are two.')
      const person = await scene.person()
      const address = freshAddress()
      const names = variantsOf(person, trims)
      const answers = await guess(scene, accountAndAddress + 10, (i) => ({
        person: { ...wrong(scene, person), identifier: names[i % names.length] ?? person.identifier },
        manner: { address },
      }))
      bounded(scene, answers, accountAndAddress, 'at spellings of one account')
      return 'Spellings of an account are one account.'
    },
  ),

  measured(
    'account-budget',
    'Guesses at one account from everywhere',
    ['ASVS 6.3.1', 'CWE-307'],
    async (scene) => {
      const { account } = limitsOf(scene)
      needsAddress(scene)
      if (account === undefined || account > 500)
        throw new NotApplicable('No budget of an account is promised.')
      const person = await scene.person()
      const answers = await guess(scene, account + 12, () => ({ person: wrong(scene, person), manner: {} }))
      bounded(scene, answers, account, 'at one account from as many addresses')
      return `${account} guesses at one account are verified, wherever they come from.`
    },
  ),

  measured(
    'address-budget',
    'One password tried on many accounts',
    ['ASVS 6.3.1', 'CWE-307'],
    async (scene) => {
      const { address: most } = limitsOf(scene)
      if (most === undefined || most > 500) throw new NotApplicable('No budget of an address is promised.')
      const address = freshAddress()
      const answers = await guess(scene, most + 12, () => ({
        person: scene.newPerson(),
        manner: { address },
      }))
      bounded(scene, answers, most, 'from one address at as many accounts')
      return `${most} guesses from one address are verified, at whichever accounts.`
    },
  ),

  measured(
    'success-resets',
    'Logging in to one\u2019s own account between guesses',
    ['ASVS 6.3.1', 'CWE-307'],
    async (scene) => {
      const { accountAndAddress } = limitsOf(scene)
      const victim = await scene.person()
      const attacker = await scene.person()
      const address = freshAddress()
      const answers: HttpAnswer[] = []
      for (let i = 0; i < accountAndAddress + 6; i++) {
        answers.push(await scene.login(wrong(scene, victim), { address }))
        if (i % 3 === 2) await scene.login(attacker, { address, role: 'pre-control' })
      }
      bounded(scene, answers, accountAndAddress, 'between logins of the attacker')
      return 'A success with one account does not forgive guesses at another.'
    },
  ),

  attack(
    'hashing-flood',
    'Many logins at once while others work',
    ['ASVS 2.4.1', 'CWE-400', 'CWE-770'],
    flood,
  ),
]
