import type { NextRequest } from 'next/server'
import { requireApiKey } from '@/lib/api-keys'
import { errorResponse, notFound, ok } from '@/lib/http'
import { readPage } from '@/lib/paging'
import { prisma } from '@/lib/prisma'
import { workOrderSchema } from '@/lib/validation'

export async function GET(request: NextRequest) {
  try {
    const { orgId } = await requireApiKey(request)
    const { skip, take } = readPage(request.nextUrl.searchParams)
    const workOrders = await prisma.workOrder.findMany({
      where: { orgId },
      select: { id: true, title: true, status: true, dueAt: true, updatedAt: true },
      orderBy: { createdAt: 'desc' },
      skip,
      take,
    })
    return ok(workOrders)
  } catch (error) {
    return errorResponse(error)
  }
}

export async function POST(request: NextRequest) {
  try {
    const { orgId } = await requireApiKey(request)
    const input = workOrderSchema.parse(await request.json())
    const project = await prisma.project.findFirst({ where: { id: input.projectId, orgId }, select: { id: true } })
    if (!project) throw notFound('Project')
    const workOrder = await prisma.workOrder.create({
      data: { ...input, orgId, projectId: project.id },
      select: { id: true, title: true, status: true },
    })
    return ok(workOrder, 201)
  } catch (error) {
    return errorResponse(error)
  }
}
