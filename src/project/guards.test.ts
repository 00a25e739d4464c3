import { describe, expect, it } from 'vitest'
import { guardsOf, projectOf } from '../../test/project.ts'

const schema = `datasource db {
  provider = "postgresql"
}
model User {
  id      String   @id
  role    String
  members Member[]
}
model Team {
  id      String   @id
  members Member[]
  notes   Note[]
}
model Member {
  id     String @id
  role   String
  user   User   @relation(fields: [userId], references: [id])
  userId String
  team   Team   @relation(fields: [teamId], references: [id])
  teamId String
}
model Note {
  id     String @id
  text   String
  team   Team   @relation(fields: [teamId], references: [id])
  teamId String
}
`

/** The guard of the body of a handler, with what such a body usually imports. */
async function guardOf(
  body: string,
  rest: Record<string, string> = {},
  imports = "import { wrap } from '../../../../lib/wrap'",
): Promise<string | undefined> {
  const found = await guardsOf({
    'prisma/schema.prisma': schema,
    'lib/prisma.ts':
      "import { PrismaClient } from '@prisma/client'\nexport const prisma = new PrismaClient()\n",
    'app/api/notes/[teamId]/route.ts': `import { createHmac, timingSafeEqual } from 'node:crypto'
import { verify } from 'jsonwebtoken'
import { getServerSession } from 'next-auth'
import { prisma } from '../../../../lib/prisma'
import { z } from 'zod'
${imports}
export ${body}
`,
    'lib/wrap.ts': 'export const wrap = (handler) => handler\n',
    ...rest,
  })
  return found['POST /api/notes/[teamId]']
}

const handler = (body: string): string => `async function POST(request, { params }) {
  const { teamId } = await params
  ${body}
}`
const work = 'return Response.json(await prisma.note.findMany({ where: { teamId } }))'
const signedIn = `const session = await getServerSession()
  if (!session) return Response.json({ error: 'no' }, { status: 401 })`

