import { createHash, randomBytes } from 'node:crypto'
import { unauthorized } from '@/lib/http'
import { prisma } from '@/lib/prisma'

export function hashApiKey(key: string) {
  return createHash('sha256').update(key).digest('hex')
}

export function generateApiKey() {
  const key = `wk_${randomBytes(32).toString('base64url')}`
  return { key, prefix: key.slice(0, 8), keyHash: hashApiKey(key) }
}

export async function requireApiKey(request: Request): Promise<{ id: string; orgId: string }> {
  const header = request.headers.get('authorization')
  if (!header?.startsWith('Bearer ')) throw unauthorized()
  const apiKey = await prisma.apiKey.findUnique({
    where: { keyHash: hashApiKey(header.slice('Bearer '.length)) },
    select: { id: true, orgId: true, revokedAt: true },
  })
  if (!apiKey || apiKey.revokedAt) throw unauthorized()
  await prisma.apiKey.update({ where: { id: apiKey.id }, data: { lastUsedAt: new Date() }, select: { id: true } })
  return { id: apiKey.id, orgId: apiKey.orgId }
}
