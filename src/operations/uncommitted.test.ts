import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { uncommitted } from './uncommitted.ts'

let base: string
let root: string
const files = ['a.ts', 'b [1].ts', 'new.ts', 'left.ts', 'nowhere.ts']

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'uncommitted-'))
  root = join(base, 'repository/apps/web')
  mkdirSync(root, { recursive: true })
  for (const file of ['a.ts', 'b [1].ts']) writeFileSync(join(root, file), 'one\n')
})
afterEach(() => rmSync(base, { recursive: true }))

const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: join(base, 'repository'), stdio: 'ignore' })
const look = () => uncommitted(root, files, join(base, 'work'))

it('names what differs from the last commit, or is in none', async () => {
  git('init', '-q')
  writeFileSync(join(base, 'repository/.gitignore'), 'left.ts\n')
  git('add', '-A')
  git('-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-qm', 'first')
  expect(await look()).toEqual([])
  const index = join(base, 'repository/.git/index')
  const before = readFileSync(index)
  // Touched, and the same.
  utimesSync(join(root, 'a.ts'), 1, 1)
  expect(await look()).toEqual([])
  expect(readFileSync(index).equals(before)).toBe(true)
  for (const file of ['b [1].ts', 'new.ts', 'left.ts']) writeFileSync(join(root, file), 'two\n')
  expect(await look()).toEqual(['b [1].ts', 'new.ts', 'left.ts'])
  git('add', '-A')
  expect(await look()).toEqual(['b [1].ts', 'new.ts', 'left.ts'])
})

it('names nothing where there is no repository, or no git', async () => {
  expect(await look()).toEqual([])
  git('init', '-q')
  expect(await uncommitted(root, files, join(base, 'work'), { PATH: base })).toEqual([])
})