describe('the guard of an endpoint', () => {
  it('is what holds where it ends well, not what one of its branches asks', async () => {
    expect(await guardOf(handler(`${signedIn}\n  ${work}`))).toBe('session')
    const optional = `const session = await getServerSession()
  if (session) await prisma.user.update({ where: { id: session.user.id }, data: { role: 'seen' } })`
    expect(await guardOf(handler(`${optional}\n  ${work}`))).toBe('none')
  })

  it.each([
    [
      'its cookies, by a function of the project',
      `const me = await sessionOf(await headers())\n  if (!me) return new Response(null, { status: 401 })`,
    ],
    [
      'its token, by a client that throws',
      "const { data: me } = await axios.get('https://accounts.example.com/me', { headers: { Authorization: request.headers.get('authorization') } })",
    ],
  ])('may be asked of another server that is sent %s', async (_, asks) => {
    const session = `const API = process.env.API_URL
const kept = (headers) => {
  const kept = {}
  headers.forEach((value, name) => { if (name === 'cookie') kept[name] = value })
  return kept
}
export async function sessionOf(headers) {
  try {
    const response = await fetch(\`\${API}/session\`, { headers: { ...kept(headers), accept: 'application/json' } })
    if (!response.ok) return null
    return await response.json()
  } catch {
    return null
  }
}\n`
    const imports =
      "import axios from 'axios'\nimport { headers } from 'next/headers'\nimport { sessionOf } from '../../../../lib/session'"
    expect(await guardOf(handler(`${asks}\n  ${work}`), { 'lib/session.ts': session }, imports)).toBe(
      'session',
    )
  })

  it.each([
    ["process.env.VERCEL !== '1'", 'secret'],
    ["process.env.NODE_ENV === 'development'", 'secret'],
    ['!process.env.CHECKS', 'none'],
  ])('holds where a check is left out because of where it runs, no more: %s', async (left, level) => {
    const check = `export async function check(request) {
  if (${left}) return
  if (request.headers.get('authorization') !== \`Bearer \${process.env.CRON_SECRET}\`) throw new Error('no')
}\n`
    const imports = "import { check } from '../../../../lib/check'"
    const body = handler(`await check(request)\n  ${work}`)
    expect(await guardOf(body, { 'lib/check.ts': check }, imports)).toBe(level)
  })

  it('is not that another server was asked something else', async () => {
    const asks = `const flags = await fetch('https://flags.example.com', { headers: { accept: 'application/json' } })
  if (!flags.ok) return new Response(null, { status: 503 })`
    expect(await guardOf(handler(`${asks}\n  ${work}`))).toBe('none')
  })

  it.each([
    ["request.cookies.get('user').value", 'session'],
    ["request.headers.get('x-signature')", 'signature'],
  ])('is a session where what the application has signed comes in a cookie: %s', async (sent, level) => {
    const asks = `const [value, mac] = ${sent}.split('.')
  const own = createHmac('sha256', process.env.AUTH_SECRET).update(value).digest()
  if (!timingSafeEqual(own, Buffer.from(mac))) return new Response(null, { status: 401 })`
    expect(await guardOf(handler(`${asks}\n  ${work}`))).toBe(level)
  })

  it('is not the way of those who are not signed in', async () => {
    const body = `const session = await getServerSession()
  if (session) return Response.json({ error: 'already' }, { status: 400 })
  ${work}`
    expect(await guardOf(handler(body))).toBe('none')
  })

  it('outlives a wrapper that keeps the response, and an error handler', async () => {
    const wrapper = `export const wrap = (handler) => async (request, context) => {
  try {
    const response = await handler(request, context)
    console.log(response.status)
    return response
  } catch (error) {
    return Response.json({ error: 'failed' }, { status: 500 })
  }
}\n`
    const body = `const POST = wrap(async (request, { params }) => {\n  const { teamId } = await params\n  ${signedIn}\n  ${work}\n})`
    expect(await guardOf(body, { 'lib/wrap.ts': wrapper })).toBe('session')
  })

  it('follows the options of a wrapper', async () => {
    const wrapper = `import { getServerSession } from 'next-auth'
export const wrap = (handler, { isPublic = false, admin = false } = {}) => async (request, context) => {
  const session = await getServerSession()
  if (!isPublic && !session?.user) return new Response(null, { status: 401 })
  if (admin && !session?.user?.isAdmin) return new Response(null, { status: 403 })
  return handler(request, context)
}\n`
    const wrapped = (options: string): string =>
      `const POST = wrap(async (request, { params }) => {\n  const { teamId } = await params\n  ${work}\n}${options})`
    const rest = { 'lib/wrap.ts': wrapper }
    expect(await guardOf(wrapped(''), rest)).toBe('session')
    expect(await guardOf(wrapped(', { isPublic: true }'), rest)).toBe('none')
    expect(await guardOf(wrapped(', { admin: true }'), rest)).toBe('permission')
  })

  it('follows a list of roles that a wrapper is given, and asks none where it is empty', async () => {
    const wrapper = `import { getServerSession } from 'next-auth'
const common = (a, b) => {
  const known = new Set(b)
  return a.filter((one) => known.has(one))
}
const visitor = ({ session }) => {
  session.roles = []
  return session
}
export const wrap = (handler, { roles }) => async (request, context) => {
  const session = (await getServerSession()) || visitor({ session: {} })
  if (roles && roles.length > 0) {
    const allowed = common(roles, session.roles).length > 0
    if (!allowed) return new Response(null, { status: 401 })
  }
  return handler(request, context)
}\n`
    const wrapped = (roles: string): string =>
      `const POST = wrap(async (request, { params }) => {\n  const { teamId } = await params\n  ${work}\n}, { roles: ${roles} })`
    const rest = { 'lib/wrap.ts': wrapper }
    expect(await guardOf(wrapped("['user']"), rest)).not.toBe('none')
    expect(await guardOf(wrapped('[]'), rest)).toBe('none')
  })

  it('is asked behind a service that only ever rejects', async () => {
    const body = `const { disabled } = await import('../../../../lib/disabled')
  await disabled()
  ${signedIn}
  ${work}`
    const rest = { 'lib/disabled.ts': "export const disabled = () => Promise.reject(new Error('off'))\n" }
    expect(await guardOf(handler(body), rest)).toBe('session')
  })

  it('goes through a function that runs others as often as it is given a new one', async () => {
    const wrapper = `import { getServerSession } from 'next-auth'
const inScope = (name, fn) => fn()
const signedIn = (next) => (request, context) =>
  inScope('outer', async () => {
    const session = await getServerSession()
    if (!session) return new Response(null, { status: 401 })
    return next(request, context)
  })
const logged = (next) => (request, context) => inScope('inner', async () => next(request, context))
export const wrap = (handler) => signedIn(logged(handler))\n`
    const wrapped = `const POST = wrap(async (request, { params }) => {\n  const { teamId } = await params\n  ${work}\n})`
    expect(await guardOf(wrapped, { 'lib/wrap.ts': wrapper })).toBe('session')
  })

  it('follows what a parser of requests says of the caller, by the error that it hands back', async () => {
    const parser = `import { verify } from 'jsonwebtoken'
const payloadOf = (token) => {
  try {
    return verify(token, process.env.SECRET)
  } catch {
    return null
  }
}
export async function read(request, schema, options) {
  let body = await request.json()
  let error
  let user = null
  if (schema) {
    const result = schema.safeParse(request.method === 'GET' ? {} : body)
    if (result.success) body = result.data
    else error = () => new Response(null, { status: 400 })
  }
  if (!options?.open && !error) {
    const { id } = payloadOf(request.headers.get('authorization')) || {}
    if (id) user = { id }
    if (!user) error = () => new Response(null, { status: 401 })
  }
  return { body, user, error }
}
`
    const rest = { 'lib/wrap.ts': parser }
    const parsed = (args: string): string =>
      `async function POST(request, { params }) {
  const { teamId } = await params
  const { error } = await read(request${args})
  if (error) return error()
  ${work}
}`
    const guard = (args: string): Promise<string | undefined> =>
      guardOf(parsed(args), rest, "import { read } from '../../../../lib/wrap'")
    expect(await guard('')).toBe('session')
    expect(await guard(', z.object({ name: z.string() })')).toBe('session')
    expect(await guard(', undefined, { open: true }')).toBe('none')
  })

  it('follows a flag that was raised for those who may', async () => {
    const flag = `const session = await getServerSession()
  let allowed = false
  if (session) allowed = true
  if (!allowed) return new Response(null, { status: 401 })`
    expect(await guardOf(handler(`${flag}\n  ${work}`))).toBe('session')
    const other = flag.replace('if (session)', 'if (teamId)')
    expect(await guardOf(handler(`${other}\n  ${work}`))).toBe('none')
  })

  it('is a permission when a role or a membership decides', async () => {
    const role = `${signedIn}\n  if (session.user.role !== 'ADMIN') return new Response(null, { status: 403 })`
    expect(await guardOf(handler(`${role}\n  ${work}`))).toBe('permission')
    const member = `${signedIn}
  const team = await prisma.team.findUnique({ where: { id: teamId }, include: { members: { where: { userId: session.user.id } } } })
  if (!team || team.members.length === 0) return new Response(null, { status: 403 })`
    expect(await guardOf(handler(`${member}\n  ${work}`))).toBe('permission')
    const own = `${signedIn}\n  const teams = await prisma.member.findMany({ where: { userId: session.user.id } })\n  if (teams.length === 0) return new Response(null, { status: 404 })`
    expect(await guardOf(handler(`${own}\n  return Response.json(teams)`))).toBe('session')
  })

  it('is one of two when either opens the door', async () => {
    const either = `let user = null
  const key = request.headers.get('x-api-key')
  if (key) {
    user = await prisma.user.findFirst({ where: { apiKey: key } })
    if (!user) return new Response(null, { status: 401 })
  } else {
    const session = await getServerSession()
    if (!session) return new Response(null, { status: 401 })
  }`
    expect(await guardOf(handler(`${either}\n  ${work}`))).not.toBe('none')
  })

  it('tells a shared secret from a signature', async () => {
    const url = "const token = new URL(request.url).searchParams.get('token')"
    const secret = `${url}\n  if (token !== process.env.HOOK_TOKEN) return new Response(null, { status: 401 })`
    expect(await guardOf(handler(`${secret}\n  ${work}`))).toBe('secret')
    const signed = `const text = await request.text()
  const mac = createHmac('sha256', process.env.HOOK_SECRET).update(text).digest('hex')
  if (request.headers.get('x-signature') !== mac) return new Response(null, { status: 401 })`
    expect(await guardOf(handler(`${signed}\n  ${work}`))).toBe('signature')
    const link = `${url}\n  const payload = verify(token, process.env.LINK_SECRET)\n  if (!payload) return new Response(null, { status: 404 })`
    expect(await guardOf(handler(`${link}\n  ${work}`))).toBe('signature')
  })

  it('is not a rate limit', async () => {
    const limiter =
      "import { Ratelimit } from '@upstash/ratelimit'\nexport const limiter = new Ratelimit({ redis: connect(process.env.REDIS_TOKEN) })\n"
    const body = `const { limiter } = await import('../../../../lib/limiter')
  const { success } = await limiter.limit(request.headers.get('x-forwarded-token'))
  if (!success) return new Response(null, { status: 429 })`
    expect(await guardOf(handler(`${body}\n  ${work}`), { 'lib/limiter.ts': limiter })).toBe('none')
  })

  it('does not take a setting for a secret', async () => {
    const body = `const page = new URL(request.url).searchParams.get('page')
  if (page !== process.env.FIRST_PAGE) return new Response(null, { status: 404 })`
    expect(await guardOf(handler(`${body}\n  ${work}`))).toBe('none')
  })

  it('is asked once when a middleware goes on in several branches', async () => {
    const found = await guardsOf({
      'server/trpc.ts':
        "import { initTRPC, TRPCError } from '@trpc/server'\nconst t = initTRPC.context().create()\nexport const router = t.router\nconst log = t.middleware(async ({ ctx, next }) => {\n  if (!ctx.user || ctx.user.id === '1') return next()\n  console.log(ctx.user.id)\n  return next()\n})\nexport const open = t.procedure.use(log)\nexport const closed = open.use(({ ctx, next }) => {\n  if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED' })\n  return next()\n})\n",
      'server/root.ts':
        "import { closed, open, router } from './trpc'\nexport const appRouter = router({ read: open.query(() => 1), write: closed.mutation(() => 2) })\n",
    })
    expect(found).toEqual({ 'procedure read': 'none', 'procedure write': 'session' })
  })

  it('survives callbacks that may throw, and follows what they are given', async () => {
    const caught = "await fetch('https://example.com').catch((error) => { throw error })"
    expect(await guardOf(handler(`${signedIn}\n  ${caught}\n  ${work}`))).toBe('session')
    const then = 'await getServerSession().then((session) => { if (!session) throw new Error() })'
    expect(await guardOf(handler(`${then}\n  ${work}`))).toBe('session')
  })

  it('is not a session that nobody waited for', async () => {
    const forgotten = `const session = getServerSession()
  if (!session) return new Response(null, { status: 401 })`
    expect(await guardOf(handler(`${forgotten}\n  ${work}`))).toBe('none')
    const helper =
      'export async function requireUser() { const s = await getServerSession(); if (!s) throw new Error() }'
    const rest = { 'lib/user.ts': `import { getServerSession } from 'next-auth'\n${helper}\n` }
    const body = `const { requireUser } = await import('../../../../lib/user')\n  void requireUser()\n  ${work}`
    expect(await guardOf(handler(body), rest)).toBe('none')
  })

  it('is what a switch over the role lets through', async () => {
    const body = `${signedIn}
  switch (session.user.role) {
    case 'ADMIN':
      break
    default:
      return new Response(null, { status: 403 })
  }`
    expect(await guardOf(handler(`${body}\n  ${work}`))).toBe('permission')
  })

  it('is what a wrapper of a package asks', async () => {
    const found = await guardsOf({
      'lib/auth.ts':
        "import NextAuth from 'next-auth'\nexport const { auth, handlers } = NextAuth({ providers: [] })\n",
      'app/api/a/route.ts':
        "import { auth } from '../../../lib/auth'\nexport const GET = auth(async (request) => {\n  if (!request.auth) return Response.json(null, { status: 401 })\n  return Response.json(1)\n})\nexport const PUT = auth(async () => Response.json(1))\n",
      'app/api/q/route.ts':
        "import { verifySignatureAppRouter } from '@upstash/qstash/nextjs'\nexport const POST = verifySignatureAppRouter(async () => Response.json(1))\n",
    })
    expect(found).toEqual({ 'GET /api/a': 'session', 'PUT /api/a': 'none', 'POST /api/q': 'signature' })
  })
})

