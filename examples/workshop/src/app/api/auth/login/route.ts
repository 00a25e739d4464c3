import { errorResponse, HttpError, ok } from '@/lib/http'
import { verifyPassword } from '@/lib/passwords'
import { prisma } from '@/lib/prisma'
import { startSession } from '@/lib/session'
import { loginSchema } from '@/lib/validation'

const UNKNOWN_USER_HASH = `${'0'.repeat(32)}:${'0'.repeat(128)}`

export async function POST(request: Request) {
  try {
    const input = loginSchema.parse(await request.json())
    const user = await prisma.user.findUnique({
      where: { email: input.email },
      select: { id: true, email: true, name: true, passwordHash: true },
    })
    const valid = await verifyPassword(input.password, user?.passwordHash ?? UNKNOWN_USER_HASH)
    if (!user || !valid) throw new HttpError(401, 'invalid_credentials', 'Email or password is wrong')
    await startSession(user.id)
    return ok({ id: user.id, email: user.email, name: user.name })
  } catch (error) {
    return errorResponse(error)
  }
}
