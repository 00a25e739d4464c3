import { ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { readPage } from '@/lib/paging'
import { prisma } from '@/lib/prisma'
import { customerSchema } from '@/lib/validation'

type Params = { orgId: string }

export const GET = withMember<Params>(async (request, { member }) => {
  const customers = await prisma.customer.findMany({
    where: { orgId: member.orgId },
    select: { id: true, name: true, email: true, phone: true },
    orderBy: { name: 'asc' },
    ...readPage(request.nextUrl.searchParams),
  })
  const counts = await prisma.project.groupBy({
    by: ['customerId'],
    where: { orgId: member.orgId, archived: false, customerId: { in: customers.map((customer) => customer.id) } },
    _count: { _all: true },
  })
  const projectsOf = new Map(counts.map((row) => [row.customerId, row._count._all]))
  return ok(customers.map((customer) => ({ ...customer, activeProjects: projectsOf.get(customer.id) ?? 0 })))
})

export const POST = withMember<Params>(async (request, { member }) => {
  const input = customerSchema.parse(await request.json())
  const customer = await prisma.customer.create({
    data: { ...input, orgId: member.orgId },
    select: { id: true, name: true, email: true, phone: true },
  })
  return ok(customer, 201)
})
