import { notFound, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { readPage } from '@/lib/paging'
import { prisma } from '@/lib/prisma'
import { projectSchema } from '@/lib/validation'

type Params = { orgId: string }

export const GET = withMember<Params>(async (request, { member }) => {
  const projects = await prisma.project.findMany({
    where: { orgId: member.orgId, archived: false },
    select: { id: true, title: true, createdAt: true, customer: { select: { id: true, name: true } } },
    orderBy: { createdAt: 'desc' },
    ...readPage(request.nextUrl.searchParams),
  })
  const rows = await Promise.all(
    projects.map(async (project) => {
      const openOrders = await prisma.workOrder.count({
        where: { orgId: member.orgId, projectId: project.id, status: { in: ['OPEN', 'SCHEDULED', 'IN_PROGRESS'] } },
      })
      return { ...project, openOrders }
    }),
  )
  return ok(rows)
})

export const POST = withMember<Params>(async (request, { member }) => {
  const input = projectSchema.parse(await request.json())
  const customer = await prisma.customer.findFirst({
    where: { id: input.customerId, orgId: member.orgId },
    select: { id: true },
  })
  if (!customer) throw notFound('Customer')
  const project = await prisma.project.create({
    data: { orgId: member.orgId, customerId: customer.id, title: input.title },
    select: { id: true, title: true, createdAt: true },
  })
  return ok(project, 201)
})
