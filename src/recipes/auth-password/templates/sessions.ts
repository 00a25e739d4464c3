import type { NewFile } from '../../../core/change.ts'
import { property } from '../naming.ts'
import { fromExport, fromFile, fromPackage, written } from '../source.ts'
import type { Target } from '../target.ts'
import { enabledCondition } from './tokens.ts'

const typescript = { String: 'string', Int: 'number', BigInt: 'bigint' } as const

export function sessions(t: Target): NewFile {
  const { session, field: f, id } = t.tables
  const rows = `${t.client.use}.${session.delegate}`
  return written(
    t.habits,
    t.part.sessions,
    [
      fromPackage('node:crypto', 'createHash', 'randomBytes'),
      fromFile(t.part.events, 'recordEvent'),
      fromFile(t.part.settings, 'lifetimes'),
      fromExport(t.client),
    ],
    `
export type OpenSession = {
  id: ${typescript[id.type]}
  userId: ${typescript[t.user.id.type]}
  /** \`chain.link\`: the chain stays for the whole session, the link is good for one use. */
  refreshToken: string
  refreshExpiresAt: Date
}

export async function openSession(userId: OpenSession['userId'], network: string | undefined): Promise<OpenSession> {
  const [chain, link] = [secret(), secret()]
  const refreshExpiresAt = inSeconds(Math.min(lifetimes.idle, lifetimes.session))
  const created = await ${rows}.create({
    data: {
      ${property(f.userId, 'userId')},
      ${f.chainHash}: digest(chain),
      ${f.linkHash}: digest(link),
      ${property(f.network, 'network')},
      ${f.idleExpiresAt}: refreshExpiresAt,
      ${f.expiresAt}: inSeconds(lifetimes.session),
    },
    select: { ${f.id}: true },
  })
  return { id: created.${f.id}, userId, refreshToken: \`\${chain}.\${link}\`, refreshExpiresAt }
}

/** Exchanges a refresh token for the next one. A token that was used before ends the session. */
export async function renewSession(refreshToken: string): Promise<OpenSession | undefined> {
  const [chain = '', link = ''] = refreshToken.split('.')
  const next = secret()
  const now = new Date()
  const idleEnd = inSeconds(lifetimes.idle)
${renewal(t)}
}

/** Whoever has the chain with another link kept a copy: a thief or the owner, and nobody can tell which. */
async function endReused(chain: string, link: string): Promise<void> {
  const { count } = await ${rows}.updateMany({
    where: { ${f.chainHash}: digest(chain), ${f.linkHash}: { not: digest(link) }, ${f.revokedAt}: null },
    data: { ${f.revokedAt}: new Date() },
  })
  if (count > 0) recordEvent('refresh.reused', { chain: digest(chain).slice(0, 12) })
}

/** Whether there was one to end. */
export async function endSessionOf(refreshToken: string): Promise<boolean> {
  const [chain = ''] = refreshToken.split('.')
  const { count } = await ${rows}.updateMany({
    where: { ${f.chainHash}: digest(chain), ${f.revokedAt}: null },
    data: { ${f.revokedAt}: new Date() },
  })
  if (count > 0) recordEvent('session.ended', { chain: digest(chain).slice(0, 12) })
  return count > 0
}

export async function endSession(${property('id', 'id')}: OpenSession['id']): Promise<void> {
  await ${rows}.updateMany({
    where: { ${property(f.id, 'id')}, ${f.revokedAt}: null },
    data: { ${f.revokedAt}: new Date() },
  })
  recordEvent('session.ended', { sessionId: ${id.type === 'String' ? 'id' : 'String(id)'} })
}

// 256 random bits need no slow hash.
const secret = () => randomBytes(32).toString('base64url')
const digest = (text: string) => createHash('sha256').update(text).digest('base64url')
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000)`,
  )
}

function renewal(t: Target): string {
  const { session, field: f } = t.tables
  const rows = `${t.client.use}.${session.delegate}`
  const where = `{
      ${f.chainHash}: digest(chain),
      ${f.linkHash}: digest(link),
      ${f.revokedAt}: null,
      ${f.idleExpiresAt}: { gt: now },
      ${f.expiresAt}: { gt: now },
    }`
  const data = `{ ${f.linkHash}: digest(next), ${f.idleExpiresAt}: idleEnd }`
  const select = `{ ${f.id}: true, ${f.userId}: true, ${f.expiresAt}: true }`
  const lock = '  // The condition is the lock: of several requests with the same token one changes the row.'
  const change = returnsRows(t)
    ? `${lock}
  const [session] = await ${rows}.updateManyAndReturn({
    where: ${where},
    data: ${data},
    select: ${select},
  })
  if (!session) {
    await endReused(chain, link)
    return undefined
  }`
    : `${lock}
  const { count } = await ${rows}.updateMany({
    where: ${where},
    data: ${data},
  })
  if (count === 0) {
    await endReused(chain, link)
    return undefined
  }
  const session = await ${rows}.findUniqueOrThrow({
    where: { ${f.chainHash}: digest(chain) },
    select: ${select},
  })`
  return `${change}${stillEnabled(t)}
  const refreshExpiresAt = session.${f.expiresAt} < idleEnd ? session.${f.expiresAt} : idleEnd
  return { id: session.${f.id}, userId: session.${f.userId}, refreshToken: \`\${chain}.\${next}\`, refreshExpiresAt }`
}

function stillEnabled(t: Target): string {
  const enabled = enabledCondition(t)
  if (!enabled) return ''
  const { user, tables } = t
  return `
  const user = await ${t.client.use}.${user.delegate}.findUnique({
    where: { ${user.id.name}: session.${tables.field.userId}, ${enabled} },
    select: { ${user.id.name}: true },
  })
  if (!user) {
    await endSession(session.${tables.field.id})
    return undefined
  }`
}

/** `updateManyAndReturn` is there since Prisma 6.2. */
export function returnsRows({ habits }: Target): boolean {
  const [major = 0, minor = 0] = (habits.schema?.prisma ?? '').replace(/^\D+/, '').split('.').map(Number)
  return major > 6 || (major === 6 && minor >= 2)
}
