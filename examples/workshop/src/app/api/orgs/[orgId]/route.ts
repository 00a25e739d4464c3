import { noContent, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'
import { organisationSchema } from '@/lib/validation'

type Params = { orgId: string }

export const GET = withMember<Params>(async (_request, { member }) => {
  const org = await prisma.organisation.findUniqueOrThrow({
    where: { id: member.orgId },
    select: { id: true, name: true, slug: true, createdAt: true },
  })
  return ok({ ...org, role: member.role })
})

export const PATCH = withMember<Params>(
  async (request, { member }) => {
    const input = organisationSchema.partial().parse(await request.json())
    const org = await prisma.organisation.update({
      where: { id: member.orgId },
      data: { name: input.name, slug: input.slug },
      select: { id: true, name: true, slug: true },
    })
    return ok(org)
  },
  { roles: ['OWNER', 'ADMIN'] },
)

export const DELETE = withMember<Params>(
  async (_request, { member }) => {
    await prisma.organisation.delete({ where: { id: member.orgId }, select: { id: true } })
    return noContent()
  },
  { roles: ['OWNER'] },
)
