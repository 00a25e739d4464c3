import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openWorkplace, type Workplace } from '../../sandbox/workplace.ts'
import { type Place, resolveFrom } from './place.ts'
import { stageApp } from './stage.ts'

let base: string
let workplace: Workplace

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'stage test '))
  workplace = await openWorkplace(join(base, 'work'))
})

afterEach(async () => {
  await workplace.close()
  await rm(base, { recursive: true })
})

function write(files: Record<string, string>): string {
  const root = join(base, 'project')
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

function link(root: string, from: string, to: string): void {
  mkdirSync(dirname(join(root, from)), { recursive: true })
  symlinkSync(relative(dirname(join(root, from)), join(root, to)), join(root, from))
}

const next = { 'package.json': '{"name":"next","version":"16.0.0"}', 'index.js': 'module.exports = 16' }

/** As pnpm lays packages out: a store in the root, links everywhere else. */
function monorepo(): Place {
  const store = 'node_modules/.pnpm/next@16.0.0/node_modules/next'
  const root = write({
    'package.json': '{}',
    'pnpm-workspace.yaml': 'packages: [apps/*, packages/*]',
    'apps/web/package.json': '{}',
    'apps/web/app/page.tsx': 'export default 1',
    'apps/web/.env': 'SECRET=planted-secret',
    'apps/web/.env.local': 'SECRET=planted-secret',
    'apps/web/.env.example': 'SECRET=',
    'apps/web/.npmrc': '//r/:_authToken=planted-secret',
    'apps/web/keys/server.pem': 'planted-secret',
    'apps/web/service-account.json': 'planted-secret',
    'apps/web/lib/secrets.ts': 'export const read = 1',
    'apps/web/.next/build.js': 'old',
    'apps/web/coverage/index.html': 'old',
    'packages/db/package.json': '{"main":"./dist/index.js"}',
    'packages/db/dist/index.js': 'module.exports = "db"',
    'packages/ui/package.json': '{"main":"./src/index.js"}',
    'packages/ui/dist/index.js': 'old',
    '.git/config': 'planted-secret',
    [`${store}/package.json`]: next['package.json'],
    [`${store}/index.js`]: next['index.js'],
    'node_modules/.pnpm/c@1/node_modules/.prisma/client/index.js': 'generated',
    'node_modules/.cache/big': 'cache',
  })
  link(root, 'apps/web/node_modules/next', store)
  link(root, 'apps/web/node_modules/@acme/db', 'packages/db')
  return { root, app: 'apps/web', members: ['.', 'apps/web', 'packages/db', 'packages/ui'] }
}

const inode = (...path: string[]): number => statSync(join(...path)).ino

it('copies the workspace without secrets and build output, and shares its packages', async () => {
  const place = monorepo()
  const staged = await stageApp(place, workplace)
  expect(relative(staged.root, staged.folder)).toBe(join('apps', 'web'))
  const files = readdirSync(staged.root, { recursive: true, withFileTypes: true })
  const all = files.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  expect(all.length).toBeGreaterThan(8)
  expect(all.filter((file) => readFileSync(file, 'utf8').includes('planted-secret'))).toEqual([])
  expect(staged.withheld).toEqual([
    'apps/web/.env',
    'apps/web/.env.local',
    'apps/web/.npmrc',
    'apps/web/keys/server.pem',
    'apps/web/service-account.json',
  ])
  const has = (file: string): boolean => existsSync(join(staged.root, file))
  expect(
    ['apps/web/.env.example', 'apps/web/lib/secrets.ts', 'packages/db/dist/index.js'].filter(has),
  ).toHaveLength(3)
  expect(
    ['.git', 'apps/web/.next', 'apps/web/coverage', 'packages/ui/dist', 'node_modules/.cache'].filter(has),
  ).toEqual([])

  const store = 'node_modules/.pnpm/next@16.0.0/node_modules/next/index.js'
  expect(inode(staged.root, store)).toBe(inode(place.root, store))
  const client = 'node_modules/.pnpm/c@1/node_modules/.prisma/client/index.js'
  expect(inode(staged.root, client)).not.toBe(inode(place.root, client))
  const inCopy = (request: string) =>
    relative(realpathSync(staged.root), realpathSync(resolveFrom(staged.folder, request) ?? ''))
  expect(inCopy('next')).toBe(store)
  expect(inCopy('@acme/db')).toBe('packages/db/dist/index.js')
})

it('tells what of the project changed since', async () => {
  const place = monorepo()
  const staged = await stageApp(place, workplace)
  expect(await staged.verifyUntouched()).toEqual([])
  writeFileSync(join(staged.root, 'apps/web/app/page.tsx'), 'changed in the copy')
  expect(await staged.verifyUntouched()).toEqual([])
  writeFileSync(join(place.root, 'apps/web/app/page.tsx'), 'export default 2')
  writeFileSync(join(place.root, 'apps/web/app/new.ts'), '')
  await rm(join(place.root, 'packages/db/dist/index.js'))
  // What a tool writes into a shared package shows, too.
  writeFileSync(join(staged.root, 'node_modules/.pnpm/next@16.0.0/node_modules/next/index.js'), 'patched')
  expect(await staged.verifyUntouched()).toEqual([
    'changed: apps/web/app/page.tsx',
    'gone: packages/db/dist/index.js',
    'new: apps/web/app/new.ts',
    'changed: node_modules/.pnpm/next@16.0.0/node_modules/next/index.js',
  ])
})

it('keeps the depth below packages that are installed above the project', async () => {
  const root = write({
    'package-lock.json': '{}',
    'other/secret.txt': 'not of this project',
    'examples/shop/package.json': '{}',
    'examples/shop/app/page.tsx': '',
    'node_modules/next/package.json': next['package.json'],
    'node_modules/next/index.js': next['index.js'],
  })
  const staged = await stageApp({ root: join(root, 'examples/shop'), app: '.', members: ['.'] }, workplace)
  expect(relative(staged.top, staged.folder)).toBe(join('examples', 'shop'))
  expect(resolveFrom(staged.folder, 'next')).toBe(join(staged.top, 'node_modules/next/index.js'))
  expect(readdirSync(staged.top).sort()).toEqual(['examples', 'node_modules', 'package-lock.json'])
})

it('brings what is linked from outside along', async () => {
  const root = write({ 'package.json': '{}', 'node_modules/x/index.js': '' })
  const outside = join(base, 'store/next')
  mkdirSync(outside, { recursive: true })
  for (const [file, text] of Object.entries(next)) writeFileSync(join(outside, file), text)
  symlinkSync(outside, join(root, 'node_modules/next'))
  const staged = await stageApp({ root, app: '.', members: ['.'] }, workplace)
  expect(resolveFrom(staged.folder, 'next')).toBe(join(staged.folder, 'node_modules/next/index.js'))
})

it('says what is missing when the packages are not installed', async () => {
  const root = write({ 'package.json': '{}' })
  const place = { root, app: '.', members: ['.'] }
  await expect(stageApp(place, workplace)).rejects.toMatchObject({
    step: 'packages',
    remedy: expect.stringContaining('npm install'),
  })
  writeFileSync(join(root, '.pnp.cjs'), '')
  await expect(stageApp(place, workplace)).rejects.toMatchObject({
    reason: expect.stringContaining("Plug'n'Play"),
    remedy: expect.stringContaining('nodeLinker'),
  })
})
