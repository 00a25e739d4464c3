import { notFound, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'
import { invoiceSchema } from '@/lib/validation'

type Params = { orgId: string }

export const GET = withMember<Params>(async (_request, { member }) => {
  const invoices = await prisma.invoice.findMany({
    where: { orgId: member.orgId },
    select: { id: true, number: true, status: true, dueAt: true, customer: { select: { id: true, name: true } } },
    orderBy: { createdAt: 'desc' },
  })
  return ok(invoices)
})

export const POST = withMember<Params>(
  async (request, { member }) => {
    const input = invoiceSchema.parse(await request.json())
    const customer = await prisma.customer.findFirst({
      where: { id: input.customerId, orgId: member.orgId },
      select: { id: true },
    })
    if (!customer) throw notFound('Customer')
    const invoice = await prisma.$transaction(async (tx) => {
      const last = await tx.invoice.aggregate({ where: { orgId: member.orgId }, _max: { number: true } })
      return tx.invoice.create({
        data: {
          orgId: member.orgId,
          customerId: customer.id,
          number: (last._max.number ?? 0) + 1,
          dueAt: input.dueAt,
          lines: { create: input.lines },
        },
        select: { id: true, number: true, status: true },
      })
    })
    return ok(invoice, 201)
  },
  { roles: ['OWNER', 'ADMIN'] },
)
