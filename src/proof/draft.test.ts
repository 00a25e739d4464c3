import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRegistry, type Registry } from '../../test/registry.ts'
import { digestOf } from '../../test/tree.ts'
import { loadProject } from '../project/load.ts'
import { placeOf } from '../runtime/app/place.ts'
import { stageApp } from '../runtime/app/stage.ts'
import { openWorkplace } from '../sandbox/workplace.ts'
import { type Draft, openDraft } from './draft.ts'

let registry: Registry
let base: string
let project: string
let draft: Draft | undefined

beforeAll(async () => {
  registry = await openRegistry([
    {
      name: '@keys/seal',
      version: '2.1.0',
      dependencies: { shared: '^1.0.0' },
      peerDependencies: { next: '*', beside: '^1.0.0' },
      scripts: { postinstall: 'node -e "fs.writeFileSync(`ran`, ``)"' },
      files: {
        'index.js':
          "module.exports = ['seal', require('shared'), require('next'), require('beside')].join(' ')",
      },
    },
    { name: 'shared', version: '1.0.0', files: { 'index.js': "module.exports = 'shared 1'" } },
    { name: 'beside', version: '1.2.0', files: { 'index.js': "module.exports = 'beside 1'" } },
  ])
})
afterAll(() => registry.close())

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'draft test '))
  project = join(base, 'project')
})
afterEach(async () => {
  await draft?.close()
  draft = undefined
  await rm(base, { recursive: true })
})

const write = (files: Record<string, string>): void => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true })
    writeFileSync(join(project, file), text)
  }
}

const packageAt = (folder: string, name: string, version: string): Record<string, string> => ({
  [`${folder}/package.json`]: JSON.stringify({ name, version }),
  [`${folder}/index.js`]: `module.exports = '${name} ${version.slice(0, 1)}'`,
})

const basics = (registryUrl: string): Record<string, string> => ({
  '.npmrc': `@keys:registry=${registryUrl}/\nregistry=${registryUrl}/\n//r/:_authToken=planted-secret\n`,
  '.env': 'SECRET=planted-secret',
})

const change = {
  title: 'Seal things',
  reason: 'They are open.',
  safety: 'review' as const,
  edits: [] as { file: string; from: number; to: number; text: string }[],
  creates: [{ file: 'lib/seal.js', text: "module.exports = require('@keys/seal')\n" }],
}
const seal = { name: '@keys/seal', range: '^2.0.0', dev: false, why: 'It seals.' }

const open = async (more: Partial<Parameters<typeof openDraft>[0]> = {}): Promise<Draft> => {
  draft = await openDraft({
    project: await loadProject(project),
    change,
    packages: [seal],
    workFolder: join(base, 'work'),
    cacheFolder: join(base, 'cache'),
    env: { ...process.env, npm_config_cache: join(base, 'npm') },
    ...more,
  })
  return draft
}

const run = (cwd: string, file: string): string =>
  execFileSync(process.execPath, ['-p', `require(${JSON.stringify(file)})`], { cwd, encoding: 'utf8' }).trim()

const manifest = JSON.stringify({ name: 'shop', dependencies: { next: '16.4.5' } })

