import { generateApiKey } from '@/lib/api-keys'
import { recordAudit } from '@/lib/audit'
import { errorResponse, forbidden, ok } from '@/lib/http'
import { isAdmin, requireMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'
import { apiKeySchema } from '@/lib/validation'

type Context = { params: Promise<{ orgId: string }> }

export async function GET(_request: Request, { params }: Context) {
  try {
    const member = await requireMember((await params).orgId, ['OWNER', 'ADMIN'])
    const keys = await prisma.apiKey.findMany({
      where: { orgId: member.orgId },
      select: { id: true, name: true, prefix: true, lastUsedAt: true, revokedAt: true, createdAt: true },
      orderBy: { createdAt: 'desc' },
      take: 100,
    })
    return ok(keys)
  } catch (error) {
    return errorResponse(error)
  }
}

export async function POST(request: Request, { params }: Context) {
  try {
    const member = await requireMember((await params).orgId)
    if (!(await isAdmin(member.userId, member.orgId))) throw forbidden()
    const input = apiKeySchema.parse(await request.json())
    const { key, prefix, keyHash } = generateApiKey()
    const created = await prisma.apiKey.create({
      data: { orgId: member.orgId, name: input.name, prefix, keyHash },
      select: { id: true, name: true, prefix: true, createdAt: true },
    })
    await recordAudit({ orgId: member.orgId, actorId: member.userId, action: 'api_key.created', target: created.id })
    return ok({ ...created, key }, 201)
  } catch (error) {
    return errorResponse(error)
  }
}
