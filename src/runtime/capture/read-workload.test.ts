import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { workloadReader } from './read-workload.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'records-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const line = (record: object): string => `${JSON.stringify(record)}\n`
const request = line({ kind: 'request', id: 'one', method: 'GET', url: '/' })
const statement = line({
  kind: 'statement',
  request: 'one',
  sql: 'SELECT 1',
  params: [],
  rows: 1,
  ms: 1,
  at: 1,
})
const answered = line({ kind: 'answered', id: 'one' })

it('waits for what a request did before it was answered, though the answer is here', async () => {
  const file = join(folder, '1-0.jsonl')
  writeFileSync(file, request)
  const reader = workloadReader(folder, { copy: folder, project: folder })
  setTimeout(() => appendFileSync(file, statement + answered), 60)
  await reader.settled('one')
  expect((await reader.read()).statements.map(({ sql }) => sql)).toEqual(['SELECT 1'])
})

it('waits for each time that an application sent it on to itself', async () => {
  const file = join(folder, '1-0.jsonl')
  writeFileSync(file, request + request + answered)
  const reader = workloadReader(folder, { copy: folder, project: folder })
  setTimeout(() => appendFileSync(file, statement + answered), 60)
  await reader.settled('one')
  expect((await reader.read()).statements).toHaveLength(1)
})

it('does not wait long for a request that nobody has seen', async () => {
  const began = performance.now()
  await workloadReader(folder, { copy: folder, project: folder }).settled('other')
  expect(performance.now() - began).toBeLessThan(900)
})
