import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { notes } from '../../../test/repository.ts'
import { policyFile } from '../../core/policy.ts'
import { faults } from '../../faults/index.ts'
import { runFaults } from '../../operations/run-faults.ts'

const reason = 'Because it is so.'
const declare = async (policy: object | string, files: Record<string, string> = {}) => {
  const text = typeof policy === 'string' ? policy : JSON.stringify({ version: 1, ...policy })
  const project = await projectOf({ ...notes, ...files, [policyFile]: text })
  const { findings } = runFaults(project, faults)
  return {
    project,
    open: findings.filter(({ suppressed }) => !suppressed).map(({ fault, subject }) => `${fault} ${subject}`),
    accepted: findings.flatMap(({ subject, suppressed }) =>
      suppressed?.by === 'policy' ? [`${subject}: ${suppressed.reason}`] : [],
    ),
    problems: project.problems.map(({ where, message, effect }) => `${effect} ${where} ${message}`),
    guards: Object.fromEntries(project.map.endpoints.map(({ id, guard }) => [id, guard.level])),
  }
}

const publicRoute = {
  'app/api/public/route.ts': `import { db } from '../../../lib/db'
export async function POST(request: Request) {
  const { userId, text } = await request.json()
  return Response.json(await db.note.create({ data: { id: '1', userId, text } }))
}
`,
}
const missing = 'authentication/missing-authentication POST /api/public'

describe('public endpoints', () => {
  it('are not asked for a guard, and keep every other finding', async () => {
    expect((await declare({}, publicRoute)).open).toContain(missing)
    const told = await declare({ publicEndpoints: [{ endpoint: 'POST /api/pub*', reason }] }, publicRoute)
    expect(told.open).not.toContain(missing)
    expect(told.open).toContain('authorization/unscoped-access PATCH /api/notes → note.update')
    expect(told.accepted).toEqual([`POST /api/public: ${reason}`])
    expect(told.project.map.endpoints.find(({ path }) => path === '/api/public')?.guard.public).toBe(reason)
    expect(told.problems).toEqual([])
  })

  it('that are not there, or guarded, are told', async () => {
    const { problems } = await declare({
      publicEndpoints: [
        { endpoint: '/api/note', reason },
        { endpoint: 'PATCH /api/notes', reason },
      ],
    })
    expect(problems).toEqual([
      expect.stringMatching(
        /^notice .*policy\.json publicEndpoints "\/api\/note" .*Did you mean ".*\/api\/notes"\?$/,
      ),
      expect.stringMatching(/"PATCH \/api\/notes" changes nothing: PATCH \/api\/notes asks for session/),
    ])
  })
})

const readRoute = {
  'app/api/read/route.ts': `import { db } from '../../../lib/db'
import { requireUser } from '../../../lib/guard'
export async function GET(request: Request) {
  await requireUser()
  const id = new URL(request.url).searchParams.get('id')
  return Response.json(await db.note.findUnique({ where: { id } }))
}
`,
}

describe('models', () => {
  const read = 'authorization/unscoped-access GET /api/read → note.findUnique'
  const write = 'authorization/unscoped-access PATCH /api/notes → note.update'

  it('that are public may be read by anybody, and not written', async () => {
    expect((await declare({}, readRoute)).open).toEqual(expect.arrayContaining([read, write]))
    const told = await declare({ publicModels: [{ model: 'Note', reason }] }, readRoute)
    expect(told.open).not.toContain(read)
    expect(told.open).toContain(write)
    expect(told.accepted).toEqual([`GET /api/read → note.findUnique: ${reason}`])
  })

  it('that are shared belong to nobody', async () => {
    const told = await declare({ sharedModels: [{ model: 'Note', reason }] }, readRoute)
    expect(told.project.entity('Note')).toMatchObject({ role: 'global' })
    expect(told.open.filter((one) => one.startsWith('authorization/'))).toEqual([])
  })

  it('that stand for people, or are not there, are told', async () => {
    const { problems } = await declare({
      sharedModels: [{ model: 'User', reason }],
      publicModels: [{ model: 'Notes', reason }],
    })
    expect(problems).toEqual([
      expect.stringContaining('the schema has no such model. Did you mean "Note"?'),
      expect.stringContaining('it stands for a person or an organization'),
    ])
  })

  it('belong to a tenant by its key alone', async () => {
    const schema = `${notes['prisma/schema.prisma']}model Space {
  id   String @id
  name String
}
model Page {
  id      String @id
  spaceId String
}
`
    const page = {
      'prisma/schema.prisma': schema,
      'app/api/pages/route.ts': readRoute['app/api/read/route.ts'].replace('db.note', 'db.page'),
    }
    const found = 'authorization/unscoped-access GET /api/pages → page.findUnique'
    expect((await declare({}, page)).open).not.toContain(found)
    const told = await declare({ tenants: [{ model: 'Space', key: 'spaceId' }] }, page)
    expect(told.project.dataModels[0]?.tenant).toBe('Space')
    expect(told.project.entity('Page')).toMatchObject({ role: 'owned', tenantPath: ['spaceId'] })
    expect(told.open).toContain(found)
    expect((await declare({ tenants: [{ model: 'Space', key: 'roomId' }] }, page)).problems).toEqual([
      expect.stringContaining('no model has a column roomId'),
    ])
  })
})

