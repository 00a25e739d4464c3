/** Sessions that are made here, read by the libraries themselves. */
import { hkdfSync } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { unsealData } from 'iron-session'
import { importSPKI, jwtDecrypt, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { anna, cookieValue, dependencies, minterOf, SECRET, schema, table } from '../../../test/sessions.ts'
import { loadProject } from '../../project/load.ts'
import { findMinter } from './find.ts'
import { sessionVariables } from './variables.ts'

/** Its types would bring those of Next.js, which change the types of Node.js for the whole program. */
const { decode } = createRequire(import.meta.url)('next-auth/jwt')

const repository = join(import.meta.dirname, '../../..')

describe('next-auth 4', () => {
  it('makes the token of the fixture, which the library decrypts', async () => {
    const project = await loadProject(join(repository, 'fixtures/apps/pages-and-actions'))
    const minter = await minterOf(project, { env: { NEXTAUTH_SECRET: SECRET } })
    const headers = await minter.mint(anna)
    expect(headers.cookie).toMatch(/^next-auth\.session-token=/)
    const token = await decode({ token: cookieValue(headers), secret: SECRET })
    expect(token).toMatchObject({ sub: 'user-a', name: 'Anna', email: 'anna@a.example' })
    expect(minter.alternatives[0]?.how).toContain('__Secure-next-auth.session-token')
    expect(token.exp).toBeGreaterThan(Date.now() / 1000)
  })

  it('carries what the callbacks put into the token', async () => {
    const project = await projectOf({
      'package.json': dependencies({ 'next-auth': '^4.24.0' }),
      'prisma/schema.prisma': schema,
      'lib/auth.ts': `export const authOptions = {
  secret: process.env.AUTH_KEY ?? 'none',
  providers: [],
  cookies: { sessionToken: { name: 'shop-session' } },
  callbacks: {
    async jwt({ token, user }) {
      if (user) { token.role = user.role; token.profile = { mail: user.email } }
      return token
    },
    session({ session, token }) { session.user.id = token.uid; session.user.role = token.role; return session },
  },
} // next-auth`,
    })
    const minter = await minterOf(project, {
      env: { AUTH_KEY: SECRET, NEXTAUTH_URL: 'http://127.0.0.1:3000' },
    })
    const headers = await minter.mint(anna)
    expect(headers.cookie).toMatch(/^shop-session=/)
    expect(await decode({ token: cookieValue(headers), secret: SECRET })).toMatchObject({
      uid: 'user-a',
      role: 'ADMIN',
      profile: { mail: 'anna@a.example' },
    })
  })

  it('puts a row into the table of sessions when there is an adapter', async () => {
    const project = await projectOf({
      'package.json': dependencies({ 'next-auth': '4.24.15' }),
      'prisma/schema.prisma': schema,
      'lib/auth.ts': `import { PrismaAdapter } from '@next-auth/prisma-adapter'
export const authOptions = { adapter: PrismaAdapter(prisma), providers: [] }`,
    })
    const { rows, sql } = table()
    const minter = await minterOf(project, { env: { NEXTAUTH_SECRET: SECRET }, sql })
    const headers = await minter.mint(anna)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ table: 'Session', userId: 'user-a', session_token: cookieValue(headers) })
    expect(Date.parse(String(rows[0]?.expires))).toBeGreaterThan(Date.now())
    expect(rows[0]).not.toHaveProperty('ip')
  })

  it('says which secret is not set', async () => {
    const project = await loadProject(join(repository, 'fixtures/apps/pages-and-actions'))
    const minter = await findMinter(project, { env: {}, folder: '/nowhere' })
    expect('missing' in minter && minter.missing).toContain('NEXTAUTH_SECRET')
  })
})

