import { pageSession } from '@/lib/pages'
import { prisma } from '@/lib/prisma'
import { updateProfile } from './actions'

export default async function SettingsPage() {
  const session = await pageSession()
  const user = await prisma.user.findUniqueOrThrow({
    where: { id: session.userId },
    select: { name: true, phone: true },
  })
  return (
    <main>
      <h1>Settings</h1>
      <form action={updateProfile}>
        <input name="name" defaultValue={user.name} required />
        <input name="phone" defaultValue={user.phone ?? ''} />
        <button type="submit">Save</button>
      </form>
    </main>
  )
}
