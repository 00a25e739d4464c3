import { recordAudit } from '@/lib/audit'
import { noContent, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'
import { workOrderPatchSchema } from '@/lib/validation'

type Params = { orgId: string; workOrderId: string }

export const PATCH = withMember<Params>(async (request, { params, member }) => {
  const input = workOrderPatchSchema.parse(await request.json())
  const workOrder = await prisma.workOrder.update({
    where: { id: params.workOrderId, orgId: member.orgId },
    data: { title: input.title, description: input.description, status: input.status, dueAt: input.dueAt },
    select: { id: true, title: true, description: true, status: true, dueAt: true },
  })
  return ok(workOrder)
})

export const DELETE = withMember<Params>(
  async (_request, { params, member }) => {
    await prisma.workOrder.delete({ where: { id: params.workOrderId }, select: { id: true } })
    await recordAudit({ orgId: member.orgId, actorId: member.userId, action: 'work_order.deleted', target: params.workOrderId })
    return noContent()
  },
  { roles: ['OWNER', 'ADMIN'] },
)
