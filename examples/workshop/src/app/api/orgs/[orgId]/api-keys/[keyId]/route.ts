import { recordAudit } from '@/lib/audit'
import { errorResponse, forbidden, noContent } from '@/lib/http'
import { isAdmin, requireMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'

type Context = { params: Promise<{ orgId: string; keyId: string }> }

export async function DELETE(_request: Request, { params }: Context) {
  try {
    const { orgId, keyId } = await params
    const member = await requireMember(orgId)
    if (!isAdmin(member.userId, member.orgId)) throw forbidden()
    await prisma.apiKey.update({
      where: { id: keyId, orgId: member.orgId },
      data: { revokedAt: new Date() },
      select: { id: true },
    })
    await recordAudit({ orgId: member.orgId, actorId: member.userId, action: 'api_key.revoked', target: keyId })
    return noContent()
  } catch (error) {
    return errorResponse(error)
  }
}
