import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Problem } from '../core/report.ts'
import { hashText, listFiles, readText } from './files.ts'

let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'files-'))
})

afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function write(file: string, content: string | Uint8Array = ''): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), content)
}

test('lists files sorted, without dependencies and output', async () => {
  for (const file of [
    'src/b.ts',
    'src/a.ts',
    'package.json',
    '.cursor/rules/api.mdc',
    'node_modules/x/index.js',
    'packages/x/node_modules/y/index.js',
    '.git/HEAD',
    '.next/server/page.js',
    'dist/a.js',
    'dist/copied.ts',
    'build/a.js',
    'coverage/index.html',
  ]) {
    write(file)
  }
  const { files, problems } = await listFiles(root)
  expect(files).toEqual(['.cursor/rules/api.mdc', 'package.json', 'src/a.ts', 'src/b.ts'])
  expect(problems).toEqual([])
})

test('keeps routes and scripts in folders that are named like output', async () => {
  for (const file of [
    'package.json',
    'app/build/page.tsx',
    'app/(main)/coverage/[id]/route.ts',
    'app/out/page.js',
    'build/release.ts',
    'app/dist/types.d.ts',
  ]) {
    write(file)
  }
  const { files } = await listFiles(root)
  expect(files).toEqual([
    'app/(main)/coverage/[id]/route.ts',
    'app/build/page.tsx',
    'app/out/page.js',
    'build/release.ts',
    'package.json',
  ])
})

test('does not follow links to folders, nor links that leave the project', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'outside-'))
  writeFileSync(join(outside, 'secret.ts'), 'secret')
  write('src/a.ts')
  symlinkSync('..', join(root, 'src/loop'))
  symlinkSync(outside, join(root, 'src/outside'))
  symlinkSync(join(outside, 'secret.ts'), join(root, 'src/secret.ts'))
  symlinkSync('a.ts', join(root, 'src/same.ts'))
  symlinkSync('gone.ts', join(root, 'src/broken.ts'))
  const { files, problems } = await listFiles(root)
  rmSync(outside, { recursive: true })
  expect(files).toEqual(['src/a.ts', 'src/same.ts'])
  expect(problems).toEqual([])
})

// The superuser may read everything.
test.skipIf(process.getuid?.() === 0)('reports a folder that cannot be read and goes on', async () => {
  write('src/a.ts')
  write('locked/b.ts')
  chmodSync(join(root, 'locked'), 0)
  const { files, problems } = await listFiles(root)
  chmodSync(join(root, 'locked'), 0o700)
  expect(files).toEqual(['src/a.ts'])
  expect(problems).toMatchObject([{ where: 'locked', effect: 'partial' }])
})

test('a root that is missing is fatal', async () => {
  const { files, problems } = await listFiles(join(root, 'gone'))
  expect(files).toEqual([])
  expect(problems).toMatchObject([{ where: '.', effect: 'fatal' }])
})

test('reads text without its byte order mark', () => {
  write('a.ts', '\uFEFFexport {}')
  expect(readText(root, 'a.ts')).toBe('export {}')
})

test('skips binary, missing and very large files', () => {
  const problems: Problem[] = []
  write('image.png', new Uint8Array([137, 80, 0, 1]))
  write('large.ts', 'x'.repeat(4 * 1024 * 1024 + 1))
  mkdirSync(join(root, 'folder.ts'))
  expect(readText(root, 'image.png', problems)).toBeUndefined()
  expect(readText(root, 'gone.ts', problems)).toBeUndefined()
  expect(problems).toEqual([])
  expect(readText(root, 'large.ts', problems)).toBeUndefined()
  expect(readText(root, 'folder.ts', problems)).toBeUndefined()
  expect(problems).toMatchObject([
    { where: 'large.ts', effect: 'partial' },
    { where: 'folder.ts', effect: 'partial' },
  ])
})

test('hashes a text to 16 hexadecimal digits', () => {
  expect(hashText('')).toBe('da39a3ee5e6b4b0d')
  expect(hashText('a')).not.toBe(hashText('b'))
})
