import { notFound, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'
import { commentSchema } from '@/lib/validation'

type Params = { orgId: string; workOrderId: string }

export const GET = withMember<Params>(async (_request, { params, member }) => {
  const comments = await prisma.comment.findMany({
    where: { workOrderId: params.workOrderId, workOrder: { orgId: member.orgId } },
    include: { author: { select: { id: true, name: true } } },
    orderBy: { createdAt: 'desc' },
    take: 50,
  })
  return ok(comments)
})

export const POST = withMember<Params>(async (request, { params, member }) => {
  const input = commentSchema.parse(await request.json())
  const workOrder = await prisma.workOrder.findFirst({
    where: { id: params.workOrderId, orgId: member.orgId },
    select: { id: true },
  })
  if (!workOrder) throw notFound('Work order')
  const comment = await prisma.comment.create({
    data: { workOrderId: workOrder.id, authorId: member.userId, body: input.body },
    select: { id: true, body: true, createdAt: true },
  })
  return ok(comment, 201)
})
