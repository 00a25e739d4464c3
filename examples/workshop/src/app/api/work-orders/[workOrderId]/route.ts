import { errorResponse, notFound, ok } from '@/lib/http'
import { prisma } from '@/lib/prisma'
import { requireSession } from '@/lib/session'

type Context = { params: Promise<{ workOrderId: string }> }

export async function GET(_request: Request, { params }: Context) {
  try {
    const session = await requireSession()
    const { workOrderId } = await params
    const workOrder = await prisma.workOrder.findUnique({
      where: { id: workOrderId, org: { memberships: { some: { userId: session.userId } } } },
      select: {
        id: true,
        title: true,
        description: true,
        status: true,
        dueAt: true,
        project: { select: { id: true, title: true } },
        assignee: { select: { id: true, name: true } },
      },
    })
    if (!workOrder) throw notFound('Work order')
    return ok(workOrder)
  } catch (error) {
    return errorResponse(error)
  }
}
