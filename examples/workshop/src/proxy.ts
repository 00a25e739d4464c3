import { type NextRequest, NextResponse } from 'next/server'
import { SESSION_COOKIE } from '@/lib/cookie-names'
import { verifySessionToken } from '@/lib/session'

export async function proxy(request: NextRequest) {
  const token = request.cookies.get(SESSION_COOKIE)?.value
  const session = token ? await verifySessionToken(token) : null
  if (session) return NextResponse.next()
  const login = new URL('/login', request.url)
  login.searchParams.set('next', request.nextUrl.pathname)
  return NextResponse.redirect(login)
}

export const config = {
  matcher: ['/orgs/:path*', '/settings'],
}
