import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { loadProject } from '../../project/load.ts'
import { findMinter } from './find.ts'
import type { Minter, Person } from './minter.ts'

const repository = join(import.meta.dirname, '../../..')
const SECRET = 'a-secret-of-at-least-thirty-two-bytes'
const env = { SESSION_SECRET: SECRET, JWT_SECRET: SECRET, APP_ISSUER: 'the-app' }
const running = { env, folder: '/nowhere' }

const anna: Person = {
  party: 'a',
  role: 'ADMIN',
  row: { table: 'User', values: { id: 'user-a', email: 'anna@a.example', name: 'Anna', role: 'ADMIN' } },
  tenant: { table: 'Organisation', values: { id: 'org-a' } },
}

async function minterOf(files: Record<string, string>): Promise<Minter> {
  const minter = await findMinter(await projectOf(files), running)
  if ('missing' in minter) throw new Error(minter.missing)
  return minter
}

const tokenOf = (headers: Record<string, string>): string =>
  (headers.cookie ?? headers.authorization ?? '').replace(/^[^=]*=|^Bearer /, '')
const key = new TextEncoder().encode(SECRET)

describe('sessions that are tokens of the project', () => {
  it('makes the session of the example as its own check wants it', async () => {
    const project = await loadProject(join(repository, 'examples/workshop'))
    const minter = await findMinter(project, running)
    if ('missing' in minter) throw new Error(minter.missing)
    const headers = await minter.mint(anna)
    expect(Object.keys(headers)).toEqual(['cookie'])
    expect(headers.cookie).toMatch(/^workshop_session=/)
    const { payload } = await jwtVerify(tokenOf(headers), key, { algorithms: ['HS256'], issuer: 'workshop' })
    expect(payload.sub).toBe('user-a')
    expect(minter.library).toBe('jose')
    expect(minter.guessed).toEqual([])
  })

  it('makes the session of a monorepo whose helper lives in another package', async () => {
    const project = await loadProject(join(repository, 'fixtures/apps/trpc-monorepo'))
    const minter = await findMinter(project, running)
    if ('missing' in minter) throw new Error(minter.missing)
    const headers = await minter.mint(anna)
    expect(headers.cookie).toMatch(/^kanban_session=/)
    expect((await jwtVerify(tokenOf(headers), key)).payload.sub).toBe('user-a')
  })

  it('fills the claims of the login, not those of the link to reset a password', async () => {
    const minter = await minterOf({
      'lib/env.ts': `import { createEnv } from '@t3-oss/env-nextjs'
export const env = createEnv({ runtimeEnv: { JWT_SECRET: process.env.JWT_SECRET } })`,
      'lib/tokens.ts': `import jwt from 'jsonwebtoken'
import { env } from './env'
export const resetToken = (user) => jwt.sign({ email: user.email, purpose: 'reset' }, env.JWT_SECRET)
export function signSession(user, org) {
  const claims = { userId: user.id, role: user.role, org: { id: org.id }, scope: 'app' }
  return jwt.sign(claims, env.JWT_SECRET, { algorithm: 'HS512', issuer: process.env.APP_ISSUER, expiresIn: '1d' })
}
export const check = (token) => jwt.verify(token, env.JWT_SECRET, { audience: 'web' })`,
      'app/api/notes/route.ts': `import { headers } from 'next/headers'
import { check } from '@/lib/tokens'
import { check as verify } from '../../../lib/tokens'
export async function GET() {
  const token = (await headers()).get('authorization')?.slice(7)
  const session = verify(token)
  if (!session) return new Response(null, { status: 401 })
  return Response.json(await prisma.user.findMany())
}`,
    })
    const headers = await minter.mint(anna)
    expect(headers.authorization).toMatch(/^Bearer /)
    const { payload, protectedHeader } = await jwtVerify(tokenOf(headers), key, {
      algorithms: ['HS512'],
      issuer: 'the-app',
      audience: 'web',
    })
    expect(protectedHeader.alg).toBe('HS512')
    expect(payload).toMatchObject({ userId: 'user-a', role: 'ADMIN', org: { id: 'org-a' }, scope: 'app' })
    expect(payload.purpose).toBeUndefined()
  })

  it('reads the claims of a check when the project makes no tokens, and says what it guessed', async () => {
    const minter = await minterOf({
      'lib/session.ts': `import { jwtVerify } from 'jose'
import { cookies } from 'next/headers'
const key = Buffer.from(process.env.JWT_SECRET ?? 'none', 'base64url')
export async function session() {
  const token = (await cookies()).get('sid')?.value
  const { payload } = await jwtVerify(token, key)
  return { id: payload.uid, org: payload.orgId, shoe: payload.shoeSize }
}`,
      'app/api/notes/route.ts': `import { session } from '../../../lib/session'
export async function GET() {
  const who = await session()
  if (!who) return new Response(null, { status: 401 })
  return Response.json(await prisma.user.findMany({ where: { id: who.id } }))
}`,
    })
    const headers = await minter.mint(anna)
    expect(headers.cookie).toMatch(/^sid=/)
    const { payload } = await jwtVerify(tokenOf(headers), Buffer.from(SECRET, 'base64url'))
    expect(payload).toMatchObject({ uid: 'user-a', orgId: 'org-a' })
    expect(minter.guessed).toEqual(['shoeSize'])
  })

  it('signs with a private key, and says when a made-up variable is none', async () => {
    const project = await projectOf({
      'lib/session.ts': `import { SignJWT, importPKCS8, jwtVerify } from 'jose'
import { cookies } from 'next/headers'
export const issue = async (user) => new SignJWT({ role: user.role, tenantId: user.tenantId })
  .setProtectedHeader({ alg: 'ES256' }).setSubject(String(user.id)).setAudience(['web'])
  .sign(await importPKCS8(process.env.PRIVATE_KEY, 'ES256'))
export const set = async (user) => (await cookies()).set('auth', await issue(user), { httpOnly: true })`,
    })
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const PRIVATE_KEY = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const minter = await findMinter(project, { env: { PRIVATE_KEY }, folder: '/nowhere' })
    if ('missing' in minter) throw new Error(minter.missing)
    const headers = await minter.mint(anna)
    const { payload } = await jwtVerify(tokenOf(headers), pair.publicKey, { audience: 'web' })
    expect(payload).toMatchObject({ sub: 'user-a', role: 'ADMIN', tenantId: 'org-a' })
    const none = await findMinter(project, { env: { PRIVATE_KEY: SECRET }, folder: '/nowhere' })
    expect('missing' in none && none.missing).toContain('PRIVATE_KEY')
  })

  it('says which variable is not set, and how to help', async () => {
    const project = await loadProject(join(repository, 'examples/workshop'))
    const minter = await findMinter(project, { ...running, env: {} })
    expect('missing' in minter && minter.missing).toMatch(/SESSION_SECRET.*session\.mjs/s)
  })
})