describe('Auth.js 5', () => {
  it('encrypts a token under a key that the name of the cookie takes part in', async () => {
    const project = await projectOf({
      'package.json': dependencies({ 'next-auth': '5.0.0-beta.30' }),
      'prisma/schema.prisma': schema,
      'auth.config.ts': `const dev = process.env.NODE_ENV !== 'production'
export const authConfig = {
  providers: [],
  cookies: { sessionToken: { name: dev ? 'dev-session' : 'shop-session' } },
  callbacks: { jwt: ({ token, user }) => ({ ...token, role: user.role }) },
}`,
      'auth.ts': `import NextAuth from 'next-auth'
import { authConfig } from './auth.config'
export const { auth } = NextAuth({ ...authConfig, adapter: PrismaAdapter(prisma), session: { strategy: 'jwt' } })`,
    })
    const variables = sessionVariables(project)
    expect(variables).toMatchObject({ AUTH_TRUST_HOST: 'true' })
    const minter = await minterOf(project, { env: variables })
    const headers = await minter.mint(anna)
    expect(headers.cookie).toMatch(/^shop-session=/)
    // As @auth/core derives it; the library itself is not among the packages of this repository.
    const info = 'Auth.js Generated Encryption Key (shop-session)'
    const key = new Uint8Array(hkdfSync('sha256', variables.AUTH_SECRET ?? '', 'shop-session', info, 64))
    const { payload, protectedHeader } = await jwtDecrypt(cookieValue(headers), key)
    expect(payload).toMatchObject({ sub: 'user-a', email: 'anna@a.example', role: 'ADMIN' })
    expect(protectedHeader).toEqual({ alg: 'dir', enc: 'A256CBC-HS512' })
  })
})

describe('Clerk', () => {
  it('signs the session with a key whose public half the application is given', async () => {
    const project = await projectOf({
      'package.json': dependencies({ '@clerk/nextjs': '6.0.0' }),
      'prisma/schema.prisma': schema.replace('name String', 'name String\n  clerkUserId String @unique'),
    })
    const env = sessionVariables(project)
    const minter = await minterOf(project, { env })
    const row = { ...anna.row, values: { ...anna.row.values, clerkUserId: 'user_2a' } }
    const headers = await minter.mint({ ...anna, row })
    const token = /^__session=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? ''
    const { payload } = await jwtVerify(token, await importSPKI(env.CLERK_JWT_KEY ?? '', 'RS256'))
    expect(payload).toMatchObject({ sub: 'user_2a', v: 2, o: { id: 'org-a', rol: 'admin' } })
    const without = await findMinter(project, { env: {}, folder: '/nowhere' })
    expect('missing' in without && without.missing).toContain('sessionVariables')
  })
})

