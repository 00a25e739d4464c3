import { recordAudit } from '@/lib/audit'
import { notFound, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { readPage } from '@/lib/paging'
import { prisma } from '@/lib/prisma'
import { inviteSchema } from '@/lib/validation'

type Params = { orgId: string }

export const GET = withMember<Params>(async (request, { member }) => {
  const members = await prisma.membership.findMany({
    where: { orgId: member.orgId },
    include: { user: true },
    orderBy: { createdAt: 'asc' },
    ...readPage(request.nextUrl.searchParams),
  })
  return ok(members)
})

export const POST = withMember<Params>(
  async (request, { member }) => {
    const input = inviteSchema.parse(await request.json())
    const user = await prisma.user.findUnique({ where: { email: input.email }, select: { id: true } })
    if (!user) throw notFound('User')
    const created = await prisma.membership.create({
      data: { orgId: member.orgId, userId: user.id, role: input.role },
      select: { id: true, role: true, user: { select: { id: true, name: true, email: true } } },
    })
    await recordAudit({ orgId: member.orgId, actorId: member.userId, action: 'member.added', target: created.id })
    return ok(created, 201)
  },
  { roles: ['OWNER', 'ADMIN'] },
)
