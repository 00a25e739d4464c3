import { describe, expect, test } from 'vitest'
import { readPackages } from './packages.ts'
import { createResolver, type Resolution } from './resolver.ts'

type Tree = Record<string, unknown>

function resolver(tree: Tree): (from: string, specifier: string) => Resolution {
  const read = (file: string): string | undefined => {
    const content = tree[file]
    return content === undefined || typeof content === 'string' ? content : JSON.stringify(content)
  }
  const files = Object.keys(tree).sort()
  return createResolver(files, readPackages('/shop', files, read), read).resolve
}

const empty = (...files: string[]): Tree => Object.fromEntries(files.map((file) => [file, '']))

describe('relative', () => {
  const resolve = resolver(
    empty(
      'src/a.ts',
      'src/b.tsx',
      'src/c/index.ts',
      'src/d.js',
      'src/e.mts',
      'src/f.json',
      'src/types.d.ts',
      'g.ts',
    ),
  )

  test.each([
    ['./b', 'src/b.tsx'],
    ['./b.js', 'src/b.tsx'],
    ['./b.jsx', 'src/b.tsx'],
    ['./c', 'src/c/index.ts'],
    ['./c/', 'src/c/index.ts'],
    ['./c/index.js', 'src/c/index.ts'],
    ['./d.js', 'src/d.js'],
    ['./e.mjs', 'src/e.mts'],
    ['./f.json', 'src/f.json'],
    ['./f.json?raw', 'src/f.json'],
    ['./types', 'src/types.d.ts'],
    ['../g', 'g.ts'],
    ['./../src/a.ts', 'src/a.ts'],
  ])('%s', (specifier, file) => {
    expect(resolve('src/a.ts', specifier)).toEqual({ file })
  })

  test.each(['./gone', '../../outside', '..', './gone/prisma/client'])('%s is missing', (specifier) => {
    expect(resolve('src/a.ts', specifier)).toEqual({ missing: specifier })
  })
})

