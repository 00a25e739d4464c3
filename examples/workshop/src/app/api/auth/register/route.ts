import { errorResponse, ok } from '@/lib/http'
import { hashPassword } from '@/lib/passwords'
import { prisma } from '@/lib/prisma'
import { startSession } from '@/lib/session'
import { registerSchema } from '@/lib/validation'

export async function POST(request: Request) {
  try {
    const input = registerSchema.parse(await request.json())
    const user = await prisma.user.create({
      data: { email: input.email, name: input.name, passwordHash: await hashPassword(input.password) },
      select: { id: true, email: true, name: true },
    })
    await startSession(user.id)
    return ok(user, 201)
  } catch (error) {
    return errorResponse(error)
  }
}
