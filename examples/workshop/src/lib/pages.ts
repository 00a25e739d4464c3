import { notFound, redirect } from 'next/navigation'
import { HttpError } from '@/lib/http'
import { type Member, requireMember } from '@/lib/members'
import { getSession, type Session } from '@/lib/session'

export async function pageSession(): Promise<Session> {
  const session = await getSession()
  if (!session) redirect('/login')
  return session
}

export async function pageMember(orgId: string): Promise<Member> {
  await pageSession()
  try {
    return await requireMember(orgId)
  } catch (error) {
    if (error instanceof HttpError) notFound()
    throw error
  }
}
