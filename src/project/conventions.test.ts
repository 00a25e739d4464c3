import { expect, test } from 'vitest'
import type { Convention } from '../core/map.ts'
import { readSyntax } from '../source/read-syntax.ts'
import { readConventions } from './conventions.ts'
import { readPackages } from './packages.ts'
import { createResolver } from './resolver.ts'

function conventions(tree: Record<string, unknown>): Convention[] {
  const read = (file: string): string | undefined => {
    const content = tree[file]
    return content === undefined || typeof content === 'string' ? content : JSON.stringify(content)
  }
  const files = Object.keys(tree).sort()
  const packages = readPackages('/shop', files, read)
  const { resolve, aliasesFor } = createResolver(files, packages, read)
  return readConventions({
    files,
    packages,
    read,
    program: { resolve, syntax: (file) => readSyntax(file, read(file) ?? '') },
    schemas: files.filter((file) => file.endsWith('.prisma')),
    handlers: new Set(files.filter((file) => /^app\/api\/.*route\.ts$|^pages\/api\//.test(file))),
    aliasesFor,
  })
}

const valuesOf = (found: Convention[], topic: string): string[] =>
  found.filter((one) => one.topic === topic).map(({ value }) => value)

test('an empty project has no conventions', () => {
  expect(conventions({})).toEqual([])
})

test('layout, alias and package manager', () => {
  const found = conventions({
    'package.json': { dependencies: { next: '16' }, packageManager: 'pnpm@10.0.0' },
    'src/app/page.tsx': '',
    'tsconfig.json': '{\n  "compilerOptions": {\n    "paths": { "@/*": ["./src/*"] }\n  }\n}',
  })
  expect(found).toEqual([
    { topic: 'source folder', value: 'src/' },
    { topic: 'alias', value: '@/* → ./src/*', location: { file: 'tsconfig.json', line: 3, column: 16 } },
    { topic: 'package manager', value: 'pnpm' },
  ])
})

test('test runners and where tests are', () => {
  const found = conventions({
    'package.json': {
      devDependencies: { vitest: '4' },
      scripts: { unit: 'node --test', e2e: 'playwright test' },
    },
    'playwright.config.ts': '',
    'lib/a.ts': '',
    'lib/a.test.ts': '',
    'lib/b.ts': '',
    'lib/b.test.ts': '',
    'e2e/login.spec.ts': '',
  })
  expect(valuesOf(found, 'test runner')).toEqual(['vitest', 'playwright', 'node:test'])
  expect(valuesOf(found, 'test placement')).toEqual(['beside the source (2 files)'])
})

test.each([
  ['lib/__tests__/a.test.ts', 'in __tests__ folders (1 file)'],
  ['tests/a.test.ts', 'in tests/ (1 file)'],
])('%s', (file, value) => {
  expect(valuesOf(conventions({ [file]: '' }), 'test placement')).toEqual([value])
})

test('validation and authentication libraries', () => {
  const found = conventions({ 'package.json': { dependencies: { zod: '4', 'better-auth': '1', jose: '6' } } })
  expect(valuesOf(found, 'validation')).toEqual(['zod'])
  expect(valuesOf(found, 'authentication')).toEqual(['better-auth', 'jose'])
})

test.each([
  [
    { '.prettierrc': 'singleQuote: true\nsemi: false\n' },
    'prettier: 2 spaces, single quotes, no semicolons, width 80',
  ],
  [{ '.prettierrc.json': { printWidth: 100 } }, 'prettier: 2 spaces, double quotes, semicolons, width 100'],
  [
    { 'prettier.config.js': 'export default { singleQuote: true }' },
    'prettier: 2 spaces, single quotes, semicolons, width 80',
  ],
  [
    { 'prettier.config.js': 'import a from "a"\nexport default { ...a, semi: false }' },
    'prettier: no semicolons',
  ],
  [{ 'prettier.config.js': 'module.exports = require("a")' }, 'prettier (shared settings)'],
  [
    { 'package.json': { prettier: { semi: false, tabWidth: 4, trailingComma: 'all' } } },
    'prettier: 4 spaces, double quotes, no semicolons, width 80, trailing commas: all',
  ],
  [
    { '.prettierrc': 'semi: false', '.editorconfig': '[*]\nindent_style = tab\nmax_line_length = 90\n' },
    'prettier: tabs, double quotes, no semicolons, width 90',
  ],
  [
    { '.editorconfig': 'root = true\n[*.md]\nindent_size = 8\n[*.{ts,js}]\nindent_size = 4\n' },
    'editorconfig: 4 spaces',
  ],
  [
    {
      'biome.json': {
        formatter: { lineWidth: 110 },
        javascript: { formatter: { quoteStyle: 'single', semicolons: 'asNeeded' } },
      },
    },
    'biome: tabs, single quotes, no semicolons, width 110',
  ],
])('formatter of %j', (tree, value) => {
  expect(valuesOf(conventions(tree), 'formatter')).toEqual([value])
})

test('linters', () => {
  const found = conventions({ 'eslint.config.mjs': '', 'biome.json': { formatter: { enabled: false } } })
  expect(valuesOf(found, 'linter')).toEqual(['biome', 'eslint'])
  expect(valuesOf(found, 'formatter')).toEqual([])
  expect(valuesOf(conventions({ 'package.json': { eslintConfig: {} } }), 'linter')).toEqual(['eslint'])
  expect(valuesOf(conventions({ '.editorconfig': 'root = true' }), 'formatter')).toEqual([])
})

test('ids and names of the schema', () => {
  const found = conventions({
    'prisma/schema.prisma': `model User {
  id String @id @default(cuid())
  firstName String @map("first_name")
  @@map("users")
}
model Post {
  id String @id @default(cuid())
  @@map("blog_posts")
}
model Tag {
  id Int @id @default(autoincrement())
}`,
  })
  expect(found).toEqual([
    {
      topic: 'id',
      value: '@default(cuid()) (2 models)',
      location: { file: 'prisma/schema.prisma', line: 2, column: 3 },
    },
    {
      topic: 'naming',
      value: 'tables: @@map snake_case (2)',
      location: { file: 'prisma/schema.prisma', line: 4, column: 3 },
    },
    {
      topic: 'naming',
      value: 'columns: @map snake_case (1)',
      location: { file: 'prisma/schema.prisma', line: 3, column: 20 },
    },
  ])
})

test.each([
  ['export const prisma = new PrismaClient()', 'prisma from lib/db.ts'],
  [
    'export const global = globalThis\nexport const db = global.db ?? new PrismaClient()',
    'db from lib/db.ts',
  ],
  ['const prisma = new PrismaClient()\nexport default prisma', 'prisma from lib/db.ts'],
  ['const prisma = new PrismaClient()\nexport { prisma as store }', 'store from lib/db.ts'],
  ['global.prisma ??= new PrismaClient()\nexport default global.prisma', 'prisma from lib/db.ts'],
  ['export function connect() {\n  return new PrismaClient()\n}', 'PrismaClient made in lib/db.ts'],
])('client of %s', (text, value) => {
  const found = conventions({ 'lib/db.ts': text, 'scripts/seed.ts': text, 'clean.js': 'new PrismaClient()' })
  expect(valuesOf(found, 'client')).toEqual([value])
})

test('error classes', () => {
  const found = conventions({
    'lib/errors.ts':
      'export class AppError extends Error {}\nclass NotFound extends AppError {}\nclass A extends B {}',
  })
  expect(valuesOf(found, 'error class')).toEqual(['AppError extends Error', 'NotFound extends AppError'])
})

test('aliases of a configuration that is extended', () => {
  const found = conventions({
    'package.json': {},
    'tsconfig.json': { extends: ['./tsconfig.paths.json', './other.json'] },
    'tsconfig.paths.json': { compilerOptions: { paths: { '~/*': ['./src/*'] } } },
    'other.json': {},
  })
  expect(found).toMatchObject([
    { topic: 'alias', value: '~/* → ./src/*', location: { file: 'tsconfig.paths.json' } },
  ])
})

test('written rules, with those that can be checked', () => {
  const found = conventions({
    'CLAUDE.md': `# Rules
- **Never** use raw SQL
- The app is a shop.
* Prefer named exports
1. API: always validate input with zod
\`\`\`
- never in a code block
\`\`\`
- Prefer named exports`,
    '.cursor/rules/api.mdc': '---\nglobs: app\n---\n- Do not use `any`',
    'docs/other.md': '- never read',
  })
  expect(found).toEqual([
    {
      topic: 'rule',
      value: 'Never use raw SQL',
      location: { file: 'CLAUDE.md', line: 2, column: 3 },
      checkable: true,
    },
    { topic: 'rule', value: 'Prefer named exports', location: { file: 'CLAUDE.md', line: 4, column: 3 } },
    {
      topic: 'rule',
      value: 'API: always validate input with zod',
      location: { file: 'CLAUDE.md', line: 5, column: 4 },
      checkable: true,
    },
    {
      topic: 'rule',
      value: 'Do not use `any`',
      location: { file: '.cursor/rules/api.mdc', line: 4, column: 3 },
      checkable: true,
    },
  ])
})

test('at most 60 rules', () => {
  const bullets = Array.from({ length: 80 }, (_, index) => `- Never do thing ${index}`).join('\n')
  expect(conventions({ 'AGENTS.md': bullets })).toHaveLength(60)
})

test('rules in prose and tables, but no links, stories, comments and texts of others', () => {
  const found = conventions({
    'AGENTS.md': `---
description: never in front matter
---
# Always a heading
This application never sleeps. Workers do not start and files you never touch fail. Every page must have a title. We ship often.
Use server actions, e.g. \`createNote\`, and do
not fetch from the client. Avoid barrels.

Never do any of these:
<!-- never in a comment -->
    never in indented code

| Never log secrets | leak |
| --- | --- |
| [Use this](#use) | link |

- [Always read this](docs/a.md)
- Should we use this?
- Jobs run but don't block yet`,
    'CONTRIBUTING.md': '- Do not open a second issue\n- Do not commit snapshots',
    '.claude/skills/x/AGENTS.md': '- Never here',
    'vendor/x/CLAUDE.md': '- Never here',
  })
  expect(found.map(({ value, location }) => [value, location?.line, location?.column])).toEqual([
    ['Every page must have a title.', 5, 85],
    ['Use server actions, e.g. `createNote`, and do not fetch from the client.', 6, 1],
    ['Avoid barrels.', 7, 28],
    ['Never log secrets', 13, 3],
    ['Do not commit snapshots', 2, 3],
  ])
})