describe('the guard of a proxy', () => {
  const proxyOf = async (text: string, folder = 'app/api/notes'): Promise<unknown> => {
    const project = await projectOf({
      'middleware.ts': text,
      [`${folder}/route.ts`]: 'export const GET = () => Response.json(1)\n',
    })
    return project.map.endpoints.find((one) => one.kind === 'route')?.guard.proxy
  }
  const imports = "import { NextResponse } from 'next/server'\nimport { getToken } from 'next-auth/jwt'\n"
  const head = `${imports}export async function middleware(request) {\n  const token = await getToken({ req: request })\n`

  it.each([
    ['falls off its end', `${head}  if (!token) return NextResponse.redirect('/login')\n}\n`],
    [
      'answers with a response made before',
      `${head}  const response = NextResponse.next()\n  if (!token) return NextResponse.redirect('/login')\n  return response\n}\n`,
    ],
    [
      'asks through a helper that returns a response or nothing',
      `${imports}const ask = async (request) => {\n  const token = await getToken({ req: request })\n  if (!token) return NextResponse.redirect('/login')\n  return null\n}\nexport async function middleware(request) {\n  const answer = await ask(request)\n  if (answer) return answer\n  return NextResponse.next()\n}\n`,
    ],
    ['withAuth of next-auth', "export { default } from 'next-auth/middleware'\n"],
    [
      'auth of Auth.js with a handler',
      "import NextAuth from 'next-auth'\nconst { auth } = NextAuth({})\nexport default auth((request) => {\n  if (!request.auth) return Response.redirect('/login')\n})\n",
    ],
    [
      'auth of Auth.js with a callback',
      "import NextAuth from 'next-auth'\nexport const { auth: middleware } = NextAuth({ callbacks: { authorized: ({ auth }) => !!auth } })\n",
    ],
    [
      'clerkMiddleware',
      "import { clerkMiddleware } from '@clerk/nextjs/server'\nexport default clerkMiddleware(async (auth) => { await auth.protect() })\n",
    ],
  ])('%s: session', async (_, text) => {
    expect(await proxyOf(text)).toBe('middleware.ts (session)')
  })

  it.each([
    [
      'by the path',
      undefined,
      `${head}  if (!token && request.nextUrl.pathname.startsWith('/app')) return NextResponse.redirect('/login')\n  return NextResponse.next()\n}\n`,
    ],
    [
      'before the check',
      'session',
      `${head}  if (request.nextUrl.pathname === '/') return NextResponse.next()\n  if (!token) return NextResponse.redirect('/login')\n  return NextResponse.next()\n}\n`,
    ],
    [
      'in a helper that chooses by the path',
      'session on some paths',
      `${imports}const ask = async (request) => {\n  const token = await getToken({ req: request })\n  if (isPrivate(request.nextUrl.pathname) && !token) return NextResponse.redirect('/login')\n  return null\n}\nexport async function middleware(request) {\n  const answer = await ask(request)\n  if (answer) return answer\n}\n`,
    ],
  ])('lets some through %s', async (_, level, text) => {
    expect(await proxyOf(text)).toBe(level && `middleware.ts (${level})`)
  })

  it.each([
    ['startsWith', "path.startsWith('/api/')", undefined],
    ['startsWith of another', "path.startsWith('/app')", 'session'],
    ['a list', 'OPEN.includes(path)', undefined],
    ['beginnings', 'BEGINNINGS.some((one) => path.startsWith(one))', undefined],
    ['beginnings of others', 'CLOSED.some((one) => path.startsWith(one))', 'session'],
    ['a pattern', '/^\\/api\\/(open|pay)/.test(path)', undefined],
    ['a helper', 'isOpen(path)', undefined],
    ['a set', 'new Set(OPEN).has(path)', undefined],
    ['globs', "micromatch.isMatch(path, ['/sign-in', '/api/op*'])", undefined],
    ['what is not known', 'open.test(path)', 'session on some paths'],
  ])('is told by the path of the endpoint: %s', async (_, test, level) => {
    const text = `${imports}import micromatch from 'micromatch'
import { open } from 'elsewhere'
const OPEN = ['/', '/api/open']
const BEGINNINGS = ['/sign-in', '/api/o']
const CLOSED = ['/app', '/settings']
const isOpen = (path: string) => OPEN.includes(path) || path.endsWith('.ico')
export async function middleware(request) {
  const path = request.nextUrl.pathname
  const isPublic = ${test}
  if (isPublic) return NextResponse.next()
  const token = await getToken({ req: request })
  if (!token) return NextResponse.redirect('/login')
  return NextResponse.next()
}\n`
    expect(await proxyOf(text, 'app/api/open')).toBe(level && `middleware.ts (${level})`)
  })

  it.each([
    [
      'clerkMiddleware with a matcher of routes',
      "import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server'\nconst isPublic = createRouteMatcher(['/sign-in(.*)', '/api/open'])\nexport default clerkMiddleware(async (auth, request) => {\n  if (!isPublic(request)) await auth.protect()\n})\n",
    ],
    [
      'withAuth with a callback',
      "import { withAuth } from 'next-auth/middleware'\nexport default withAuth({ callbacks: { authorized: ({ req, token }) => req.nextUrl.pathname.startsWith('/api/open') || !!token } })\n",
    ],
  ])('%s lets through what it names', async (_, text) => {
    expect(await proxyOf(text, 'app/api/open')).toBeUndefined()
    expect(await proxyOf(text, 'app/api/closed')).toBe('middleware.ts (session)')
  })

  it('that only adds a header asks nothing', async () => {
    expect(
      await proxyOf(
        `${imports}export const middleware = () => {\n  const response = NextResponse.next()\n  return response\n}\n`,
      ),
    ).toBeUndefined()
  })
})
