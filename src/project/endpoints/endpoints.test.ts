import { describe, expect, it } from 'vitest'
import { guardsOf as endpoints, projectOf } from '../../../test/project.ts'

const session = `import { getServerSession } from 'next-auth'
export async function requireUser() {
  const session = await getServerSession()
  if (!session?.user) throw new Error('unauthorized')
  return session.user
}
export const withUser = (handler) => async (request, context) => handler(request, { ...context, user: await requireUser() })
`

describe('route handlers', () => {
  it('are found in every export shape', async () => {
    const found = await endpoints({
      'src/app/api/a/route.ts':
        'export async function GET() { return Response.json(1) }\nexport const POST = async () => Response.json(1)\n',
      'src/app/api/b/route.ts':
        "export { GET } from '../a/route'\nconst handler = () => new Response()\nexport { handler as PUT, handler as PATCH }\n",
      'src/app/(group)/api/[id]/[...rest]/route.ts':
        "import { withUser } from '../../../../../lib/session'\nconst logged = (f) => (...args) => f(...args)\nexport const DELETE = logged(withUser(async () => new Response()))\nexport const GET = DELETE\n",
      'src/lib/session.ts': session,
    })
    expect(found).toEqual({
      'GET /api/a': 'none',
      'POST /api/a': 'none',
      'GET /api/b': 'none',
      'PUT /api/b': 'none',
      'PATCH /api/b': 'none',
      'DELETE /api/[id]/[...rest]': 'session',
      'GET /api/[id]/[...rest]': 'session',
    })
  })

  it('know the session of Auth.js where the project keeps it for a request', async () => {
    const found = await endpoints({
      'lib/auth.ts': `import NextAuth from 'next-auth'
import { cache } from 'react'
const { auth, handlers } = NextAuth({ secret: process.env.AUTH_SECRET, providers: [] })
const cachedAuth = cache(auth)
export { cachedAuth as auth, handlers }
`,
      'app/api/me/route.ts': `import { auth } from '../../../lib/auth'
export async function GET() {
  const session = await auth()
  if (session === null) return new Response(null, { status: 401 })
  return Response.json(session.user)
}
`,
    })
    expect(found).toEqual({ 'GET /api/me': 'session' })
  })

  it('of a chain of middlewares that the project builds itself are those of all of them', async () => {
    const found = await endpoints({
      'lib/session.ts': session,
      'lib/builder.ts': `import { requireUser } from './session'
const pipeline = (middlewares, handler) => {
  const run = (at) => async (context, input) => {
    if (at >= middlewares.length) return handler(context, input)
    const middleware = middlewares[at]
    return middleware(context, input, (more) => run(at + 1)({ ...context, ...more }, input))
  }
  return run(0)
}
const builder = (middlewares) => ({
  use: (middleware) => builder([...middlewares, middleware]),
  execute: (handler) => async (input) => pipeline(middlewares, handler)({}, input),
})
export const action = builder([])
export const timed = async (context, input, next) => next({ started: Date.now() })
export const signedIn = async (context, input, next) => next({ user: await requireUser() })
`,
      'app/actions.ts': `'use server'
import { action, signedIn, timed } from '../lib/builder'
import { prisma } from '../lib/db'
export const rename = action.use(timed).use(signedIn).use(timed).execute(async ({ user }, { name }) =>
  prisma.user.update({ where: { id: user.id }, data: { name } }))
export const open = action.use(timed).execute(async (context, { id }) => prisma.user.delete({ where: { id } }))
`,
    })
    expect(found).toEqual({
      'action rename (app/actions.ts)': 'session',
      'action open (app/actions.ts)': 'none',
    })
  })

  it('of a wrapper that is made anew inside of another are followed to their ends', async () => {
    const found = await endpoints({
      'lib/auth.ts': `${session}
export const withRole = (role) => (handler) => withUser(async (request, { user }) => {
  if (user.role !== role) return new Response(null, { status: 403 })
  return handler(request, { user })
})
`,
      'app/api/courses/route.ts': `import { withRole, withUser } from '../../../lib/auth'
import { prisma } from '../../../lib/db'
export const PUT = withUser(async (request, context) =>
  withRole('ADMIN')(async () => Response.json(await prisma.user.deleteMany()))(request, context))
`,
    })
    expect(found).toEqual({ 'PUT /api/courses': 'permission' })
  })

  it('include the files that answer with metadata', async () => {
    const found = await endpoints({
      'app/robots.ts': 'export default function robots() { return { rules: [] } }\n',
      'app/sitemap.ts': 'export default async function sitemap() { return [] }\n',
      'app/blog/[slug]/opengraph-image.tsx':
        'export default async function Image({ params }) { return new Response() }\n',
      'app/icon.png': '',
    })
    expect(Object.keys(found).sort()).toEqual([
      'GET /blog/[slug]/opengraph-image',
      'GET /robots.txt',
      'GET /sitemap.xml',
    ])
  })

  it('carry the guard that their wrapper enforces before they work', async () => {
    const found = await endpoints({
      'app/api/me/route.ts':
        "import { prisma } from '../../../lib/db'\nimport { withUser } from '../../../lib/session'\nexport const GET = withUser(async (request, { user }) => Response.json(await prisma.user.findUnique({ where: { id: user.id } })))\n",
      'app/api/key/route.ts':
        "import { prisma } from '../../../lib/db'\nexport async function GET(request) {\n  const user = await prisma.user.findUnique({ where: { apiKey: request.headers.get('x-api-key') ?? '' } })\n  if (!user) return new Response(null, { status: 401 })\n  return Response.json({ id: user.id })\n}\n",
      'app/api/cron/route.ts': `export async function GET(request) {
  if (request.headers.get('authorization') !== \`Bearer \${process.env.CRON_SECRET}\`) return new Response(null, { status: 401 })
  return Response.json({ ok: true })
}
`,
      'lib/db.ts':
        "import { PrismaClient } from '@prisma/client'\nexport const prisma = new PrismaClient()\n",
      'lib/session.ts': session,
    })
    expect(found).toEqual({ 'GET /api/me': 'session', 'GET /api/key': 'api-key', 'GET /api/cron': 'secret' })
  })
})

