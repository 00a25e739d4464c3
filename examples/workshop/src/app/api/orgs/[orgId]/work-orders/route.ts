import { notFound, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'
import { statusSchema, workOrderSchema } from '@/lib/validation'

type Params = { orgId: string }

export const GET = withMember<Params>(async (request, { member }) => {
  const status = statusSchema.optional().parse(request.nextUrl.searchParams.get('status') ?? undefined)
  const workOrders = await prisma.workOrder.findMany({
    where: { orgId: member.orgId, status },
    select: { id: true, title: true, status: true, dueAt: true, assignee: { select: { id: true, name: true } } },
    orderBy: { createdAt: 'desc' },
    take: 100,
  })
  return ok(workOrders)
})

export const POST = withMember<Params>(async (request, { member }) => {
  const input = workOrderSchema.parse(await request.json())
  const project = await prisma.project.findFirst({
    where: { id: input.projectId, orgId: member.orgId },
    select: { id: true },
  })
  if (!project) throw notFound('Project')
  const workOrder = await prisma.workOrder.create({
    data: {
      orgId: member.orgId,
      projectId: project.id,
      title: input.title,
      description: input.description,
      dueAt: input.dueAt,
    },
    select: { id: true, title: true, status: true },
  })
  return ok(workOrder, 201)
})