describe('guards and roles', () => {
  const withGuard = (call: string): Record<string, string> => ({
    'app/api/acme/route.ts': `import { guard } from '@acme/auth'
import { db } from '../../../lib/db'
export async function DELETE(request: Request) {
  const { id } = await request.json()
  ${call}
  await db.note.delete({ where: { id } })
  return Response.json({ deleted: true })
}
`,
  })
  const levelOf = async (asks: string, call: string, more: object = {}): Promise<string | undefined> =>
    (
      await declare(
        { guards: [{ package: '@acme/auth', function: 'guard', asks, reason, ...more }] },
        withGuard(call),
      )
    ).guards['DELETE /api/acme']

  it('count as what they are declared to ask', async () => {
    expect((await declare({}, withGuard('await guard(request)'))).guards['DELETE /api/acme']).toBe('none')
    expect(await levelOf('session', 'await guard(request)')).toBe('session')
    expect(await levelOf('role', 'await guard(request)')).toBe('permission')
    expect(await levelOf('member', 'await guard(id)')).toBe('permission')
    expect(await levelOf('api-key', 'await guard(request)')).toBe('api-key')
    expect(await levelOf('signature', 'await guard(request)')).toBe('signature')
    expect(await levelOf('secret', 'await guard(request)')).toBe('secret')
  })

  it('that do not reject count where their answer is asked for', async () => {
    const gives = { rejects: false }
    expect(await levelOf('session', 'await guard(request)', gives)).toBe('none')
    const checked = 'const user = await guard(request); if (!user) return new Response(null, { status: 401 })'
    expect(await levelOf('session', checked, gives)).toBe('session')
  })

  it('authorize the ids that they are given, and no others', async () => {
    const guards = [{ package: '@acme/auth', function: 'guard', asks: 'member', reason }]
    const unscoped = 'authorization/unscoped-access DELETE /api/acme → note.delete'
    expect((await declare({ guards }, withGuard('await guard(id)'))).open).not.toContain(unscoped)
    expect((await declare({ guards }, withGuard('await guard("1")'))).open).toContain(unscoped)
  })

  it('that nothing calls are told', async () => {
    const { problems } = await declare(
      {
        guards: [{ package: '@acme/auth', function: 'guarb', asks: 'session', reason }],
        roles: [{ field: 'tier', reason }],
      },
      withGuard('await guard(request)'),
    )
    expect(problems).toEqual([
      expect.stringContaining('roles "tier" changes nothing'),
      expect.stringContaining('guards "guarb of @acme/auth" changes nothing: no endpoint calls it'),
    ])
  })

  it('are a permission by a field that is declared to be a role', async () => {
    const route = {
      'app/api/rank/route.ts': `import { db } from '../../../lib/db'
import { requireUser } from '../../../lib/guard'
export async function DELETE() {
  const user = await requireUser()
  if (user.rank !== 'captain') throw new Error('No.')
  await db.note.deleteMany({})
  return Response.json({ deleted: true })
}
`,
    }
    expect((await declare({}, route)).guards['DELETE /api/rank']).toBe('session')
    const told = await declare({ roles: [{ field: 'rank', reason }] }, route)
    expect(told.guards['DELETE /api/rank']).toBe('permission')
    expect(told.problems).toEqual([])
  })
})

describe('a file that is not understood', () => {
  it.each([
    [
      '{\n  "version": 1,\n  "guards": [\n    { "package": "a", "function": "b", "asks": "admin", "reason": "Because." }\n  ]\n}',
      4,
      'guards[0].asks',
    ],
    ['{\n  "version": 1,\n  "publicEndpoint": []\n}', 1, 'publicEndpoint'],
    ['{\n  "version": 1,\n  "sharedModels": [{\n "model": "Note" }]\n}', 3, 'sharedModels[0].reason'],
    ['{\n  "version": 1,,\n}', 2, 'This is no JSON'],
    ['{ "version": 2 }', 1, 'version'],
  ])('names its line: %s', async (text, line, what) => {
    const { problems, project } = await declare(text)
    expect(problems).toEqual([expect.stringContaining(`partial ${policyFile}:${line} `)])
    expect(problems[0]).toContain(what)
    expect(problems[0]).toContain('The policy was not used')
    expect(project.map.policy).toBeUndefined()
  })

  it('may have comments', async () => {
    const { problems, project } = await declare('// Ours.\n{ "version": 1, /* none */ "guards": [], }')
    expect(problems).toEqual([])
    expect(project.map.policy).toEqual({ file: policyFile, entries: [] })
  })
})
