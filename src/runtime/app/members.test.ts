import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { openWorkplace, type Workplace } from '../../sandbox/workplace.ts'
import { buildMembers, missingEntries } from './members.ts'
import { plainly } from './run-step.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function workspace(files: Record<string, unknown>): Promise<{ root: string; workplace: Workplace }> {
  const root = await mkdtemp(join(tmpdir(), 'members-'))
  closers.push(() => rm(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  const workplace = await openWorkplace(join(root, '.work'))
  closers.push(() => workplace.close())
  return { root, workplace }
}

const writing = (what: string): string =>
  `require('node:fs').mkdirSync('dist', { recursive: true }); require('node:fs').writeFileSync('dist/index.js', ${what})`

it('builds what the application needs and is not built, in order, without the package manager', async () => {
  const { root, workplace } = await workspace({
    'app/package.json': { name: 'app', dependencies: { '@w/ui': 'workspace:*' } },
    'ui/package.json': {
      name: '@w/ui',
      main: './dist/index.js',
      dependencies: { '@w/base': 'workspace:*' },
      scripts: { build: 'pnpm make --silent', make: 'node make.js' },
    },
    'ui/make.js': `require('../base/dist/index.js'); ${writing("'exports.a = 1'")}`,
    'base/package.json': {
      name: '@w/base',
      exports: { '.': { import: './dist/index.js' } },
      scripts: { compile: 'bun make.js' },
    },
    'base/make.js': writing("''"),
    'other/package.json': { name: '@w/other', main: './dist/index.js', scripts: { build: 'exit 1' } },
  })
  const place = { root, app: 'app', members: ['app', 'ui', 'base', 'other'] }
  const staged = {
    folder: join(root, 'app'),
    root,
    top: root,
    place,
    withheld: [],
    took: { tree: 0, packages: 0 },
    counts: { files: 0, links: 0, copies: 0 },
    verifyUntouched: async () => [],
    workplace,
  }
  const logs = join(root, 'logs')
  await mkdir(logs)
  const env = { PATH: process.env.PATH ?? '' }
  expect(await buildMembers(staged, plainly(workplace), env, logs)).toEqual(['@w/base', '@w/ui'])
  expect(existsSync(join(root, 'ui/dist/index.js'))).toBe(true)
  expect(await buildMembers(staged, plainly(workplace), env, logs)).toEqual([])
})

it('asks only for entry files of code', () => {
  expect(
    missingEntries(import.meta.dirname, {
      main: './none.js',
      exports: { './*': './x/*.js', './t': { types: './t.d.ts' } },
    }),
  ).toEqual(['./none.js'])
})