describe('tsconfig', () => {
  test('paths without baseUrl, with comments', () => {
    const resolve = resolver({
      ...empty('src/lib/db.ts', 'src/app/page.tsx', 'src/env.ts'),
      'tsconfig.json':
        '{ // here\n "compilerOptions": { "paths": { "@/*": ["./src/*"], "env": ["./src/env.ts"] }, } }',
    })
    expect(resolve('src/app/page.tsx', '@/lib/db')).toEqual({ file: 'src/lib/db.ts' })
    expect(resolve('src/app/page.tsx', 'env')).toEqual({ file: 'src/env.ts' })
    expect(resolve('src/app/page.tsx', '@/generated/client')).toEqual({ missing: '@/generated/client' })
    expect(resolve('src/app/page.tsx', '@prisma/client')).toEqual({ external: '@prisma/client' })
  })

  test('baseUrl, with and without paths', () => {
    const resolve = resolver({
      ...empty('src/lib/db.ts', 'src/a.ts', 'src/i18next.d.ts'),
      'jsconfig.json': { compilerOptions: { baseUrl: 'src', paths: { '~/*': ['./*'] } } },
    })
    expect(resolve('src/a.ts', 'lib/db')).toEqual({ file: 'src/lib/db.ts' })
    expect(resolve('src/a.ts', '~/lib/db')).toEqual({ file: 'src/lib/db.ts' })
    expect(resolve('src/a.ts', 'react')).toEqual({ external: 'react' })
    expect(resolve('src/a.ts', 'i18next')).toEqual({ external: 'i18next' })
  })

  test('the longest prefix wins and targets are tried in order', () => {
    const resolve = resolver({
      ...empty('a.ts', 'app/x.ts', 'ui/x.ts', 'other/y.ts'),
      'tsconfig.json': {
        compilerOptions: { paths: { '@/*': ['./app/*', './other/*'], '@/ui/*': ['./ui/*'] } },
      },
    })
    expect(resolve('a.ts', '@/ui/x')).toEqual({ file: 'ui/x.ts' })
    expect(resolve('a.ts', '@/x')).toEqual({ file: 'app/x.ts' })
    expect(resolve('a.ts', '@/y')).toEqual({ file: 'other/y.ts' })
  })

  test('extends: relative, list, workspace package, missing and circular', () => {
    const resolve = resolver({
      ...empty('apps/web/a.ts', 'apps/web/lib/b.ts', 'shared/c.ts', 'apps/web/d.ts', 'apps/loop/a.ts'),
      'package.json': { workspaces: ['apps/*', 'packages/*'] },
      'apps/web/package.json': { name: 'web' },
      'packages/tsconfig/package.json': { name: '@acme/tsconfig' },
      'packages/tsconfig/next.json': {
        compilerOptions: { paths: { '@/*': ['$'.concat('{configDir}/lib/*')] } },
      },
      'apps/web/tsconfig.json': {
        extends: ['gone/base.json', '../../missing.json', '@acme/tsconfig/next.json'],
      },
      'apps/web/nested/e.ts': '',
      'apps/web/nested/tsconfig.json': { extends: '../base' },
      'apps/web/base.json': { compilerOptions: { paths: { 'shared/*': ['../../shared/*'] } } },
      'apps/loop/tsconfig.json': { extends: './tsconfig.json' },
    })
    expect(resolve('apps/web/a.ts', '@/b')).toEqual({ file: 'apps/web/lib/b.ts' })
    expect(resolve('apps/web/nested/e.ts', 'shared/c')).toEqual({ file: 'shared/c.ts' })
    expect(resolve('apps/web/nested/e.ts', '@/b')).toEqual({ file: 'apps/web/lib/b.ts' })
    expect(resolve('apps/loop/a.ts', '@/b')).toEqual({ missing: '@/b' })
  })

  test('aliases of a referenced configuration in the same folder', () => {
    const resolve = resolver({
      ...empty('a.ts', 'src/b.ts'),
      'tsconfig.json': { files: [], references: [{ path: './tsconfig.app.json' }] },
      'tsconfig.app.json': { compilerOptions: { paths: { '@/*': ['./src/*'] } } },
    })
    expect(resolve('a.ts', '@/b')).toEqual({ file: 'src/b.ts' })
  })

  test('a path into node_modules is external', () => {
    const resolve = resolver({
      'a.ts': '',
      'tsconfig.json': { compilerOptions: { paths: { react: ['./node_modules/@types/react'] } } },
    })
    expect(resolve('a.ts', 'react')).toEqual({ external: 'react' })
  })
})

describe('imports of package.json', () => {
  const resolve = resolver({
    ...empty('src/db.ts', 'src/lib/a.ts', 'src/a.ts'),
    'package.json': {
      imports: {
        '#db': { types: './dist/db.d.ts', default: './dist/db.js' },
        '#lib/*': './src/lib/*.ts',
        '#zod': 'zod',
        '#gone': './gone.js',
      },
    },
  })

  test.each([
    ['#db', { file: 'src/db.ts' }],
    ['#lib/a', { file: 'src/lib/a.ts' }],
    ['#zod', { external: 'zod' }],
    ['#gone', { missing: '#gone' }],
    ['#other', { missing: '#other' }],
  ])('%s', (specifier, expected) => {
    expect(resolve('src/a.ts', specifier)).toEqual(expected)
  })
})

