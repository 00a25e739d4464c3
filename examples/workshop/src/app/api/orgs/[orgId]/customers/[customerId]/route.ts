import { recordAudit } from '@/lib/audit'
import { noContent, notFound, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'
import { customerSchema } from '@/lib/validation'

type Params = { orgId: string; customerId: string }

const fields = { id: true, name: true, email: true, phone: true, notes: true, createdAt: true } as const

export const GET = withMember<Params>(async (_request, { params, member }) => {
  const customer = await prisma.customer.findFirst({
    where: { id: params.customerId, orgId: member.orgId },
    select: fields,
  })
  if (!customer) throw notFound('Customer')
  return ok(customer)
})

export const PATCH = withMember<Params>(async (request, { params, member }) => {
  const body = customerSchema.partial().parse(await request.json())
  const customer = await prisma.customer.update({
    where: { id: params.customerId, orgId: member.orgId },
    data: body,
    select: fields,
  })
  return ok(customer)
})

export const PUT = PATCH

export const DELETE = withMember<Params>(
  async (_request, { params, member }) => {
    await prisma.customer.delete({ where: { id: params.customerId, orgId: member.orgId }, select: { id: true } })
    await recordAudit({ orgId: member.orgId, actorId: member.userId, action: 'customer.deleted', target: params.customerId })
    return noContent()
  },
  { roles: ['OWNER', 'ADMIN'] },
)
