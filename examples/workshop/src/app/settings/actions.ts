'use server'

import { revalidatePath } from 'next/cache'
import { prisma } from '@/lib/prisma'
import { requireSession } from '@/lib/session'
import { profileSchema } from '@/lib/validation'

export async function updateProfile(form: FormData) {
  const session = await requireSession()
  const input = profileSchema.parse({ name: form.get('name'), phone: form.get('phone') })
  await prisma.user.update({
    where: { id: session.userId },
    data: { name: input.name, phone: input.phone },
    select: { id: true },
  })
  revalidatePath('/settings')
}
