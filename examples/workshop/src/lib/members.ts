import type { NextRequest } from 'next/server'
import type { Role } from '@/generated/prisma/enums'
import { errorResponse, forbidden, notFound } from '@/lib/http'
import { prisma } from '@/lib/prisma'
import { requireSession } from '@/lib/session'

export type Member = { id: string; orgId: string; userId: string; role: Role }

export async function requireMember(orgId: string, roles?: Role[]): Promise<Member> {
  const session = await requireSession()
  const member = await prisma.membership.findUnique({
    where: { orgId_userId: { orgId, userId: session.userId } },
    select: { id: true, orgId: true, userId: true, role: true },
  })
  if (!member) throw notFound('Organisation')
  if (roles && !roles.includes(member.role)) throw forbidden()
  return member
}

export async function isAdmin(userId: string, orgId: string): Promise<boolean> {
  const membership = await prisma.membership.findUnique({
    where: { orgId_userId: { orgId, userId } },
    select: { role: true },
  })
  return membership?.role === 'OWNER' || membership?.role === 'ADMIN'
}

type Handler<P> = (request: NextRequest, context: { params: P; member: Member }) => Promise<Response>

export function withMember<P extends { orgId: string }>(handler: Handler<P>, options: { roles?: Role[] } = {}) {
  return async (request: NextRequest, context: { params: Promise<P> }) => {
    try {
      const params = await context.params
      const member = await requireMember(params.orgId, options.roles)
      return await handler(request, { params, member })
    } catch (error) {
      return errorResponse(error)
    }
  }
}
