import { describe, expect, test } from 'vitest'
import type { Problem } from '../core/report.ts'
import { readPackages } from './packages.ts'
import { readDataModels } from './schemas.ts'

type Tree = Record<string, unknown>

function schemasOf(tree: Tree): { models: string[][]; problems: Problem[] } {
  const read = (file: string): string | undefined => {
    const content = tree[file]
    return content === undefined || typeof content === 'string' ? content : JSON.stringify(content)
  }
  const files = Object.keys(tree).sort()
  const problems: Problem[] = []
  const models = readDataModels({ files, packages: readPackages('/shop', files, read), read }, problems)
  return { models: models.map((one) => one.files), problems }
}

const datasource = (provider = 'postgresql'): string => `datasource db {\n  provider = "${provider}"\n}\n`
const client = (output = ''): string =>
  `generator client {\n  provider = "prisma-client"\n  ${output === '' ? '' : `output = "${output}"`}\n}\n`
const model = (name: string, ...fields: string[]): string =>
  `model ${name} {\n  id Int @id\n${fields.map((field) => `  ${field} String\n`).join('')}}\n`

const two = { 'db/main.prisma': datasource() + model('User'), 'old.prisma': datasource() + model('Old') }

describe('a configuration names the schema', () => {
  test.each([
    [
      'prisma.config.ts',
      "import { defineConfig } from 'prisma/config'\nexport default defineConfig({ schema: 'db/main.prisma' })",
    ],
    ['prisma7.config.mts', "export default { schema: './db/main.prisma' } satisfies PrismaConfig"],
    ['.config/prisma.ts', "export default defineConfig({ schema: 'db/main.prisma' })"],
    ['.config/prisma.js', "export default defineConfig({ schema: '../db/main.prisma' })"],
    ['prisma.config.cjs', "module.exports = defineConfig({ schema: 'db' })"],
    ['prisma.config.mjs', "const config = { schema: path.join('db', 'main.prisma') }\nexport default config"],
    [
      'prisma.config.ts',
      "export default defineConfig({ schema: path.resolve(import.meta.dirname, 'db', 'main.prisma') })",
    ],
    [
      'prisma.config.ts',
      "const here = path.dirname(fileURLToPath(import.meta.url))\nexport default defineConfig({ schema: join(here, 'db') })",
    ],

    ['prisma.config.ts', 'export default defineConfig({ schema: `$'.concat('{__dirname}/db` })')],
    ['prisma.config.ts', "export default defineConfig({ schema: process.env.SCHEMA ?? 'db/main.prisma' })"],
    ['package.json', { prisma: { schema: './db/main.prisma' } }],
    ['package.json', { prisma: { schema: 'db/' } }],
    ['package.json', { scripts: { postinstall: 'prisma generate --schema=./db/main.prisma && next build' } }],
  ])('%s: %s', (file, text) => {
    const found = schemasOf({ 'package.json': {}, ...two, [file]: text })
    expect(found).toEqual({ models: [['db/main.prisma']], problems: [] })
  })

  test.each([
    ['export default defineConfig({ schema: pick() })'],
    ['export default defineConfig({ migrations: {} })'],
    ['export default ('],
  ])('one that cannot be read names nothing: %s', (text) => {
    expect(schemasOf({ 'prisma.config.ts': text, ...two }).models).toHaveLength(2)
  })

  test('a script that generates a client of its own names a second schema, not another first one', () => {
    const generator = 'generator client {\n  provider = "prisma-client-js"\n  output = "./client"\n}\n'
    const found = schemasOf({
      'package.json': { scripts: { warehouse: 'prisma generate --schema ./prisma/warehouse/schema.prisma' } },
      'prisma/schema.prisma': datasource() + model('User'),
      'prisma/warehouse/schema.prisma': datasource() + generator + model('Fact'),
    })
    expect(found.models.flat().sort()).toEqual(['prisma/schema.prisma', 'prisma/warehouse/schema.prisma'])
  })

  test('the configuration of a package is relative to it, and says nothing of other packages', () => {
    const found = schemasOf({
      'package.json': { workspaces: ['packages/*'] },
      'packages/db/package.json': { name: 'db' },
      'packages/db/prisma.config.ts': "export default { schema: 'models' }",
      'packages/db/models/base.prisma': datasource(),
      'packages/db/models/user/user.prisma': model('User'),
      'packages/db/legacy/schema.prisma': datasource() + model('Ghost'),
      'packages/log/package.json': { name: 'log' },
      'packages/log/log.prisma': datasource() + model('Line'),
    })
    expect(found.models).toEqual([
      ['packages/db/models/base.prisma', 'packages/db/models/user/user.prisma'],
      ['packages/log/log.prisma'],
    ])
  })

  test('a script that names none means the default, beside one that is named', () => {
    const tree = {
      'prisma/schema.prisma': datasource() + client() + model('User'),
      'logs/schema.prisma': datasource('mongodb') + client() + model('Visit'),
    }
    const named = 'prisma generate --schema=./logs/schema.prisma'
    const both = { scripts: { build: `prisma generate && ${named} && next build` } }
    expect(schemasOf({ 'package.json': both, ...tree }).models).toEqual([
      ['logs/schema.prisma'],
      ['prisma/schema.prisma'],
    ])
    const one = { scripts: { build: `${named} && next build` } }
    expect(schemasOf({ 'package.json': one, ...tree }).models).toEqual([['logs/schema.prisma']])
    const setting = { scripts: { build: 'prisma generate' }, prisma: { schema: 'logs/schema.prisma' } }
    expect(schemasOf({ 'package.json': setting, ...tree }).models).toEqual([['logs/schema.prisma']])
  })

  test('a missing one is a problem, and those beside it stand in', () => {
    const found = schemasOf({
      'package.json': { prisma: { schema: 'db/schema.prisma' } },
      ...two,
      'db/main.prisma': datasource() + model('User'),
    })
    expect(found.models).toEqual([['db/main.prisma'], ['old.prisma']])
    expect(found.problems).toMatchObject([
      { where: 'package.json', message: expect.stringContaining('db/schema.prisma'), effect: 'partial' },
    ])
  })
})

