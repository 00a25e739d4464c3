/** Becoming somebody else, or more than one should be, while registering. */
import { type Column, quoteName, quoteTable, readCatalog } from '../../../database/catalog.ts'
import { attack } from './attack.ts'
import { NotApplicable, type Person, type Scene } from './scene.ts'
import type { Attack } from './target.ts'

const RACERS = 8

/** Fields that nobody should set for himself, whether or not the model has them. */
const WISHES: Record<string, unknown> = {
  role: 'ADMIN',
  roles: ['ADMIN'],
  isAdmin: true,
  admin: true,
  permissions: ['*'],
  emailVerified: true,
  verified: true,
  passwordHash:
    '$argon2id$v=19$m=19456,t=2,p=1$cXFxcXFxcXFxcXFxcXFxcQ$cXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXFxcXE',
}

/** A value of the column's type that is not what others have. */
function wish(column: Column, usual: unknown): unknown {
  const { base, values } = column.type
  if (values) return values.find((one) => one !== usual)
  if (base === 'bool') return usual !== true
  if (/^(int|float|numeric)/.test(base)) return 424242
  if (/^(timestamp|date)/.test(base)) return '2001-02-03T04:05:06.000Z'
  if (base === 'uuid') return '11111111-2222-4333-8444-555555555555'
  if (/json/.test(base)) return { wished: true }
  return 'wished-by-attacker'
}

async function columnsOf(scene: Scene): Promise<Column[]> {
  const { tables } = await readCatalog(scene.target.database)
  return tables.find(({ name }) => name === scene.contract.tables.user.table)?.columns ?? []
}

/** `created_at` is `createdAt` in the data model. */
const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** What is stored, as it can be compared with what was sent. */
const plain = (value: unknown): string => JSON.stringify(value instanceof Date ? value.toISOString() : value)

/** Cells of the new row that hold what the attacker asked for. */
async function granted(scene: Scene, person: Person, wishes: Map<string, unknown>): Promise<string[]> {
  const [row] = await scene.users(person)
  if (!row) return []
  return [...wishes].flatMap(([column, value]) => (plain(row[column]) === plain(value) ? [column] : []))
}

