import Link from 'next/link'
import { pageMember } from '@/lib/pages'
import { prisma } from '@/lib/prisma'
import { assignWorkOrder, completeWorkOrder, reopenWorkOrder } from './actions'

type Props = { params: Promise<{ orgId: string }> }

export default async function OrganisationPage({ params }: Props) {
  const { orgId } = await params
  const member = await pageMember(orgId)
  const [workOrders, technicians] = await Promise.all([
    prisma.workOrder.findMany({
      where: { orgId: member.orgId },
      select: { id: true, title: true, status: true, assigneeId: true, project: { select: { id: true, title: true } } },
      orderBy: { createdAt: 'desc' },
      take: 50,
    }),
    prisma.membership.findMany({
      where: { orgId: member.orgId },
      select: { userId: true, user: { select: { name: true } } },
      orderBy: { createdAt: 'asc' },
      take: 100,
    }),
  ])
  return (
    <main>
      <h1>Work orders</h1>
      <ul>
        {workOrders.map((order) => {
          const toggle = order.status === 'DONE' ? reopenWorkOrder : completeWorkOrder
          return (
            <li key={order.id}>
              {order.title} <Link href={`/orgs/${member.orgId}/projects/${order.project.id}`}>{order.project.title}</Link>
              <form action={toggle.bind(null, member.orgId, order.id)}>
                <button type="submit">{order.status === 'DONE' ? 'Reopen' : 'Complete'}</button>
              </form>
              <form action={assignWorkOrder.bind(null, member.orgId, order.id)}>
                <select name="assigneeId" defaultValue={order.assigneeId ?? ''} required>
                  <option value="">Unassigned</option>
                  {technicians.map(({ userId, user }) => (
                    <option key={userId} value={userId}>
                      {user.name}
                    </option>
                  ))}
                </select>
                <button type="submit">Assign</button>
              </form>
            </li>
          )
        })}
      </ul>
    </main>
  )
}
