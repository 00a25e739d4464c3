import { errorResponse, ok } from '@/lib/http'
import { prisma } from '@/lib/prisma'
import { requireSession } from '@/lib/session'
import { profileSchema } from '@/lib/validation'

const profile = { id: true, email: true, name: true, phone: true, createdAt: true } as const

export async function GET() {
  try {
    const session = await requireSession()
    const user = await prisma.user.findUniqueOrThrow({ where: { id: session.userId }, select: profile })
    return ok(user)
  } catch (error) {
    return errorResponse(error)
  }
}

export async function PATCH(request: Request) {
  try {
    const session = await requireSession()
    const input = profileSchema.parse(await request.json())
    const user = await prisma.user.update({
      where: { id: session.userId },
      data: { name: input.name, phone: input.phone },
      select: profile,
    })
    return ok(user)
  } catch (error) {
    return errorResponse(error)
  }
}
