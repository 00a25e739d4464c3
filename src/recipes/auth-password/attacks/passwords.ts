/** Which passwords are taken, and whether they are verified exactly as they were set. */
import { randomInt } from 'node:crypto'
import { attack } from './attack.ts'
import { type Person, randomPassword, type Scene } from './scene.ts'
import type { Attack } from './target.ts'

const ofLength = (length: number): string => randomPassword({ min: length, max: length })

/** By chance, so that no rule against sequences is met. */
const faces = (length: number): string =>
  String.fromCodePoint(...Array.from({ length }, () => 0x1f600 + randomInt(64)))

async function taken(scene: Scene, password: string): Promise<Person> {
  const person = { ...scene.newPerson(), password }
  await scene.calm()
  const answer = await scene.register(person)
  const size = [...password].length
  if (
    scene.holds(
      scene.succeeded('register', answer),
      `A password of ${size} characters was refused (${answer.status}); ${scene.contract.password.min} to ${scene.contract.password.max} are allowed.`,
      answer,
    )
  ) {
    const login = await scene.login(person)
    scene.holds(
      scene.letIn(login),
      `A password of ${size} characters was set but does not log in (${login.status}).`,
      login,
    )
  }
  return person
}

async function notTaken(scene: Scene, password: string, what: string): Promise<void> {
  await scene.calm()
  const person = { ...scene.newPerson(), password }
  const answer = await scene.register(person)
  scene.holds(scene.refused(answer, 'invalid'), `${what} was not refused (${answer.status}).`, answer)
  scene.holds((await scene.users(person)).length === 0, `${what} was refused, but the user was made.`, answer)
}

/** Another password than the one that was set must not do. */
async function notLetIn(scene: Scene, person: Person, password: string, what: string): Promise<void> {
  await scene.calm()
  const answer = await scene.login({ ...person, password })
  scene.holds(!scene.letIn(answer), `${what} logs in as well.`, answer)
}

export const passwordAttacks: Attack[] = [
  attack(
    'password-too-short',
    'A password below the least length',
    ['ASVS 6.2.1', 'CWE-521'],
    async (scene) => {
      const { min } = scene.contract.password
      await scene.person()
      await notTaken(scene, ofLength(min - 1), `A password of ${min - 1} characters`)
      await notTaken(scene, '', 'An empty password')
      await taken(scene, ofLength(min))
      return `${min - 1} characters are refused and ${min} taken.`
    },
  ),

  attack('password-long', 'Long passwords are taken whole', ['ASVS 6.2.9', 'CWE-521'], async (scene) => {
    const { max } = scene.contract.password
    await taken(scene, ofLength(Math.min(64, max)))
    await taken(scene, ofLength(max))
    return `64 and ${max} characters are taken, and log in.`
  }),

  attack(
    'password-too-long',
    'A password beyond the greatest length',
    ['ASVS 6.2.9', 'CWE-400'],
    async (scene) => {
      const { max } = scene.contract.password
      const person = await scene.person()
      await notTaken(scene, ofLength(max + 1), `A password of ${max + 1} characters`)
      await notLetIn(scene, person, ofLength(max + 1), `A password of ${max + 1} characters`)
      return `${max + 1} characters are refused.`
    },
  ),

  attack(
    'password-code-points',
    'Length is counted in characters, not in units',
    ['ASVS 6.2.1', 'CWE-521'],
    async (scene) => {
      const { min, max: characters, maxBytes = Infinity } = scene.contract.password
      const max = Math.min(characters, Math.floor(maxBytes / 4))
      await scene.person()
      await notTaken(scene, faces(min - 1), `A password of ${min - 1} emoji`)
      await taken(scene, faces(min))
      await taken(scene, faces(max))
      return `${min - 1} emoji are refused; ${min} and ${max} are taken.`
    },
  ),

  attack(
    'password-cut-off',
    'The end of a long password counts',
    ['ASVS 6.2.8', 'CWE-916'],
    async (scene) => {
      const { max } = scene.contract.password
      const password = ofLength(max)
      const person = await taken(scene, password)
      for (const length of [64, 71, 72, 128, max - 1].filter((one) => one < max)) {
        const start = password.slice(0, length)
        await notLetIn(scene, person, start, `The first ${length} characters of the password`)
        const other = start + password.slice(length).replace(/./gs, (sign) => (sign === 'a' ? 'b' : 'a'))
        await notLetIn(
          scene,
          person,
          other,
          `The first ${length} characters of the password with another end`,
        )
      }
      return 'A password that differs in its end does not log in.'
    },
  ),

  attack('password-listed', 'A well-known password', ['ASVS 6.2.4', 'CWE-521'], async (scene) => {
    const { refused } = scene.contract.password
    if (refused.length === 0) return 'No list of known passwords is promised.'
    await scene.person()
    for (const password of refused) {
      await notTaken(scene, password, 'A password from the list of known ones')
      await notTaken(scene, password.toUpperCase(), 'A password from the list of known ones, in capitals,')
    }
    return 'Known passwords are refused, in whatever case.'
  }),

  attack('password-composition', 'A passphrase needs no digits or signs', ['ASVS 6.2.5'], async (scene) => {
    const { min } = scene.contract.password
    const words = ['marble', 'kettle', 'orchid', 'walnut', 'saddle', 'meadow', 'pepper', 'lantern']
    let phrase = ''
    for (const word of words) if (phrase.length < min + 4) phrase += `${phrase === '' ? '' : ' '}${word}`
    await taken(scene, phrase)
    return 'A passphrase of small letters and spaces is taken.'
  }),

  attack(
    'password-unicode',
    'One password typed on two keyboards',
    ['ASVS 6.2.8', 'CWE-176'],
    async (scene) => {
      const rest = ofLength(Math.max(12, scene.contract.password.min))
      const person = await taken(scene, `\u00e9\u00fc${rest}\ufb01`)
      for (const other of [`e\u0301u\u0308${rest}\ufb01`, `\u00e9\u00fc${rest}fi`]) {
        await scene.calm()
        const answer = await scene.login({ ...person, password: other })
        if (scene.contract.password.normalizes)
          scene.holds(
            scene.letIn(answer),
            'The same characters in another Unicode form do not log in.',
            answer,
          )
      }
      await notLetIn(scene, person, `eu${rest}fi`, 'The password without its accents')
      return 'Forms of the same characters are one password; other characters are not.'
    },
  ),

  attack(
    'password-exact',
    'A password is verified exactly as it was set',
    ['ASVS 6.2.8', 'CWE-287'],
    async (scene) => {
      const person = await taken(scene, ` ${ofLength(Math.max(scene.contract.password.min, 20))}Xy `)
      const { password } = person
      await notLetIn(scene, person, password.trim(), 'The password without the spaces around it')
      await notLetIn(scene, person, password.trimStart(), 'The password without its first space')
      await notLetIn(scene, person, password.toLowerCase(), 'The password in small letters')
      await notLetIn(scene, person, `${password}\u00a0`, 'The password with another space behind it')
      const plain = await taken(scene, ofLength(Math.max(scene.contract.password.min, 20)))
      await notLetIn(scene, plain, ` ${plain.password}`, 'The password with a space before it')
      await notLetIn(scene, plain, plain.password.toUpperCase(), 'The password in capitals')
      return 'Spaces and case count.'
    },
  ),
]
