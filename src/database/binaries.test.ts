import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startChild } from '../../test/child.ts'
import { UserError } from '../core/error.ts'
import { findBinaries, prepareBinaries } from './binaries.ts'

// Servers and processes are slow where many tests share two cores.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const base = realpathSync(mkdtempSync(join(tmpdir(), 'be-binaries-')))
const home = join(base, 'package')
const cache = join(base, 'cache')
const isRoot = process.getuid?.() === 0
const mayMount = isRoot && spawnSync('unshare', ['-m', 'true']).status === 0

/** The package as npm unpacks it, before any install script. */
beforeAll(async () => {
  const { folder } = await findBinaries(cache)
  cpSync(dirname(folder), home, {
    recursive: true,
    filter: (file) => !lstatSync(file).isSymbolicLink(),
  })
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

const version = (folder: string): string =>
  execFileSync(join(folder, 'bin', 'postgres'), ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })

describe.runIf(process.platform === 'linux')('the binaries of Postgres', () => {
  it('are missed with words that help', async () => {
    const error = await findBinaries(cache, join(base, 'elsewhere.js')).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({
      message: 'The embedded Postgres is not installed.',
      remedy: expect.stringContaining('--database-url'),
    })
  })

  it('are complete without the install script, in the cache where the package is read-only', async () => {
    expect(() => version(join(home, 'native'))).toThrow()
    let folder: string
    if (mayMount) {
      const child = startChild(
        `const { prepareBinaries } = await load('database/binaries.ts')
        const both = await Promise.all([1, 2].map(() => prepareBinaries(process.argv[1], process.argv[2])))
        console.log(JSON.stringify(both.map(({ folder }) => folder)))
        process.exit()`,
        [home, cache],
        [
          'unshare',
          '-m',
          'sh',
          '-c',
          `mount --bind ${home} ${home} && mount -o remount,ro,bind ${home} && exec "$@"`,
          'sh',
        ],
      )
      const [one, two] = JSON.parse(await child.line())
      expect(one).toBe(two)
      folder = one
    } else {
      const lib = join(home, 'native', 'lib')
      chmodSync(lib, 0o555)
      folder = (await prepareBinaries(home, cache)).folder
      chmodSync(lib, 0o755)
      if (isRoot) return
    }
    expect(folder.startsWith(join(cache, 'postgres'))).toBe(true)
    expect(version(folder)).toMatch(/PostgreSQL\) 18\./)
    expect(readdirSync(dirname(folder))).toEqual(['native'])
    expect(existsSync(join(home, 'native', 'lib', 'libicuuc.so.60'))).toBe(false)
  })

  it('are complete without the install script, in place where that can be', async () => {
    const { folder } = await prepareBinaries(home, cache)
    expect(folder).toBe(join(home, 'native'))
    expect(version(folder)).toMatch(/PostgreSQL\) 18\./)
  })
})