describe('better-auth', () => {
  const files = {
    'package.json': dependencies({ 'better-auth': '1.7.25' }),
    'prisma/schema.prisma': schema,
    'lib/auth.ts': `import { betterAuth } from 'better-auth'
export const auth = betterAuth({ baseURL: process.env.BETTER_AUTH_URL, advanced: { cookiePrefix: 'shop' } })`,
  }

  it('makes a row and a cookie, of which the library gives the session', async () => {
    const { rows, sql } = table()
    const env = { BETTER_AUTH_SECRET: SECRET, BETTER_AUTH_URL: 'http://127.0.0.1:3000' }
    const minter = await minterOf(await projectOf(files), { env, sql })
    const headers = await minter.mint(anna)
    const [row = {}] = rows
    const user = {
      id: 'user-a',
      email: 'anna@a.example',
      name: 'Anna',
      emailVerified: true,
      createdAt: new Date(),
    }
    const session = { ...row, expiresAt: new Date(String(row.expiresAt)), createdAt: new Date() }
    const auth = betterAuth({
      secret: SECRET,
      baseURL: env.BETTER_AUTH_URL,
      advanced: { cookiePrefix: 'shop' },
      database: memoryAdapter({ user: [user], session: [session], account: [], verification: [] }),
    })
    const found = await auth.api.getSession({ headers: new Headers(headers) })
    expect(found?.user.id).toBe('user-a')
    const forged = new Headers({ cookie: `${headers.cookie}x` })
    expect(await auth.api.getSession({ headers: forged })).toBeNull()
  })

  it('knows renamed columns', async () => {
    const fields = `session: { fields: { token: 'sessionToken', expiresAt: 'expires' } }`
    const { rows, sql } = table()
    const project = await projectOf({
      ...files,
      'lib/auth.ts': `import { betterAuth } from 'better-auth'
export const auth = betterAuth({ ${fields} })`,
    })
    const headers = await (await minterOf(project, { env: sessionVariables(project), sql })).mint(anna)
    expect(decodeURIComponent(cookieValue(headers)).split('.')[0]).toBe(rows[0]?.session_token)
  })

  it('puts the session where the library keeps it when that is not the database', async () => {
    const kept = new Map<string, string>()
    const { rows, sql } = table()
    const project = await projectOf({
      ...files,
      'lib/auth.ts': `import { betterAuth } from 'better-auth'
import { redis } from './redis'
export const auth = betterAuth({ secondaryStorage: redis, user: { fields: { name: 'email' } } })`,
    })
    const env = { BETTER_AUTH_SECRET: SECRET, BETTER_AUTH_URL: 'http://127.0.0.1:3000' }
    const plant = (ending: string, text: string): void => void kept.set(ending, text)
    const headers = await (await minterOf(project, { env, sql, plant })).mint(anna)
    const auth = betterAuth({
      secret: SECRET,
      baseURL: env.BETTER_AUTH_URL,
      secondaryStorage: {
        get: (key) => kept.get(key) ?? null,
        getAndDelete: () => null,
        increment: () => 1,
        set: () => undefined,
        delete: () => undefined,
      },
    })
    const found = await auth.api.getSession({ headers: new Headers(headers) })
    expect(found?.user).toMatchObject({ id: 'user-a', name: 'anna@a.example' })
    expect(found?.session.userId).toBe('user-a')
    expect(found?.user).not.toHaveProperty('passwordHash')
    expect(rows).toHaveLength(1)
    const both = await projectOf({
      ...files,
      'lib/auth.ts': `import { betterAuth } from 'better-auth'
export const auth = betterAuth({ secondaryStorage: redis, session: { storeSessionInDatabase: true } })`,
    })
    kept.clear()
    await (await minterOf(both, { env, sql, plant })).mint(anna)
    expect(kept.size).toBe(0)
  })

  it('tries the secure name first where the library takes it, and says what is missing', async () => {
    const project = await projectOf(files)
    const { sql } = table()
    const minter = await minterOf(project, { env: { BETTER_AUTH_SECRET: SECRET }, sql })
    expect((await minter.mint(anna)).cookie).toMatch(/^__Secure-shop\.session_token=/)
    const none = await findMinter(project, { env: { BETTER_AUTH_SECRET: SECRET }, folder: '/nowhere' })
    expect('missing' in none && none.missing).toContain('no database')
  })
})

describe('iron-session', () => {
  it('seals what the code keeps in the session', async () => {
    const project = await projectOf({
      'package.json': dependencies({ 'iron-session': '8.0.4' }),
      'prisma/schema.prisma': schema,
      'lib/session.ts': `import { getIronSession } from 'iron-session'
import { cookies } from 'next/headers'
const options = { cookieName: 'shop', password: { 1: 'old', 2: process.env.IRON_PASSWORD }, ttl: 60 }
export const currentSession = async () => getIronSession(await cookies(), options)`,
      'app/api/login/route.ts': `import { currentSession } from '../../../lib/session'
export async function POST() {
  const user = await prisma.user.findFirst()
  const store = await currentSession()
  store.user = { id: user.id, role: user.role }
  store.isLoggedIn = true
  await store.save()
  return Response.json({})
}`,
      'app/api/me/route.ts': `import { currentSession as session } from '../../../lib/session'
export async function GET() {
  const store = await session()
  if (!store.isLoggedIn) return new Response(null, { status: 401 })
  return Response.json({ id: store.user.id, org: store.orgId })
}`,
    })
    const minter = await minterOf(project, { env: { IRON_PASSWORD: SECRET } })
    const headers = await minter.mint(anna)
    expect(headers.cookie).toMatch(/^shop=Fe26\.2\*2\*/)
    const data = await unsealData(cookieValue(headers), { password: { 1: 'x'.repeat(32), 2: SECRET } })
    expect(data).toEqual({ user: { id: 'user-a', role: 'ADMIN' }, isLoggedIn: true, orgId: 'org-a' })
    const wrong = await unsealData(cookieValue(headers), {
      password: { 2: 'another-secret-of-thirty-two-bytes' },
    })
    expect(wrong).toEqual({})
  })
})
