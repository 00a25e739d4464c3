'use server'

import { revalidatePath } from 'next/cache'
import { z } from 'zod'
import { recordAudit } from '@/lib/audit'
import { requireMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'

const targetSchema = z.object({ orgId: z.string().min(1), workOrderId: z.string().min(1) })
const assigneeSchema = z.string().min(1)

export async function completeWorkOrder(orgId: string, workOrderId: string) {
  const target = targetSchema.parse({ orgId, workOrderId })
  const member = await requireMember(target.orgId)
  await prisma.workOrder.updateMany({
    where: { id: target.workOrderId, orgId: member.orgId },
    data: { status: 'DONE' },
  })
  await recordAudit({ orgId: member.orgId, actorId: member.userId, action: 'work_order.completed', target: workOrderId })
  revalidatePath(`/orgs/${member.orgId}`)
}

export async function reopenWorkOrder(orgId: string, workOrderId: string) {
  const target = targetSchema.parse({ orgId, workOrderId })
  await prisma.workOrder.updateMany({
    where: { id: target.workOrderId, orgId: target.orgId },
    data: { status: 'OPEN' },
  })
  await recordAudit({ orgId: target.orgId, action: 'work_order.reopened', target: target.workOrderId })
  revalidatePath(`/orgs/${target.orgId}`)
}

export async function assignWorkOrder(orgId: string, workOrderId: string, form: FormData) {
  const target = targetSchema.parse({ orgId, workOrderId })
  const member = await requireMember(target.orgId, ['OWNER', 'ADMIN'])
  const assignee = await prisma.membership.findFirstOrThrow({
    where: { orgId: member.orgId, userId: assigneeSchema.parse(form.get('assigneeId')) },
    select: { userId: true },
  })
  await prisma.workOrder.updateMany({
    where: { id: target.workOrderId, orgId: member.orgId },
    data: { assigneeId: assignee.userId },
  })
  revalidatePath(`/orgs/${member.orgId}`)
}