describe('a draft', { timeout: 120_000 }, () => {
  it('has the change and new packages, and leaves the project and its versions alone', async () => {
    write({
      ...basics(registry.url),
      'package.json': manifest,
      'lib/old.js': "module.exports = require('shared')\n",
      ...packageAt('node_modules/next', 'next', '16.4.5'),
      ...packageAt('node_modules/shared', 'shared', '3.0.0'),
    })
    const before = digestOf(project)
    const { root, fetched } = await open()
    expect(fetched).toEqual(['@keys/seal'])
    expect(run(root, './lib/seal.js')).toBe('seal shared 1 next 1 beside 1')
    expect(run(root, './lib/old.js')).toBe('shared 3')
    expect(existsSync(join(root, 'node_modules/@keys/seal/ran'))).toBe(false)
    expect(existsSync(join(root, '.env'))).toBe(false)
    expect(digestOf(project)).toBe(before)

    // What a bench does with it: a copy of the copy.
    const read = await loadProject(root)
    expect(read.map.packages.map((one) => one.next)).toEqual([true])
    const workplace = await openWorkplace(join(base, 'work'))
    try {
      const again = await stageApp(placeOf(read), workplace)
      expect(run(again.root, './lib/seal.js')).toBe('seal shared 1 next 1 beside 1')
    } finally {
      await workplace.close()
    }
  })

  it('fetches once for the same list, and nothing that is there', async () => {
    write({
      ...basics(registry.url),
      'package.json': manifest,
      ...packageAt('node_modules/next', 'next', '16.4.5'),
    })
    await open()
    await draft?.close()
    registry.asked.length = 0
    await open()
    expect(registry.asked).toEqual([])
    expect(run(draft?.root ?? '', './lib/seal.js')).toContain('seal')
    const there = [{ ...seal, name: 'next', range: '^16.0.0' }]
    await draft?.close()
    expect((await open({ packages: there })).fetched).toEqual([])
  })

  it('hides a version that does not do', async () => {
    write({
      ...basics(registry.url),
      'package.json': manifest,
      ...packageAt('node_modules/next', 'next', '16.4.5'),
      ...packageAt('node_modules/@keys/seal', '@keys/seal', '1.0.0'),
    })
    await open()
    expect(run(draft?.root ?? '', './lib/seal.js')).toContain('seal shared 1')
    expect(run(project, './node_modules/@keys/seal/index.js')).toBe('@keys/seal 1')
  })

  it('works in a workspace as pnpm installs it', async () => {
    const store = 'node_modules/.pnpm/next@16.4.5/node_modules/next'
    write({
      ...basics(registry.url),
      'package.json': '{"name":"all","private":true}',
      'pnpm-workspace.yaml': 'packages: [apps/*]',
      'apps/web/package.json': manifest,
      ...packageAt(store, 'next', '16.4.5'),
      'apps/web/node_modules/.keep': '',
    })
    symlinkSync(join('../../..', store), join(project, 'apps/web/node_modules/next'))
    const creates = [{ file: 'apps/web/lib/seal.js', text: change.creates[0]?.text ?? '' }]
    const { root } = await open({ change: { ...change, creates } })
    expect(run(root, './apps/web/lib/seal.js')).toBe('seal shared 1 next 1 beside 1')
    expect(readdirSync(join(project, 'apps/web/node_modules')).sort()).toEqual(['.keep', 'next'])
  })

  it('says what to install where nothing can be fetched, and leaves nothing', async () => {
    write({
      ...basics('http://127.0.0.1:9'),
      'package.json': manifest,
      ...packageAt('node_modules/next', 'next', '16.4.5'),
    })
    await expect(open({ manager: 'pnpm' })).rejects.toMatchObject({
      message: expect.stringMatching(
        /does not have @keys\/seal yet, and npm could not fetch them: ECONNREFUSED/,
      ),
      remedy: expect.stringContaining('`pnpm add @keys/seal@^2.0.0`'),
    })
    expect(readdirSync(join(base, 'work/runs'))).toEqual([])
    expect(existsSync(join(base, 'cache/packages'))).toBe(false)
  })

  it('edits and removes as the change says, and takes it back', async () => {
    write({
      'package.json': manifest,
      'lib/a.js': '\uFEFFmodule.exports = 1\n',
      'lib/b.js': 'module.exports = 2\n',
      ...packageAt('node_modules/next', 'next', '16.4.5'),
    })
    const edits = [{ file: 'lib/a.js', from: 17, to: 18, text: '7' }]
    const { root, written } = await open({
      packages: [],
      change: { ...change, edits, removes: ['lib/b.js'] },
    })
    expect(readFileSync(join(root, 'lib/a.js'), 'utf8')).toBe('\uFEFFmodule.exports = 7\n')
    expect(existsSync(join(root, 'lib/b.js'))).toBe(false)
    await written.takeBack()
    expect(readFileSync(join(root, 'lib/b.js'), 'utf8')).toBe('module.exports = 2\n')
    expect(existsSync(join(root, 'lib/seal.js'))).toBe(false)
    await written.putAgain()
    expect(existsSync(join(root, 'lib/seal.js'))).toBe(true)
  })
})
