import { createHash } from 'node:crypto'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { digestsOf } from './digests.ts'

let root = ''
let cache = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'digests-'))
  cache = mkdtempSync(join(tmpdir(), 'cache-'))
})
afterEach(() => {
  vi.useRealTimers()
  for (const folder of [root, cache]) rmSync(folder, { recursive: true })
})

const write = (text: string, file = 'a.ts'): void => writeFileSync(join(root, file), text)
const keptIn = (): string =>
  readFileSync(join(cache, 'digests', readdirSync(join(cache, 'digests'))[0] ?? ''), 'utf8')

/** One run, as far from now as if so much time had passed. */
function run(later: number): string {
  vi.useFakeTimers({ now: Date.now() + later, toFake: ['Date'] })
  const digests = digestsOf(root, cache)
  const digest = digests.of('a.ts')
  digests.keep()
  vi.useRealTimers()
  return digest
}

test('a file that has not changed is not read again', () => {
  write('one')
  const first = run(60_000)
  // Whoever reads the file would find something else than what is kept.
  const edited = keptIn().slice(41).replaceAll(first, 'kept')
  const name = readdirSync(join(cache, 'digests'))[0] ?? ''
  writeFileSync(join(cache, 'digests', name), `${createHash('sha1').update(edited).digest('hex')}\n${edited}`)
  expect(run(60_000)).toBe('kept')
})

test('every change shows', () => {
  write('one')
  const seen = [run(60_000)]
  write('two')
  seen.push(run(60_000))
  write('three')
  utimesSync(join(root, 'a.ts'), 1, 1)
  seen.push(run(60_000))
  write('other', 'b.ts')
  renameSync(join(root, 'b.ts'), join(root, 'a.ts'))
  seen.push(run(60_000))
  rmSync(join(root, 'a.ts'))
  seen.push(run(60_000))
  expect(new Set(seen).size).toBe(5)
  expect(seen.at(-1)).toBe('ENOENT')
})

test('a change within the same tick of the clock shows', () => {
  write('one')
  utimesSync(join(root, 'a.ts'), 1, 1)
  const first = run(0)
  // As large as before, and as old as far as the modification time says.
  write('two')
  utimesSync(join(root, 'a.ts'), 1, 1)
  expect(run(0)).not.toBe(first)
})

test('what is kept is not believed when it was cut off', () => {
  write('one')
  const first = run(60_000)
  const name = readdirSync(join(cache, 'digests'))[0] ?? ''
  writeFileSync(join(cache, 'digests', name), keptIn().slice(0, 60))
  expect(run(60_000)).toBe(first)
})
