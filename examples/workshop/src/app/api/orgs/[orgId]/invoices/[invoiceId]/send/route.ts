import { recordAudit } from '@/lib/audit'
import { HttpError, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'

type Params = { orgId: string; invoiceId: string }

export const POST = withMember<Params>(
  async (_request, { params, member }) => {
    const { count } = await prisma.invoice.updateMany({
      where: { id: params.invoiceId, orgId: member.orgId, status: 'DRAFT' },
      data: { status: 'SENT' },
    })
    if (count === 0) throw new HttpError(409, 'not_a_draft', 'Only drafts can be sent')
    await recordAudit({ orgId: member.orgId, actorId: member.userId, action: 'invoice.sent', target: params.invoiceId })
    return ok({ id: params.invoiceId, status: 'SENT' })
  },
  { roles: ['OWNER', 'ADMIN'] },
)