describe('workspace packages', () => {
  const workspace = (manifest: Tree, ...files: string[]): ReturnType<typeof resolver> =>
    resolver({
      'package.json': { workspaces: ['apps/*', 'packages/*'] },
      'apps/web/package.json': { name: 'web' },
      'apps/web/a.ts': '',
      'packages/db/package.json': { name: '@acme/db', ...manifest },
      ...empty(...files.map((file) => `packages/db/${file}`)),
    })

  test('nested conditions and patterns in exports', () => {
    const resolve = workspace(
      {
        exports: {
          '.': { browser: './src/browser.ts', node: { import: { default: './src/main.ts' } } },
          './models/*': ['./src/models/*.ts'],
          './models/special': './src/special.ts',
        },
      },
      'src/browser.ts',
      'src/main.ts',
      'src/special.ts',
      'src/models/user.ts',
    )
    expect(resolve('apps/web/a.ts', '@acme/db')).toEqual({ file: 'packages/db/src/main.ts' })
    expect(resolve('apps/web/a.ts', '@acme/db/models/user')).toEqual({
      file: 'packages/db/src/models/user.ts',
    })
    expect(resolve('apps/web/a.ts', '@acme/db/models/special')).toEqual({
      file: 'packages/db/src/special.ts',
    })
    expect(resolve('apps/web/a.ts', '@acme/db/gone')).toEqual({ missing: '@acme/db/gone' })
  })

  test.each<[string, Tree, string, ...string[]]>([
    ['main in dist', { main: './dist/index.js' }, '@acme/db', 'src/index.ts'],
    ['main with a format folder', { main: 'dist/esm/start.js' }, '@acme/db', 'src/start.ts'],
    ['source that is built next to it', { exports: { './x': './dist/x.mjs' } }, '@acme/db/x', 'x.ts'],
    ['no entry at all', {}, '@acme/db', 'src/index.tsx'],
    ['subpath in src', {}, '@acme/db/client', 'src/client.ts'],
    ['subpath in the folder', {}, '@acme/db/client', 'client.ts'],
    ['subpath written with dist', {}, '@acme/db/dist/client', 'src/client.ts'],
    [
      'source before declarations',
      { types: './index.d.ts', main: './run.js' },
      '@acme/db',
      'run.js',
      'index.d.ts',
    ],
  ])('%s', (_, manifest, specifier, ...files) => {
    const resolve = workspace(manifest, ...files)
    expect(resolve('apps/web/a.ts', specifier)).toEqual({ file: `packages/db/${files[0]}` })
  })

  test('a package may import itself by name', () => {
    const resolve = workspace({}, 'src/index.ts', 'src/b.ts')
    expect(resolve('packages/db/src/b.ts', '@acme/db')).toEqual({ file: 'packages/db/src/index.ts' })
    expect(resolve('packages/db/src/index.ts', '@acme/db/b')).toEqual({ file: 'packages/db/src/b.ts' })
  })

  test('a published package with the name of a local one', () => {
    const tree = (range: string, version?: string): Tree => ({
      'package.json': { workspaces: ['apps/*'] },
      'apps/mail/package.json': { name: 'mail', version, dependencies: { mail: '^3.0.0' } },
      'apps/mail/index.ts': '',
      'apps/web/package.json': { name: 'web', dependencies: { mail: range } },
      'apps/web/a.ts': '',
    })
    const local = { file: 'apps/mail/index.ts' }
    expect(resolver(tree('workspace:*'))('apps/mail/index.ts', 'mail')).toEqual({ external: 'mail' })
    expect(resolver(tree('workspace:*'))('apps/web/a.ts', 'mail')).toEqual(local)
    expect(resolver(tree('file:../mail'))('apps/web/a.ts', 'mail')).toEqual(local)
    expect(resolver(tree('*'))('apps/web/a.ts', 'mail')).toEqual(local)
    expect(resolver(tree('^1.0.0', '1.2.0'))('apps/web/a.ts', 'mail')).toEqual(local)
    expect(resolver(tree('^3.0.0', '1.2.0'))('apps/web/a.ts', 'mail')).toEqual({ external: 'mail' })
    expect(resolver(tree('catalog:', '0.0.0'))('apps/web/a.ts', 'mail')).toEqual({ external: 'mail' })
  })

  test('a workspace alias', () => {
    const resolve = resolver({
      'package.json': { workspaces: ['*'] },
      'web/package.json': { name: 'web', dependencies: { db: 'workspace:@acme/db@*' } },
      'web/a.ts': '',
      'data/package.json': { name: '@acme/db' },
      'data/index.ts': '',
    })
    expect(resolve('web/a.ts', 'db')).toEqual({ file: 'data/index.ts' })
  })
})

test.each(['fs', 'node:fs/promises', 'next/server', '@scope/name/deep', 'bun:test', 'https://esm.sh/x'])(
  '%s is external',
  (specifier) => {
    expect(resolver(empty('a.ts'))('a.ts', specifier)).toEqual({ external: specifier })
  },
)
