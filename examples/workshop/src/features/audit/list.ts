import { ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { readPage } from '@/lib/paging'
import { prisma } from '@/lib/prisma'

export const GET = withMember<{ orgId: string }>(
  async (request, { member }) => {
    const entries = await prisma.auditEntry.findMany({
      where: { orgId: member.orgId },
      select: {
        id: true,
        action: true,
        target: true,
        createdAt: true,
        actor: { select: { id: true, name: true } },
      },
      orderBy: { createdAt: 'desc' },
      ...readPage(request.nextUrl.searchParams),
    })
    return ok(entries)
  },
  { roles: ['OWNER', 'ADMIN'] },
)
