import { recordAudit } from '@/lib/audit'
import { noContent, notFound, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'
import { roleSchema } from '@/lib/validation'

type Params = { orgId: string; memberId: string }

export const GET = withMember<Params>(async (_request, { params, member }) => {
  const found = await prisma.membership.findFirst({
    where: { id: params.memberId, orgId: member.orgId },
    select: { id: true, role: true, createdAt: true, user: { select: { id: true, name: true, email: true } } },
  })
  if (!found) throw notFound('Member')
  return ok(found)
})

export const PATCH = withMember<Params>(
  async (request, { params, member }) => {
    const input = roleSchema.parse(await request.json())
    const updated = await prisma.membership.update({
      where: { id: params.memberId, orgId: member.orgId, role: { not: 'OWNER' } },
      data: { role: input.role },
      select: { id: true, role: true },
    })
    await recordAudit({ orgId: member.orgId, actorId: member.userId, action: 'member.role', target: updated.id })
    return ok(updated)
  },
  { roles: ['OWNER'] },
)

export const DELETE = withMember<Params>(
  async (_request, { params, member }) => {
    const { count } = await prisma.membership.deleteMany({
      where: { id: params.memberId, orgId: member.orgId, role: { not: 'OWNER' } },
    })
    if (count === 0) throw notFound('Member')
    await recordAudit({ orgId: member.orgId, actorId: member.userId, action: 'member.removed', target: params.memberId })
    return noContent()
  },
  { roles: ['OWNER', 'ADMIN'] },
)