describe('other endpoints', () => {
  it('server actions: a file, an inline function, an action client', async () => {
    const found = await endpoints({
      'app/actions.ts':
        "'use server'\nimport { action } from '../lib/client'\nexport async function open() {}\nexport const closed = action.inputSchema(x).action(async ({ ctx }) => ({ id: ctx.user.id }))\n",
      'app/page.tsx':
        "export default function Page() {\n  async function save() {\n    'use server'\n  }\n  return <form action={save} />\n}\n",
      'lib/client.ts':
        "import { createSafeActionClient } from 'next-safe-action'\nimport { requireUser } from './session'\nexport const action = createSafeActionClient().use(async ({ next }) => next({ ctx: { user: await requireUser() } }))\n",
      'lib/session.ts': session,
    })
    expect(found).toEqual({
      'action open (app/actions.ts)': 'none',
      'action closed (app/actions.ts)': 'session',
      'action save (app/page.tsx)': 'none',
    })
  })

  it('pages: API routes, getServerSideProps and pages that read params or wait for something', async () => {
    const found = await endpoints({
      'pages/api/users/[id].js': 'export default function handler(req, res) { res.json({}) }\n',
      'pages/users/[id].js':
        'export async function getServerSideProps({ params }) { return { props: { id: params.id } } }\nexport default function Page() { return null }\n',
      'app/u/[id]/page.tsx':
        'export default async function Page({ params }) { const { id } = await params; return <p>{id}</p> }\n',
      'app/about/page.tsx': 'export default function Page() { return <p>About</p> }\n',
      'app/team/page.tsx':
        'export default async function Page() { return <p>{(await prisma.user.findMany()).length}</p> }\n',
    })
    expect(Object.keys(found)).toEqual([
      'page /team',
      'page /u/[id]',
      'ANY /api/users/[id]',
      'pages-ssr /users/[id]',
    ])
  })

  it('tRPC procedures in nested and merged routers, with their middleware', async () => {
    const found = await endpoints({
      'server/trpc.ts':
        "import { initTRPC, TRPCError } from '@trpc/server'\nconst t = initTRPC.context().create()\nexport const router = t.router\nexport const mergeRouters = t.mergeRouters\nexport const open = t.procedure\nexport const closed = t.procedure.use(({ ctx, next }) => {\n  if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED' })\n  return next({ ctx: { user: ctx.session.user } })\n})\n",
      'server/posts.ts':
        "import { closed, open, router } from './trpc'\nexport const posts = router({ list: open.query(() => []), admin: router({ remove: closed.input(x).mutation(({ input }) => input) }) })\n",
      'server/root.ts':
        "import { mergeRouters, router } from './trpc'\nimport { posts } from './posts'\nexport const appRouter = mergeRouters(router({ posts }))\n",
    })
    expect(found).toEqual({ 'procedure posts.list': 'none', 'procedure posts.admin.remove': 'session' })
  })

  it('procedures: the schema of their input, and the proxy of the route that mounts them', async () => {
    const project = await projectOf({
      'server/root.ts':
        "import { initTRPC } from '@trpc/server'\nimport { z } from 'zod'\nconst t = initTRPC.create()\nexport const appRouter = t.router({ add: t.procedure.input(z.object({ id: z.string() })).mutation(({ input }) => input) })\n",
      'app/api/trpc/[trpc]/route.ts':
        "import { fetchRequestHandler } from '@trpc/server/adapters/fetch'\nconst handler = (req) => fetchRequestHandler({ req })\nexport { handler as POST }\n",
      'middleware.ts': "export { default } from 'next-auth/middleware'\n",
    })
    const add = project.map.endpoints.find((one) => one.kind === 'procedure')
    expect([add?.validation, add?.guard.proxy]).toEqual([['zod'], 'middleware.ts (session)'])
  })

  it('GraphQL resolvers and Hono routes, with the middleware of the application', async () => {
    const found = await endpoints({
      'app/api/graphql/route.ts':
        "import { createSchema, createYoga } from 'graphql-yoga'\nconst resolvers = { Query: { me: () => null }, Mutation: { rename: (_, { id }) => id } }\nexport const { handleRequest: POST } = createYoga({ schema: createSchema({ typeDefs: '', resolvers }) })\n",
      'server/hono.ts':
        "import { Hono } from 'hono'\nimport { verify } from 'jsonwebtoken'\nexport const app = new Hono()\napp.use('*', async (c, next) => {\n  const user = verify(c.req.header('authorization'), process.env.KEY)\n  c.set('user', user)\n  await next()\n})\napp.get('/v1/me', (c) => c.json(c.var.user))\n",
      'server/based.ts':
        "import { Hono } from 'hono'\nconst app = new Hono().basePath('/api/event')\napp.get('/:id/ics', (c) => c.text(c.req.param('id')))\n",
      'server/other.ts':
        "import { Hono } from 'hono'\nconst app = new Hono().basePath('/api/jobs')\napp.use('*', async (c) => c.text('no', 401))\napp.get('/run', (c) => c.text('done'))\n",
      'app/v1/[[...route]]/route.ts':
        "import { handle } from 'hono/vercel'\nimport { app } from '../../../server/hono'\nexport const GET = handle(app)\n",
    })
    expect(found).toEqual({
      'POST /api/graphql': 'none',
      'GET /v1/[[...route]]': 'session',
      'resolver Query.me': 'none',
      'resolver Mutation.rename': 'none',
      'GET /v1/me': 'session',
      'GET /api/event/:id/ics': 'session',
      'GET /api/jobs/run': 'session',
    })
  })

  it('pages that hand their props on, and what the async component asks', async () => {
    const found = await endpoints({
      'app/o/[id]/page.tsx':
        "import { Board } from '../../../lib/board'\nconst Page = (props) => <main><Board {...props} /></main>\nexport default Page\n",
      'app/p/[id]/page.tsx':
        "import { Board } from '../../../lib/board'\nexport default (props) => Board(props)\n",
      'app/q/page.tsx': 'export default function Page(props) { return <p>{props.title}</p> }\n',
      'lib/board.tsx':
        "import { redirect } from 'next/navigation'\nimport { auth } from 'next-auth'\nexport async function Board({ params }) {\n  const { id } = await params\n  if (!(await auth())) redirect('/login')\n  return <p>{id}</p>\n}\n",
    })
    expect(found).toEqual({ 'page /o/[id]': 'session', 'page /p/[id]': 'session' })
  })

  it('a proxy that lets only signed-in people through, and one that sometimes does', async () => {
    const proxy = (pass: string): string =>
      `import { NextResponse } from 'next/server'\nimport { getToken } from 'next-auth/jwt'\nexport async function proxy(request) {\n  const token = await getToken({ req: request })\n  ${pass}\n  if (!token) return NextResponse.redirect('/login')\n  return NextResponse.next()\n}\nexport const config = { matcher: ['/app/:path*'] }\n`
    expect(await endpoints({ 'src/proxy.ts': proxy('') })).toEqual({ 'middleware proxy.ts': 'session' })
    expect(
      await endpoints({
        'src/proxy.ts': proxy("if (request.nextUrl.pathname === '/app/about') return NextResponse.next()"),
      }),
    ).toEqual({ 'middleware proxy.ts': 'none' })
  })
})