export const registrationAttacks: Attack[] = [
  attack(
    'register-race',
    'One address registered eight times at once',
    ['ASVS 2.3.3', 'CWE-362', 'CWE-367'],
    async (scene) => {
      scene.endpoint('register')
      for (let round = 0; round < 3; round++) await race(scene)
      return `One of ${RACERS} registered.`
    },
  ),

  attack(
    'register-case',
    'An address registered in another spelling',
    ['ASVS 2.2.1', 'CWE-178'],
    async (scene) => {
      scene.endpoint('register')
      const { foldsCase, trims, kind } = scene.contract.identifier
      if (!foldsCase) throw new NotApplicable('Accounts that differ in case are two.')
      const person = await scene.person()
      const [name = '', host = ''] = person.identifier.split('@')
      const upper = kind === 'email' ? `${name.toUpperCase()}@${host}` : name.toUpperCase()
      const spellings = [upper, person.identifier.toUpperCase(), ...(trims ? [` ${person.identifier} `] : [])]
      for (const identifier of spellings) {
        await scene.calm()
        const again = await scene.register({ identifier, password: scene.newPerson().password })
        const rows = await scene.users(person)
        scene.holds(
          rows.length === 1,
          `\`${identifier}\` was registered beside \`${person.identifier}\`.`,
          again,
        )
        const login = await scene.login({ ...person, identifier })
        scene.holds(
          scene.letIn(login),
          `The owner cannot log in as \`${identifier}\` (${login.status}).`,
          login,
        )
      }
      return 'Spellings of an address are one account.'
    },
  ),

  attack(
    'mass-assignment',
    'More fields than register asks for',
    ['ASVS 15.3.3', 'CWE-915', 'CWE-269'],
    async (scene) => {
      scene.endpoint('register')
      const { fields, tables } = scene.contract
      const usual = (await scene.users(await scene.person()))[0]
      const own = [fields.identifier, fields.password, ...Object.keys(fields.register)]
      const wishes = new Map(
        (await columnsOf(scene))
          .filter(({ name }) => !own.includes(camel(name)) && name !== tables.user.identifier)
          .map((column): [string, unknown] => [column.name, wish(column, usual?.[column.name])]),
      )
      if (wishes.has(tables.user.hash)) wishes.set(tables.user.hash, WISHES.passwordHash)
      for (const [column, value] of wishes) await wished(scene, new Map([[column, value]]))
      await wished(scene, wishes)
      for (const [name, value] of Object.entries(WISHES)) await wished(scene, new Map(), { [name]: value })
      return `None of ${wishes.size} columns could be set.`
    },
  ),

  attack('register-id', 'The id of somebody else', ['ASVS 15.3.3', 'CWE-639'], async (scene) => {
    scene.endpoint('register')
    const victim = await scene.person()
    const [before] = await scene.users(victim)
    const { id } = scene.contract.tables.user
    const person = scene.newPerson()
    for (const extra of [{ id: before?.[id] }, { where: { id: before?.[id] } }, { [id]: before?.[id] }]) {
      const answer = await scene.register({ ...person, identifier: scene.newPerson().identifier }, { extra })
      scene.holds(
        scene.succeeded('register', answer) || scene.refused(answer, 'invalid'),
        `Register with the id of somebody else answered ${answer.status}.`,
        answer,
      )
      const [after] = await scene.users(victim)
      scene.holds(plain(after) === plain(before), 'Registering changed the row of somebody else.', answer)
    }
    return 'It is not read.'
  }),
]

async function wished(
  scene: Scene,
  wishes: Map<string, unknown>,
  more: Record<string, unknown> = {},
): Promise<void> {
  await scene.calm()
  const person = scene.newPerson()
  const names = [...wishes].flatMap(([column, value]): [string, unknown][] =>
    [column, camel(column)].map((name) => [name, value]),
  )
  const answer = await scene.register(person, { extra: { ...Object.fromEntries(names), ...more } })
  scene.holds(
    scene.succeeded('register', answer) || scene.refused(answer, 'invalid'),
    `Register with further fields answered ${answer.status}.`,
    answer,
  )
  const set = await granted(scene, person, wishes)
  const { table } = scene.contract.tables.user
  scene.holds(
    set.length === 0,
    `Register set ${set.map((one) => `${quoteTable(table)}.${quoteName(one)}`).join(', ')} as asked.`,
    answer,
  )
  const [row] = await scene.users(person)
  const admin = Object.keys(more).length > 0 && row && Object.values(row).some((value) => value === 'ADMIN')
  scene.holds(!admin, `Register took \`${Object.keys(more).join(', ')}\`.`, answer)
}

async function race(scene: Scene): Promise<void> {
  await scene.calm()
  const person = scene.newPerson()
  const { foldsCase } = scene.contract.identifier
  const answers = await Promise.all(
    Array.from({ length: RACERS }, (_, i) =>
      scene.register({
        identifier: foldsCase && i % 2 === 1 ? person.identifier.toUpperCase() : person.identifier,
        password: scene.newPerson().password,
      }),
    ),
  )
  const rows = await scene.users(person)
  scene.holds(rows.length === 1, `${rows.length} users have one address.`)
  const good = answers.filter((one) => scene.succeeded('register', one))
  if (!scene.contract.registerConceals)
    scene.holds(good.length === 1, `${good.length} of ${RACERS} registrations succeeded.`, ...good)
  for (const answer of answers)
    scene.holds(
      scene.succeeded('register', answer) || scene.refused(answer, 'taken', 'limited'),
      `A registration that lost was answered ${answer.status}.`,
      answer,
    )
}
