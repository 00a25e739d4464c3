import { revalidatePath } from 'next/cache'
import { notFound } from 'next/navigation'
import { z } from 'zod'
import { requireMember } from '@/lib/members'
import { pageMember } from '@/lib/pages'
import { prisma } from '@/lib/prisma'

type Props = { params: Promise<{ orgId: string; projectId: string }> }

export default async function ProjectPage({ params }: Props) {
  const { orgId, projectId } = await params
  const member = await pageMember(orgId)
  const project = await prisma.project.findFirst({
    where: { id: projectId, orgId: member.orgId },
    select: {
      id: true,
      title: true,
      customer: { select: { name: true } },
      workOrders: { select: { id: true, title: true, status: true }, orderBy: { createdAt: 'desc' }, take: 50 },
    },
  })
  if (!project) notFound()

  async function rename(form: FormData) {
    'use server'
    const title = z.string().trim().min(1).max(160).parse(form.get('title'))
    const editor = await requireMember(orgId)
    await prisma.project.updateMany({ where: { id: projectId, orgId: editor.orgId }, data: { title } })
    revalidatePath(`/orgs/${editor.orgId}/projects/${projectId}`)
  }

  return (
    <main>
      <h1>{project.title}</h1>
      <p>{project.customer.name}</p>
      <form action={rename}>
        <input name="title" defaultValue={project.title} required maxLength={160} />
        <button type="submit">Rename</button>
      </form>
      <ul>
        {project.workOrders.map((order) => (
          <li key={order.id}>
            {order.title} ({order.status})
          </li>
        ))}
      </ul>
    </main>
  )
}