describe('without a name', () => {
  test.each([
    [['prisma/schema.prisma']],
    [['schema.prisma']],
    [['prisma/schema/a.prisma', 'prisma/schema/sub/b.prisma']],
    [['prisma/models/note.prisma', 'prisma/schema.prisma']],
  ])('%j is the default', (files) => {
    const own = files.map((file, index) => [
      file,
      (file === 'prisma/schema.prisma' || (index === 0 && !file.includes('models')) ? datasource() : '') +
        model(`M${index}`),
    ])
    const found = schemasOf({
      ...Object.fromEntries(own),
      'legacy/old.prisma': datasource() + model('Ghost'),
    })
    expect(found).toEqual({ models: [files], problems: [] })
  })

  test('a second client with an output of its own is read beside the default', () => {
    const found = schemasOf({
      'prisma/schema.prisma': datasource() + client() + model('User') + model('Note'),
      'prisma/events.prisma': datasource() + client('../generated/events') + model('Event'),
    })
    expect(found.models).toEqual([['prisma/schema.prisma'], ['prisma/events.prisma']])
  })

  test('every schema is read where there is no default', () => {
    expect(schemasOf(two).models).toEqual([['db/main.prisma'], ['old.prisma']])
  })
})

describe('two schemas of the same models', () => {
  const user = model('User', 'email', 'name')

  test('postgresql before mysql', () => {
    expect(
      schemasOf({
        'mysql/schema.prisma': datasource('mysql') + user,
        'pg/schema.prisma': datasource() + user,
      }),
    ).toEqual({
      models: [['pg/schema.prisma']],
      problems: [
        {
          where: 'mysql/schema.prisma',
          message: 'Not read: defines the same models as pg/schema.prisma.',
          effect: 'partial',
        },
      ],
    })
  })

  test('the one that a client is generated from before postgresql', () => {
    const found = schemasOf({
      'a/schema.prisma': datasource('mysql') + client() + user,
      'b/schema.prisma': datasource() + user,
    })
    expect(found.models).toEqual([['a/schema.prisma']])
  })

  test('the full one before a reduced copy, the named one before the full one', () => {
    const full = datasource() + user + model('Note', 'text') + model('Tag', 'label')
    const slim = { 'db/slim.prisma': datasource() + user }
    expect(schemasOf({ 'db/full.prisma': full, ...slim }).models).toEqual([['db/full.prisma']])
    const named = schemasOf({
      'package.json': { workspaces: ['*'] },
      'web/package.json': { prisma: { schema: '../db/slim.prisma' } },
      'db/full.prisma': full,
      ...slim,
    })
    expect(named.models).toEqual([['db/slim.prisma']])
    expect(named.problems).toMatchObject([{ where: 'db/full.prisma' }])
  })

  test('two applications that both have users are two schemas', () => {
    const found = schemasOf({
      'a/package.json': {},
      'a/prisma/schema.prisma': datasource() + user + model('Invoice', 'total', 'due', 'payer'),
      'b/package.json': {},
      'b/prisma/schema.prisma': datasource() + user + model('Recipe', 'title', 'steps', 'cook'),
    })
    expect(found.models).toHaveLength(2)
    expect(found.problems).toEqual([])
  })

  test('schemas of documentation and tests count only where there is no other', () => {
    const docs = { 'docs/sample.prisma': datasource() + model('Sample') }
    expect(schemasOf(docs).models).toEqual([['docs/sample.prisma']])
    expect(schemasOf({ ...docs, 'db/main.prisma': datasource() + user }).models).toEqual([['db/main.prisma']])
  })
})
