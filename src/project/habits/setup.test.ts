import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import type { Habits } from './habits.ts'
import { readHabits } from './read.ts'

const habitsOf = async (files: Record<string, string>): Promise<Habits> => readHabits(await projectOf(files))

const manifest = (rest: object): string =>
  JSON.stringify({ name: 'app', dependencies: { next: '16.4.5' }, ...rest })

const usual = {
  semi: true,
  singleQuote: false,
  tabWidth: 2,
  useTabs: false,
  printWidth: 80,
  trailingComma: 'all',
  arrowParens: 'always',
  bracketSpacing: true,
}

describe('the formatter', () => {
  it.each<[string, Record<string, string>, string, object]>([
    [
      '.prettierrc in YAML',
      { '.prettierrc': 'semi: false\nsingleQuote: true\n' },
      'prettier',
      { semi: false, singleQuote: true },
    ],
    [
      '.prettierrc.json',
      { '.prettierrc.json': '{ "printWidth": 100, "arrowParens": "avoid" }' },
      'prettier',
      { printWidth: 100, arrowParens: 'avoid' },
    ],
    [
      'a module',
      { 'prettier.config.mjs': "export default {\n  tabWidth: 4,\n  trailingComma: 'none',\n}\n" },
      'prettier',
      { tabWidth: 4, trailingComma: 'none' },
    ],
    [
      'package.json',
      { 'package.json': manifest({ prettier: { bracketSpacing: false } }) },
      'prettier',
      { bracketSpacing: false },
    ],
    [
      'a dependency alone',
      { 'package.json': manifest({ devDependencies: { prettier: '^3.0.0' } }) },
      'prettier',
      {},
    ],
    [
      'Prettier 2',
      { 'package.json': manifest({ devDependencies: { prettier: '^2.8.0' } }) },
      'prettier',
      { trailingComma: 'es5' },
    ],
    [
      '.editorconfig',
      { '.prettierrc': '{}', '.editorconfig': '[*]\nindent_style = tab\nmax_line_length = 120\n' },
      'prettier',
      { useTabs: true, printWidth: 120 },
    ],
    [
      'an override for TypeScript',
      { '.prettierrc': '{ "semi": true, "overrides": [{ "files": "*.ts", "options": { "semi": false } }] }' },
      'prettier',
      { semi: false },
    ],
    [
      'biome.json',
      {
        'biome.json':
          '{ "formatter": { "indentStyle": "space", "lineWidth": 110 }, "javascript": { "formatter": { "quoteStyle": "single", "semicolons": "asNeeded", "arrowParentheses": "asNeeded" } } }',
      },
      'biome',
      { printWidth: 110, singleQuote: true, semi: false, arrowParens: 'avoid' },
    ],
    ['Biome as it is', { 'biome.json': '{}' }, 'biome', { useTabs: true }],
    [
      'Biome for linting only',
      { 'biome.json': '{ "formatter": { "enabled": false } }', '.prettierrc': 'tabWidth: 8' },
      'prettier',
      { tabWidth: 8 },
    ],
    [
      'dprint',
      {
        'dprint.json':
          '{ "lineWidth": 90, "typescript": { "quoteStyle": "alwaysSingle", "semiColons": "asi" } }',
      },
      'dprint',
      { printWidth: 90, singleQuote: true, semi: false },
    ],
  ])('is read from %s', async (_, files, formatter, options) => {
    const { code } = await habitsOf(files)
    expect(code.formatter.value).toBe(formatter)
    expect(code.options).toEqual({ ...usual, ...options })
  })

  it('is counted in the code where there is none, or where its settings are elsewhere', async () => {
    const lib = `import { a } from "./a"\n\nexport const work = (item: string) => {\n    const all = {\n        item,\n        other: a\n    }\n    return [all].map(one => one.item)\n}\n`
    const counted = {
      semi: false,
      singleQuote: false,
      tabWidth: 4,
      trailingComma: 'none',
      arrowParens: 'avoid',
    }
    const without = await habitsOf({ 'lib/work.ts': lib, 'lib/more.ts': lib.replaceAll('work', 'more') })
    expect(without.code).toMatchObject({ formatter: { value: 'none' }, options: counted, functions: 'arrow' })
    const shared = await habitsOf({
      'lib/work.ts': lib,
      'package.json': manifest({ prettier: '@acme/style' }),
    })
    expect(shared.code).toMatchObject({ formatter: { value: 'prettier' }, options: counted })
  })

  it('has settings from a package of the workspace', async () => {
    const { code } = await habitsOf({
      'package.json': JSON.stringify({ name: 'root', workspaces: ['web', 'style'], prettier: '@acme/style' }),
      'web/package.json': manifest({}),
      'style/package.json': JSON.stringify({ name: '@acme/style', main: 'index.json' }),
      'style/index.json': '{ "semi": false, "printWidth": 140 }',
    })
    expect(code.options).toEqual({ ...usual, semi: false, printWidth: 140 })
  })
})

