import { z } from 'zod'
import { ok } from '@/lib/http'
import { withMember } from '@/lib/members'
import { prisma } from '@/lib/prisma'

type Month = { month: Date; cents: bigint }

const yearSchema = z.coerce.number().int().min(2000).max(2100)

export const GET = withMember<{ orgId: string }>(
  async (request, { member }) => {
    const year = yearSchema.parse(request.nextUrl.searchParams.get('year') ?? new Date().getUTCFullYear())
    const from = new Date(Date.UTC(year, 0, 1))
    const until = new Date(Date.UTC(year + 1, 0, 1))
    const months = await prisma.$queryRaw<Month[]>`
      SELECT date_trunc('month', i."paidAt") AS "month", SUM(l."quantity" * l."unitCents") AS "cents"
      FROM "Invoice" i
      JOIN "InvoiceLine" l ON l."invoiceId" = i."id"
      WHERE i."orgId" = ${member.orgId} AND i."paidAt" >= ${from} AND i."paidAt" < ${until}
      GROUP BY 1
      ORDER BY 1
      LIMIT 12`
    return ok(months.map(({ month, cents }) => ({ month: month.toISOString().slice(0, 7), cents: Number(cents) })))
  },
  { roles: ['OWNER', 'ADMIN'] },
)
