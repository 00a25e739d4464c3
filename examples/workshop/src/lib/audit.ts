import { prisma } from '@/lib/prisma'

export async function recordAudit(entry: { orgId: string; actorId?: string; action: string; target: string }) {
  await prisma.auditEntry.create({
    data: { orgId: entry.orgId, actorId: entry.actorId, action: entry.action, target: entry.target },
    select: { id: true },
  })
}
