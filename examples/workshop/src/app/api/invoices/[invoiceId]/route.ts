import { errorResponse, notFound, ok } from '@/lib/http'
import { prisma } from '@/lib/prisma'
import { requireSession } from '@/lib/session'

type Context = { params: Promise<{ invoiceId: string }> }

export async function GET(_request: Request, { params }: Context) {
  try {
    await requireSession()
    const { invoiceId } = await params
    const invoice = await prisma.invoice.findUnique({
      where: { id: invoiceId },
      select: {
        id: true,
        number: true,
        status: true,
        currency: true,
        dueAt: true,
        paidAt: true,
        customer: { select: { id: true, name: true } },
        lines: { select: { id: true, description: true, quantity: true, unitCents: true }, take: 100 },
      },
    })
    if (!invoice) throw notFound('Invoice')
    return ok(invoice)
  } catch (error) {
    return errorResponse(error)
  }
}
