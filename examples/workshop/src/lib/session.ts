import { jwtVerify, SignJWT } from 'jose'
import { cookies } from 'next/headers'
import { SESSION_COOKIE } from '@/lib/cookie-names'
import { unauthorized } from '@/lib/http'

const MAX_AGE = 60 * 60 * 12

export type Session = { userId: string }

function secret() {
  const value = process.env.SESSION_SECRET
  if (!value) throw new Error('SESSION_SECRET is not set')
  return new TextEncoder().encode(value)
}

export async function verifySessionToken(token: string): Promise<Session | null> {
  try {
    const { payload } = await jwtVerify(token, secret(), { algorithms: ['HS256'], issuer: 'workshop' })
    return payload.sub ? { userId: payload.sub } : null
  } catch {
    return null
  }
}

export async function startSession(userId: string) {
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setIssuer('workshop')
    .setIssuedAt()
    .setExpirationTime(`${MAX_AGE}s`)
    .sign(secret())
  const jar = await cookies()
  jar.set(SESSION_COOKIE, token, {
    httpOnly: true,
    sameSite: 'lax',
    secure: process.env.NODE_ENV === 'production',
    path: '/',
    maxAge: MAX_AGE,
  })
}

export async function endSession() {
  const jar = await cookies()
  jar.delete(SESSION_COOKIE)
}

export async function getSession(): Promise<Session | null> {
  const jar = await cookies()
  const token = jar.get(SESSION_COOKIE)?.value
  return token ? verifySessionToken(token) : null
}

export async function requireSession(): Promise<Session> {
  const session = await getSession()
  if (!session) throw unauthorized()
  return session
}
