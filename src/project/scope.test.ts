import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fingerprint } from './fingerprint.ts'
import { loadProject } from './load.ts'
import { listScope } from './scope.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'scope-'))
})
afterEach(() => {
  rmSync(base, { recursive: true })
})

function write(files: Record<string, unknown>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(base, file)), { recursive: true })
    writeFileSync(join(base, file), typeof content === 'string' ? content : JSON.stringify(content))
  }
}

const members = {
  'apps/web/package.json': {
    name: 'web',
    dependencies: { next: '16.4.5', '@acme/core': 'workspace:*' },
  },
  'apps/web/app/api/notes/route.ts': `import { db } from '@acme/core'
export const GET = async () => Response.json(await db.note.findMany())`,
  'apps/admin/package.json': { name: 'admin', dependencies: { next: '15.0.0' } },
  'apps/admin/app/api/notes/route.ts': 'export const GET = () => Response.json({})',
  'packages/core/package.json': { name: '@acme/core', devDependencies: { '@acme/db': '*' } },
  'packages/core/src/index.ts': "export { db } from '@acme/db'",
  'packages/db/package.json': { name: '@acme/db', dependencies: { '@prisma/client': '7.10.0' } },
  'packages/db/src/index.ts': `import { PrismaClient } from '@prisma/client'
export const db = new PrismaClient()`,
  'packages/db/prisma/schema.prisma':
    'datasource db {\n  provider = "postgresql"\n}\nmodel Note {\n  id Int @id\n}\n',
}
const workspaces = { name: 'mono', workspaces: { packages: ['apps/*', 'packages/*'] } }
const web = (): string => join(base, 'apps/web')

describe('a member of a workspace', () => {
  test.each([
    ['package.json', { 'package.json': workspaces }],
    [
      'pnpm-workspace.yaml',
      { 'package.json': { name: 'mono' }, 'pnpm-workspace.yaml': 'packages: ["apps/*", "packages/*"]' },
    ],
    ['pnpm-workspace.yaml alone', { 'pnpm-workspace.yaml': 'packages:\n  - apps/*\n  - packages/*\n' }],
  ])('of %s is read with what it depends on, and no more', async (_, root) => {
    write({ ...root, ...members, 'AGENTS.md': '- Never do this', 'tools/a.ts': '' })
    const { map } = await loadProject(web())
    expect(map.name).toBe('web')
    expect(map.stack[0]).toBe('Next.js 16.4.5')
    expect(map.packages.map(({ folder }) => folder).filter((folder) => folder !== '.')).toEqual([
      'apps/web',
      'packages/core',
      'packages/db',
    ])
    expect(map.endpoints.map(({ id, reads, location }) => [id, reads, location.file])).toEqual([
      ['GET /api/notes', ['Note'], 'apps/web/app/api/notes/route.ts'],
    ])
    expect(map.queries).toHaveLength(1)
    expect(map.conventions.filter(({ topic }) => topic === 'rule')).toHaveLength(1)
  })

  test('that needs no package with a schema gets the schema of the workspace', async () => {
    write({
      'package.json': workspaces,
      ...members,
      'packages/core/package.json': { name: '@acme/core' },
    })
    const { files } = await listScope(web())
    expect(files.filter((file) => file.startsWith('packages/db/'))).toEqual([
      'packages/db/prisma/schema.prisma',
    ])
  })

  test('has an answer that depends on the packages', async () => {
    write({ 'package.json': workspaces, ...members })
    const before = await fingerprint(web(), '')
    write({ 'apps/admin/app/page.tsx': '' })
    expect(await fingerprint(web(), '')).toBe(before)
    write({ 'packages/db/src/index.ts': '' })
    const changed = await fingerprint(web(), '')
    expect(changed).not.toBe(before)
    write({ 'apps/web/.backend-engineer/baseline.json': '{}' })
    expect(await fingerprint(web(), '')).not.toBe(changed)
  })
})

test.each([
  ['no workspace above', {}],
  ['a workspace that does not list it', { 'package.json': { workspaces: ['packages/*'] } }],
  [
    'a workspace of its own',
    { 'package.json': workspaces, 'apps/web/package.json': { workspaces: ['modules/*'] } },
  ],
  ['a workspace around the repository', { 'package.json': workspaces, 'apps/web/.git/HEAD': '' }],
])('%s: the folder alone', async (_, files) => {
  write({ ...members, ...files })
  const scope = await listScope(web())
  expect(scope.root).toBe(web())
  expect(scope.folder).toBe('.')
  expect(scope.files).toEqual(['app/api/notes/route.ts', 'package.json'])
})

test('a folder of a member is no member', async () => {
  write({ 'package.json': workspaces, ...members })
  expect((await listScope(join(web(), 'app'))).files).toEqual(['api/notes/route.ts'])
})