describe('routers of next-connect', () => {
  const auth = `import { getServerSession } from 'next-auth/next'
export const auth = async (req, res, next) => {
  const session = await getServerSession(req, res, {})
  if (!session) return res.status(401).end()
  return next()
}\n`

  it('are one endpoint for each method, behind the middlewares that stand before it', async () => {
    const found = await endpoints({
      'lib/auth.ts': auth,
      'pages/api/notes.ts': `import { createRouter } from 'next-connect'
import { auth } from '../../lib/auth'
const router = createRouter()
router.get(async (req, res) => res.json({ open: true }))
router.use(auth).delete(async (req, res) => res.json({ done: true }))
router.post(async (req, res) => res.json({ made: true }))
export default router.handler()\n`,
      'pages/api/open.ts': `import nc from 'next-connect'
import { auth } from '../../lib/auth'
const handler = nc()
handler.get(async (req, res) => res.json({ open: true })).put(auth, async (req, res) => res.json({ done: true }))
export default handler\n`,
      'lib/base.ts': `import nc from 'next-connect'
import { auth } from './auth'
export const base = () => nc({ attachParams: true }).use(auth)\n`,
      'pages/api/closed.ts': `import { base } from '../../lib/base'
export default base().get(async (req, res) => res.json({ open: false }))\n`,
    })
    expect(found).toEqual({
      'GET /api/notes': 'none',
      'DELETE /api/notes': 'session',
      'POST /api/notes': 'session',
      'GET /api/open': 'none',
      'PUT /api/open': 'session',
      'GET /api/closed': 'session',
    })
  })
})
