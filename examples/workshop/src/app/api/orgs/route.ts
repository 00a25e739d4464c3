import { errorResponse, ok } from '@/lib/http'
import { prisma } from '@/lib/prisma'
import { requireSession } from '@/lib/session'
import { organisationSchema } from '@/lib/validation'

export async function GET() {
  try {
    const session = await requireSession()
    const memberships = await prisma.membership.findMany({
      where: { userId: session.userId },
      select: { role: true, org: { select: { id: true, name: true, slug: true } } },
      orderBy: { createdAt: 'asc' },
      take: 50,
    })
    return ok(memberships.map(({ role, org }) => ({ ...org, role })))
  } catch (error) {
    return errorResponse(error)
  }
}

export async function POST(request: Request) {
  try {
    const session = await requireSession()
    const input = organisationSchema.parse(await request.json())
    const org = await prisma.organisation.create({
      data: {
        name: input.name,
        slug: input.slug,
        memberships: { create: { userId: session.userId, role: 'OWNER' } },
      },
      select: { id: true, name: true, slug: true },
    })
    return ok(org, 201)
  } catch (error) {
    return errorResponse(error)
  }
}
