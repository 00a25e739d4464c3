import Link from 'next/link'
import { pageSession } from '@/lib/pages'
import { prisma } from '@/lib/prisma'

export default async function OrganisationsPage() {
  const session = await pageSession()
  const memberships = await prisma.membership.findMany({
    where: { userId: session.userId },
    select: { id: true, org: { select: { id: true, name: true } } },
    orderBy: { createdAt: 'asc' },
    take: 50,
  })
  return (
    <main>
      <h1>Your organisations</h1>
      <ul>
        {memberships.map(({ id, org }) => (
          <li key={id}>
            <Link href={`/orgs/${org.id}`}>{org.name}</Link>
          </li>
        ))}
      </ul>
    </main>
  )
}
