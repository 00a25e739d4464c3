import { z } from 'zod'
import { recordAudit } from '@/lib/audit'
import { errorResponse, HttpError, ok } from '@/lib/http'
import { prisma } from '@/lib/prisma'
import { verifySignature } from '@/lib/signatures'

const eventSchema = z.object({
  id: z.string().min(1).max(120),
  type: z.string().max(80),
  data: z.object({ account: z.string().max(120), invoiceNumber: z.number().int().positive() }),
})

export async function POST(request: Request) {
  try {
    const secret = process.env.BILLING_WEBHOOK_SECRET
    if (!secret) throw new Error('BILLING_WEBHOOK_SECRET is not set')
    const payload = await request.text()
    if (!verifySignature(payload, request.headers.get('billing-signature'), secret)) {
      throw new HttpError(400, 'bad_signature', 'The signature does not match')
    }
    const event = eventSchema.parse(JSON.parse(payload))
    const seen = await prisma.webhookEvent.findUnique({ where: { id: event.id }, select: { id: true } })
    if (seen) return ok({ received: true })
    if (event.type === 'invoice.paid') {
      const org = await prisma.organisation.findUnique({
        where: { billingId: event.data.account },
        select: { id: true },
      })
      if (org) {
        await prisma.invoice.updateMany({
          where: { orgId: org.id, number: event.data.invoiceNumber, status: 'SENT' },
          data: { status: 'PAID', paidAt: new Date() },
        })
        await recordAudit({ orgId: org.id, action: 'invoice.paid', target: String(event.data.invoiceNumber) })
      }
    }
    await prisma.webhookEvent.create({ data: { id: event.id, type: event.type }, select: { id: true } })
    return ok({ received: true })
  } catch (error) {
    return errorResponse(error)
  }
}
