import { describe, expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { notes, repositoryOf } from '../../test/repository.ts'
import { type AccessCell, type AccessMatrix, accessChanges } from '../core/access.ts'
import type { Report } from '../core/report.ts'
import { accessMatrix } from '../project/access-matrix.ts'
import { agent } from '../report/agent.ts'
import { markdown } from '../report/markdown.ts'
import { text } from '../report/text.ts'
import { understand } from './understand.ts'

/** `GET /api/x`: what it reads and writes, under which condition. */
function told({ rows }: AccessMatrix): Record<string, string[]> {
  const cell = (use: string, model: string, one: AccessCell | undefined): string[] =>
    one ? [`${use} ${model} ${one.level}${one.role ? ' role' : ''}`] : []
  return Object.fromEntries(
    rows.map(({ endpoint, models }) => [
      endpoint,
      models.flatMap(({ model, read, write }) => [
        ...cell('read', model, read),
        ...cell('write', model, write),
      ]),
    ]),
  )
}

const schema = `datasource db {
  provider = "postgresql"
}
model User {
  id      String       @id
  email   String       @unique
  role    String
  members Membership[]
  notes   Note[]
}
model Org {
  id       String       @id
  name     String
  members  Membership[]
  projects Project[]
}
model Membership {
  userId String
  orgId  String
  role   String
  user   User   @relation(fields: [userId], references: [id])
  org    Org    @relation(fields: [orgId], references: [id])
  @@id([userId, orgId])
}
model Project {
  id    String @id
  orgId String
  name  String
  org   Org    @relation(fields: [orgId], references: [id])
}
model Note {
  id     String @id
  userId String
  text   String
  user   User   @relation(fields: [userId], references: [id])
}
`

const route = (handler: string): string => `import { db } from '../../../lib/db'
import { requireUser } from '../../../lib/guard'
${handler}
`

const member = `const user = await requireUser()
  const { orgId, id } = await request.json()
  const found = await db.membership.findUnique({ where: { userId_orgId: { userId: user.id, orgId } } })
  if (!found) throw new Error('No.')`

const app = {
  ...notes,
  'prisma/schema.prisma': schema,
  'app/api/open/route.ts': route(`export async function GET() {
  return Response.json(await db.project.findMany({ include: { org: true } }))
}`),
  'app/api/own/route.ts': route(`export async function GET() {
  const user = await requireUser()
  return Response.json(await db.note.findMany({ where: { userId: user.id } }))
}`),
  'app/api/member/route.ts': route(`export async function POST(request: Request) {
  ${member}
  await db.project.deleteMany({ where: { id, orgId } })
  return Response.json({ done: true })
}`),
  'app/api/admin/route.ts': route(`export async function DELETE(request: Request) {
  const user = await requireUser()
  if (user.role !== 'admin') throw new Error('No.')
  await db.note.deleteMany({ where: { text: 'spam' } })
  return Response.json({ done: true })
}`),
  'app/api/owner/route.ts': route(`export async function POST(request: Request) {
  ${member}
  if (found.role !== 'owner') throw new Error('No.')
  await db.project.deleteMany({ where: { id, orgId } })
  return Response.json({ done: true })
}`),
  'app/api/key/route.ts': route(`export async function POST(request: Request) {
  if (request.headers.get('authorization') !== process.env.CRON_SECRET) throw new Error('No.')
  await db.note.deleteMany({ where: { text: '' } })
  return Response.json({ done: true })
}`),
}

describe('the static matrix', () => {
  it('says what each endpoint may read and write, and what it asks', async () => {
    expect(told(accessMatrix(await projectOf(app)))).toEqual({
      'GET /api/open': ['read Project none', 'read Org none'],
      'GET /api/own': ['read Note own'],
      // The membership was read to decide, and is not in the answer.
      'POST /api/member': ['write Project member'],
      'POST /api/owner': ['write Project member role'],
      'DELETE /api/admin': ['write Note role'],
      'POST /api/key': ['write Note key'],
      'PATCH /api/notes': ['write Note session'],
      'DELETE /api/notes': ['write Note own'],
    })
  })

  it('keeps the most open of several ways', async () => {
    const both = {
      ...app,
      'app/api/own/route.ts': route(`export async function GET(request: Request) {
  const user = await requireUser()
  const id = new URL(request.url).searchParams.get('id')
  const mine = await db.note.findMany({ where: { userId: user.id } })
  const one = await db.note.findUnique({ where: { id } })
  return Response.json({ mine, one })
}`),
    }
    expect(told(accessMatrix(await projectOf(both)))['GET /api/own']).toEqual(['read Note session'])
  })
})

describe('what changed', () => {
  const at = { file: 'a.ts', line: 1, column: 1 }
  const matrix = (read?: AccessCell, write?: AccessCell): AccessMatrix => ({
    rows: [
      {
        endpoint: 'GET /a',
        guard: 'none',
        models: [{ model: 'Note', ...(read && { read }), ...(write && { write }) }],
      },
    ],
  })
  it.each([
    [{ level: 'own', at }, { level: 'session', at }, 'opened'],
    [{ level: 'none', at }, { level: 'member', at }, 'closed'],
    [{ level: 'member', at }, { level: 'member', role: true, at }, 'closed'],
    [{ level: 'role', at }, { level: 'member', at }, 'changed'],
    [undefined, { level: 'own', at }, 'new'],
    [{ level: 'own', at }, undefined, 'gone'],
  ] as const)('%j → %j: %s', (was, is, effect) => {
    expect(accessChanges(matrix(was), matrix(is)).map((one) => one.effect)).toEqual([effect])
    expect(accessChanges(matrix(is), matrix(is))).toEqual([])
  })

  it('is told between two commits, the most open first', async () => {
    const repository = repositoryOf(notes)
    repository.git('checkout', '-qb', 'work')
    const file = 'app/api/notes/route.ts'
    repository.write({
      [file]: (notes[file] ?? '').replace('{ id, userId: user.id }', '{ id }'),
      'app/api/mine/route.ts': app['app/api/own/route.ts'],
    })
    const report: Report = await understand.run(
      understand.input.parse({ matrixSince: 'main' }),
      repository.context,
    )
    expect(
      report.accessChanges?.map(({ effect, endpoint, use, was, is }) => [
        effect,
        endpoint,
        use,
        was?.level,
        is?.level,
      ]),
    ).toEqual([
      ['opened', 'DELETE /api/notes', 'write', 'own', 'session'],
      ['new', 'GET /api/mine', 'read', undefined, 'own'],
    ])
    const line = /opened.*DELETE \/api\/notes.*write Note.*own rows.*anybody signed in/
    for (const said of [text(report), markdown(report), agent(report)]) expect(said).toMatch(line)
    expect(report.headline).toContain('2 things can be read or written that could not')
  })

  it('is shown as a table, and of one endpoint or model alone', async () => {
    const repository = repositoryOf(app)
    const ask = (input: object): Promise<Report> =>
      understand.run(understand.input.parse({ matrix: true, ...input }), repository.context)
    const whole = await ask({})
    expect(whole.map).toBeUndefined()
    expect(markdown(whole)).toContain('| `GET /api/own` | session | Note (own rows) | - |')
    expect(text(whole)).toMatch(/POST \/api\/owner +permission +- +Project \(members with a role\)/)
    expect((await ask({ focus: 'Project' })).access?.rows.map(({ endpoint }) => endpoint).sort()).toEqual([
      'GET /api/open',
      'POST /api/member',
      'POST /api/owner',
    ])
    expect((await ask({ focus: '/api/own' })).access?.rows).toHaveLength(1)
  })
})
