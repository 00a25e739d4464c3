import { z } from 'zod'
import { ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'

type Hit = { id: string; title: string; status: string }

const termSchema = z.string().trim().min(2).max(80)

export const GET = withMember<{ orgId: string }>(async (request, { member }) => {
  const term = termSchema.parse(request.nextUrl.searchParams.get('q'))
  const hits = await prisma.$queryRawUnsafe<Hit[]>(
    `SELECT "id", "title", "status" FROM "WorkOrder"
     WHERE "orgId" = '${member.orgId}' AND "title" ILIKE '%${term}%'
     ORDER BY "createdAt" DESC LIMIT 20`,
  )
  return ok(hits)
})
