import { describe, expect, test } from 'vitest'
import { type Packages, readPackages } from './packages.ts'

function packagesOf(tree: Record<string, unknown>): Packages {
  const read = (file: string): string | undefined => {
    const content = tree[file]
    return content === undefined || typeof content === 'string' ? content : JSON.stringify(content)
  }
  return readPackages('/home/me/shop', Object.keys(tree).sort(), read)
}

test('a single package with all kinds of dependencies', () => {
  const found = packagesOf({
    'package.json': { dependencies: { next: '16.0.0' }, devDependencies: { prisma: '7.0.0' } },
    'package-lock.json': '{}',
  })
  expect(found.packages).toMatchObject([
    { name: 'shop', folder: '.', dependencies: { next: '16.0.0', prisma: '7.0.0' }, workspace: false },
  ])
  expect(found.workspace).toBe(false)
  expect(found.manager).toBe('npm')
  expect(found.packageOf('app/page.tsx')?.name).toBe('shop')
})

describe('workspaces', () => {
  const members = {
    'apps/web/package.json': { name: 'web' },
    'packages/db/package.json': { name: '@acme/db' },
    'tools/odd/package.json': { name: 'odd' },
  }

  test.each([
    [
      'array with patterns that name nothing',
      { 'package.json': { workspaces: ['apps/*', '/', '', './', '!', 'packages/*'] } },
    ],
    ['array', { 'package.json': { workspaces: ['apps/*', './packages/*/'] } }],
    ['object', { 'package.json': { workspaces: { packages: ['apps/*', 'packages/**'] } } }],
    [
      'pnpm',
      {
        'package.json': {},
        'pnpm-workspace.yaml': 'packages:\n  - "apps/*"\n  - packages/*\n  - "!tools/*"\n',
      },
    ],
  ])('declared as %s', (_, tree) => {
    const found = packagesOf({ ...tree, ...members })
    expect(found.workspace).toBe(true)
    expect(found.packages.map(({ folder, workspace }) => [folder, workspace])).toEqual([
      ['.', true],
      ['apps/web', true],
      ['packages/db', true],
      ['tools/odd', false],
    ])
  })

  test('the nearest package owns a file', () => {
    const { packageOf } = packagesOf({ 'package.json': { name: 'root' }, ...members })
    expect(packageOf('apps/web/app/page.tsx')?.name).toBe('web')
    expect(packageOf('packages/db')?.name).toBe('@acme/db')
    expect(packageOf('packages/other/a.ts')?.name).toBe('root')
  })

  test('without a root package a file may have none', () => {
    expect(packagesOf(members).packageOf('scripts/a.ts')).toBeUndefined()
  })
})

test('samples are left out unless a workspace glob names them', () => {
  const tree = {
    'examples/blog/package.json': { name: 'blog' },
    'packages/cli/templates/app/package.json': { name: 'app' },
    'node_modules/x/package.json': { name: 'x' },
  }
  expect(packagesOf({ 'package.json': { name: 'root' }, ...tree }).packages.map(({ name }) => name)).toEqual([
    'root',
  ])
  const named = packagesOf({ 'package.json': { name: 'root', workspaces: ['examples/*'] }, ...tree })
  expect(named.packages.map(({ name }) => name)).toEqual(['root', 'blog'])
})

test.each([
  [{ 'package.json': { packageManager: 'yarn@4.5.0' }, 'package-lock.json': '' }, 'yarn'],
  [{ 'package.json': {}, 'pnpm-lock.yaml': '' }, 'pnpm'],
  [{ 'package.json': {}, 'bun.lock': '' }, 'bun'],
  [{ 'package.json': {}, 'yarn.lock': '' }, 'yarn'],
  [{ 'package.json': {} }, undefined],
])('package manager of %j is %s', (tree, manager) => {
  expect(packagesOf(tree).manager).toBe(manager)
})

test('broken manifests and workspace files are problems, not failures', () => {
  const found = packagesOf({
    'package.json': '{ "name": "a", "dependencies": { "next": "16" }',
    'pnpm-workspace.yaml': 'packages: [',
    'list/package.json': '[]',
  })
  expect(found.packages.map(({ name }) => name)).toEqual(['a'])
  expect(found.problems.map(({ where, effect }) => [where, effect])).toEqual([
    ['package.json', 'partial'],
    ['pnpm-workspace.yaml', 'partial'],
  ])
})
