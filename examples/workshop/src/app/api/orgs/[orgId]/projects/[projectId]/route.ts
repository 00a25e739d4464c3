import { notFound, ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'

type Params = { orgId: string; projectId: string }

const fields = { id: true, title: true, archived: true, createdAt: true } as const

export const GET = withMember<Params>(async (_request, { params, member }) => {
  const project = await prisma.project.findFirst({
    where: { id: params.projectId, orgId: member.orgId },
    select: { ...fields, customer: { select: { id: true, name: true } } },
  })
  if (!project) throw notFound('Project')
  return ok(project)
})

export const PATCH = withMember<Params>(async (request, { params, member }) => {
  const body = await request.json()
  const project = await prisma.project.update({
    where: { id: params.projectId, orgId: member.orgId },
    data: body,
    select: fields,
  })
  return ok(project)
})
