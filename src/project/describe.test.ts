import { describe, expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { describeProject } from './describe.ts'

const db = "import { PrismaClient } from '@prisma/client'\nexport const prisma = new PrismaClient()\n"
const reads = `import { getServerSession } from 'next-auth'
import { prisma } from '../../../lib/db'
export async function GET(request, { params }) {
  const session = await getServerSession()
  if (!session) return new Response(null, { status: 401 })
  const { id } = await params
  const found = []
  for (const one of await request.json()) found.push(await prisma.user.findMany({ where: { id, ...one } }))
  return Response.json(found)
}
`

describe('what was read, in words', async () => {
  const files = {
    'lib/db.ts': db,
    'app/api/people/route.ts': reads,
    'app/api/Health/route.ts': 'export const GET = () => null\n',
  }

  it('names events, what they are given, and the facts that hold, each with its place', async () => {
    const lines = describeProject(await projectOf(files), 'people')
    expect(lines.slice(0, 7)).toEqual([
      'GET /api/people  app/api/people/route.ts:3  guard session',
      '  refusal 401  app/api/people/route.ts:5',
      '    fact none absent  GET  app/api/people/route.ts:5  identity:next-auth',
      '  access User.findMany  app/api/people/route.ts:8  per element of request.json()',
      '    where.id ← client:params.id',
      '    where… ← client:body',
      '    fact session presence  GET  app/api/people/route.ts:5  identity:next-auth',
    ])
    expect(lines.at(-1)).toBe('1 of 2 endpoints have "people" in label or file, 5 events.')
  })

  it('finds an endpoint in either case, and says so when none is meant', async () => {
    const project = await projectOf(files)
    expect(describeProject(project, 'health')[0]).toMatch(/^GET \/api\/Health/)
    expect(describeProject(project, 'nowhere')).toEqual([
      '0 of 2 endpoints have "nowhere" in label or file, 0 events.',
    ])
    expect(describeProject(project).at(-1)).toMatch(/^2 of 2 endpoints, \d+ events\.$/)
  })

  it('cuts long lists, and keeps who is calling in what stays', async () => {
    const keys = Array.from({ length: 12 }, (_, i) => `key${i}`)
    const lines = describeProject(
      await projectOf({
        'lib/db.ts': db,
        'app/actions.ts': `'use server'
import { auth } from '@clerk/nextjs/server'
import { prisma } from '../lib/db'
export async function save(input) {
  const { userId } = await auth()
  const name = [${keys.map((key) => `input.${key}`).join(', ')}, userId].join()
  await prisma.user.create({ data: { name, ${keys.map((key) => `${key}: input.${key}`).join(', ')} } })
}
`,
      }),
    )
    const given = lines.filter((line) => line.includes('data.'))
    expect(given).toHaveLength(8)
    expect(given[0]).toMatch(
      /^ {4}data\.name ← identity:@clerk\/nextjs\/server, client:input\.key0, .*, … 5 more$/,
    )
    expect(lines).toContain('    … 5 more')
  })
})