describe('tests', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'vitest beside the source',
      {
        'package.json': manifest({ devDependencies: { vitest: '4.1.12' } }),
        'lib/a.ts': 'export const a = 1\n',
        'lib/a.spec.ts':
          "import { describe, it } from 'vitest'\ndescribe('a', () => {\n  it('is', () => {})\n})\n",
        'e2e/b.test.ts': "import { test } from '@playwright/test'\ntest('b', () => {})\n",
      },
      {
        runner: 'vitest',
        placement: 'beside',
        ending: '.spec.ts',
        globals: false,
        word: 'it',
        describes: true,
      },
    ],
    [
      'jest in a folder',
      {
        'package.json': manifest({ devDependencies: { jest: '30.0.0' } }),
        'tests/unit/a.test.ts': "test('a', () => {})\n",
      },
      {
        runner: 'jest',
        placement: 'tests',
        ending: '.test.ts',
        globals: true,
        word: 'test',
        describes: false,
      },
    ],
    [
      'node:test',
      {
        'package.json': manifest({ scripts: { test: 'node --import tsx --test' } }),
        'lib/__tests__/a.test.ts': "import test from 'node:test'\ntest('a', () => {})\n",
      },
      { runner: 'node:test', placement: '__tests__', globals: false },
    ],
    [
      'vitest with globals and no test yet',
      {
        'package.json': manifest({ devDependencies: { vitest: '4.1.12' } }),
        'vitest.config.ts': 'export default { test: { globals: true } }\n',
      },
      { runner: 'vitest', placement: 'beside', ending: '.test.ts', globals: true },
    ],
    ['none', {}, { runner: undefined, placement: 'beside' }],
  ])('%s', async (_, files, expected) => {
    expect((await habitsOf(files)).tests).toMatchObject(expected)
  })
})

describe('packages', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    [
      'engines',
      {
        'package.json': manifest({ engines: { node: '>=20.9' }, volta: { node: '22.1.0' } }),
        '.nvmrc': 'v18',
      },
      '>=20.9',
    ],
    ['.nvmrc', { 'package.json': manifest({}), '.nvmrc': 'v22.4.1\n' }, '22.4.1'],
    ['a code name', { 'package.json': manifest({}), '.nvmrc': 'lts/iron\n' }, '20'],
    [
      '.tool-versions',
      { 'package.json': manifest({}), '.tool-versions': 'pnpm 10.1.0\nnodejs 24.1.0\n' },
      '24.1.0',
    ],
    ['volta', { 'package.json': manifest({ volta: { node: '22.1.0' } }) }, '22.1.0'],
    ['nothing', { 'package.json': manifest({}) }, undefined],
  ])('know the range of Node from %s', async (_, files, node) => {
    expect((await habitsOf(files)).packages.node?.value).toBe(node)
  })

  it('has versions as installed, else as asked for, also through a catalog', async () => {
    const { app, packages, schema } = await habitsOf({
      'package.json': JSON.stringify({ name: 'root' }),
      'pnpm-workspace.yaml': 'packages: ["web"]\ncatalog:\n  next: ^16.2.0\n',
      'web/package.json': manifest({
        type: 'module',
        dependencies: { next: 'catalog:' },
        devDependencies: { prisma: '^6.19.0' },
      }),
      'web/prisma/schema.prisma':
        'datasource db {\n  provider = "mysql"\n}\nmodel A {\n  id Int @id @default(autoincrement())\n}\n',
      'web/node_modules/prisma/package.json': '{ "version": "6.19.3" }',
    })
    expect(app.next).toBe('16.2.0')
    expect(schema).toMatchObject({ prisma: '6.19.3', provider: 'mysql' })
    expect(packages).toMatchObject({
      manager: 'pnpm',
      manifest: 'web/package.json',
      module: 'esm',
      asked: { next: 'catalog:', prisma: '^6.19.0' },
    })
  })

  it('refuses a folder that is no package', async () => {
    const project = await projectOf({})
    expect(() => readHabits(project, { app: 'apps/web' })).toThrow('There is no package in apps/web')
  })
})

describe('modules', () => {
  const route = (text: string): string => `${text}\n`

  it('are those that are imported: logger and environment', async () => {
    const { logger, environment, exampleFile, app } = await habitsOf({
      'next.config.ts': 'export default { cacheComponents: true }\n',
      '.env.sample': 'A=1\n',
      'lib/log.ts': "import pino from 'pino'\nexport const log = pino()\n",
      'lib/env.ts':
        "import { z } from 'zod'\nexport const env = z.object({ API_KEY: z.string() }).parse(process.env)\n",
      'app/api/a/route.ts': route(
        "import { env } from '../../../lib/env'\nimport { log } from '../../../lib/log'\nexport function GET() {\n  log.info('a')\n  return Response.json(env.API_KEY)\n}",
      ),
    })
    expect(logger?.value).toEqual({ file: 'lib/log.ts', name: 'log', kind: 'pino' })
    expect(environment?.value).toEqual({ file: 'lib/env.ts', name: 'env', kind: 'zod' })
    expect(exampleFile).toBe('.env.sample')
    expect(app.cacheComponents).toBe(true)
  })

  it('has the schema of several files, with migrations where the configuration says', async () => {
    const { schema, has } = await habitsOf({
      'prisma.config.ts': "export default { schema: 'db/schema', migrations: { path: 'db/changes' } }\n",
      'db/schema/base.prisma': 'datasource db {\n  provider = "postgresql"\n}\n',
      'db/schema/user.prisma':
        'model User {\n  id String @id @default(uuid(7)) @db.Uuid\n  email String @unique\n}\n',
      'db/schema/post.prisma':
        'model Post {\n  id String @id @default(uuid(7)) @db.Uuid\n}\nmodel Tag {\n  id Int @id\n}\n',
      'db/changes/1_init/migration.sql': 'SELECT 1;\n',
    })
    expect(schema).toMatchObject({
      file: 'db/schema/user.prisma',
      migrations: 'db/changes',
      id: { value: { type: 'String', attribute: '@id @default(uuid(7))', native: '@db.Uuid' } },
    })
    expect(has('db/changes')).toBe(true)
    expect(has('db/other')).toBe(false)
  })
})
