import type { NewFile } from '../../../core/change.ts'
import { failing } from '../answers.ts'
import { property } from '../naming.ts'
import { fromExport, fromFile, fromPackage, type Wanted, written } from '../source.ts'
import type { Target } from '../target.ts'

const asText = ({ user }: Target, value: string): string =>
  user.id.type === 'String' ? value : `String(${value})`

/** What the hash is called in code. */
const hashName = ({ user }: Target): string => (user.hash.name === 'password' ? 'hashed' : user.hash.name)

export function signIn(t: Target): NewFile {
  const { user, part, tables } = t
  const { email, hash, id } = user
  const users = `${t.client.use}.${user.delegate}`
  const refused = failing(t, 'credentials', `${label(email)} or password is wrong`)
  const select = [id.name, hash.name, ...user.disabled.map(({ name }) => name)].map((name) => `${name}: true`)
  const disabled = user.disabled.map(({ name, type, when }) =>
    type === 'DateTime' ? `user.${name} !== null` : `${when ? '' : '!'}user.${name}`,
  )
  const mayNot = disabled.length > 0 ? ` || ${disabled.join(' || ')}` : ''
  const rehashes = !['own', 'scrypt'].includes(t.hashing.kind)
  const rehash = `

async function rehash(${id.name}: OpenSession['userId'], password: string): Promise<void> {
  const ${hashName(t)} = await hashPassword(password)
  await ${users}.update({
    where: { ${id.name} },
    data: { ${property(hash.name, hashName(t))} },
    select: { ${id.name}: true },
  })
}`
  const failedId = id.type === 'String' ? `user?.${id.name}` : `user ? String(user.${id.name}) : undefined`
  const sessionId = tables.id.type === 'String' ? 'session.id' : 'String(session.id)'
  return written(
    t.habits,
    part['sign-in'],
    [
      fromFile(part.events, 'recordEvent'),
      fromFile(part['login-budgets'], 'spendLogin'),
      fromFile(part.passwords, 'verifyPassword', ...(rehashes ? ['hashPassword', 'isOutdated'] : [])),
      fromFile(part['rate-limit'], 'restore'),
      fromFile(part.schemas, 'type Credentials'),
      fromFile(part.sessions, 'type OpenSession', 'openSession'),
      ...refused.imports,
      fromExport(t.client),
    ],
    `
/** Answers the same, and as late, whether the account does not exist or the password is wrong. */
export async function signIn(credentials: Credentials, network: string | undefined): Promise<OpenSession> {
  const { ${email}, password } = credentials
  const budget = await spendLogin(${email}, network)
  const user = await ${users}.findUnique({
    where: { ${email} },
    select: { ${select.join(', ')} },
  })
  const isRight = await verifyPassword(password, user?.${hash.name})
  if (!user || !isRight${mayNot}) {
    recordEvent('login.failed', { userId: ${failedId} })
    throw ${refused.code}
  }
  if (budget) await restore(budget)${rehashes ? `\n  if (isOutdated(user.${hash.name})) await rehash(user.${id.name}, password)` : ''}
  const session = await openSession(user.${id.name}, network)
  recordEvent('login.succeeded', { userId: ${asText(t, `user.${id.name}`)}, sessionId: ${sessionId} })
  return session
}${rehashes ? rehash : ''}`,
  )
}

/** `Email`, `Mail`. */
export const label = (field: string): string => {
  const words = field
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function register(t: Target): NewFile {
  const { user, part } = t
  const { email, hash, id, filled } = user
  const weak = failing(t, 'weakPassword', 'objection', false)
  const taken = failing(t, 'taken', `An account with this ${label(email).toLowerCase()} exists already`)
  const texts = filled.filter(({ type }) => type === 'String').map(({ name }) => name)
  const names = [email, ...filled.map(({ name }) => name)]
  const generated = t.habits.generated?.value
  const prisma: Wanted =
    generated && 'file' in generated
      ? fromFile(generated.file, 'Prisma')
      : fromPackage(generated && 'package' in generated ? generated.package : '@prisma/client', 'Prisma')
  return written(
    t.habits,
    part.register,
    [
      prisma,
      ...(id.made ? [fromPackage('node:crypto', 'randomUUID')] : []),
      fromFile(part.events, 'recordEvent'),
      fromFile(part['password-policy'], 'objectionTo'),
      fromFile(part.passwords, 'hashPassword'),
      fromFile(part['rate-limit'], 'budget', 'spend'),
      fromFile(part['require-user'], 'publicUser'),
      fromFile(part.schemas, 'type Registration'),
      ...weak.imports,
      fromExport(t.client),
    ],
    `
const HOUR = 60 * 60

export async function register(registration: Registration, network: string | undefined) {
  const { ${names.join(', ')}, password } = registration
  const objection = objectionTo(password, ['${t.service}', ${texts.map((name) => `${name}, `).join('')}${user.identifier === 'email' ? `...${email}.split('@')` : email}])
  if (objection) throw ${weak.code}
  if (network) await spend(budget(['register', network], 20, HOUR))
  // Hashed before the address is looked for: a taken one answers no sooner than a free one.
  const ${hashName(t)} = await hashPassword(password)
  try {
    const user = await ${t.client.use}.${user.delegate}.create({
      data: { ${[...(id.made ? [`${id.name}: randomUUID()`] : []), ...names, property(hash.name, hashName(t))].join(', ')} },
      select: publicUser,
    })
    recordEvent('account.created', { userId: ${asText(t, `user.${id.name}`)} })
    return user
  } catch (error) {
    if (!isTaken(error)) throw error
    throw ${taken.code}
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}`,
  )
}
