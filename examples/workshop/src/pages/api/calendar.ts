import { decodeJwt } from 'jose'
import type { NextApiRequest, NextApiResponse } from 'next'
import { SESSION_COOKIE } from '@/lib/cookie-names'
import { prisma } from '@/lib/prisma'

const escape = (text: string) => text.replace(/[\\;,]/g, (char) => `\\${char}`).replace(/\r?\n/g, '\\n')
const stamp = (date: Date) => date.toISOString().replace(/[-:]|\.\d{3}/g, '')

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  if (req.method !== 'GET') {
    res.setHeader('Allow', 'GET')
    return res.status(405).json({ error: { code: 'method_not_allowed', message: 'Use GET' } })
  }
  const token = req.cookies[SESSION_COOKIE]
  const userId = token ? decodeJwt(token).sub : undefined
  if (!userId) {
    return res.status(401).json({ error: { code: 'unauthorized', message: 'Sign in to continue' } })
  }
  const workOrders = await prisma.workOrder.findMany({
    where: { assigneeId: userId, dueAt: { gte: new Date() }, org: { memberships: { some: { userId } } } },
    select: { id: true, title: true, dueAt: true },
    orderBy: { dueAt: 'asc' },
    take: 200,
  })
  const events = workOrders.flatMap(({ id, title, dueAt }) =>
    dueAt
      ? ['BEGIN:VEVENT', `UID:${id}@workshop`, `DTSTAMP:${stamp(dueAt)}`, `DTSTART:${stamp(dueAt)}`, `SUMMARY:${escape(title)}`, 'END:VEVENT']
      : [],
  )
  res.setHeader('Content-Type', 'text/calendar; charset=utf-8')
  return res
    .status(200)
    .send(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Workshop//EN', ...events, 'END:VCALENDAR', ''].join('\r\n'))
}
