import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'

const schema = `datasource db {
  provider = "postgresql"
}
model Note {
  id   String @id
  text String
}`

const insideOf = async (files: Record<string, string>): Promise<Record<string, string | undefined>> => {
  const { runs } = await projectOf({ 'prisma/schema.prisma': schema, ...files })
  return Object.fromEntries(
    runs.flatMap(({ endpoint, label, inside }) =>
      endpoint?.kind === 'route' ? [[label, inside?.label] as const] : [],
    ),
  )
}

describe('what answers inside of a route', () => {
  it('is the route of Hono below it that asks least, for each method', async () => {
    const mounted = await insideOf({
      'app/api/v1/[...route]/route.ts': `import { Hono } from 'hono'
import { handle } from 'hono/vercel'
const app = new Hono().basePath('/api/v1')
app.get('/notes/:id', (c) => c.json({ id: c.req.param('id') }))
app.get('/notes', (c) => c.json([]))
app.post('/notes', (c) => c.json({}))
export const GET = handle(app)
export const POST = handle(app)
export const DELETE = handle(app)`,
    })
    expect(mounted).toEqual({
      'GET /api/v1/[...route]': 'GET /api/v1/notes',
      'POST /api/v1/[...route]': 'POST /api/v1/notes',
      'DELETE /api/v1/[...route]': undefined,
    })
  })

  it('is what a package answers to every user', async () => {
    const mounted = await insideOf({
      'app/api/auth/[...all]/route.ts': `import { toNextJsHandler } from 'better-auth/next-js'
import { auth } from '../../../../lib/auth'
export const { GET, POST } = toNextJsHandler(auth)`,
      'lib/auth.ts': `import { betterAuth } from 'better-auth'
export const auth = betterAuth({})`,
    })
    expect(mounted).toEqual({
      'GET /api/auth/[...all]': 'GET /api/auth/get-session',
      'POST /api/auth/[...all]': 'POST /api/auth/sign-out',
    })
  })

  it('is nothing where the path is the whole question', async () => {
    const mounted = await insideOf({
      'app/files/[...path]/route.ts': `import { getServerSession } from 'next-auth'
export async function GET() {
  return Response.json(await getServerSession())
}`,
    })
    expect(mounted).toEqual({ 'GET /files/[...path]': undefined })
  })
})
