/** The bad examples of every fault that can be repaired, repaired: the finding is gone, and what was written can be read. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { repairable } from '../src/faults/fixers.ts'
import { faults } from '../src/faults/index.ts'
import { runFaults } from '../src/operations/run-faults.ts'
import { readFaultDoc } from './fault.ts'
import { fixed } from './fix.ts'
import { projectOf } from './project.ts'

const manifest = '{ "name": "example", "dependencies": { "next": "16.4.5", "@prisma/client": "7.10.0" } }\n'
const pages = join(import.meta.dirname, '../src/faults')

/**
 * Of so many examples so many; the others ask a person, and say for what. Those that copy how the project does it elsewhere
 * find nothing to copy in an example: test/fixers.test.ts and the applications have it.
 */
const REPAIRED: Record<string, [number, number]> = {
  'api/unawaited-request-api': [1, 3],
  'api/unawaited-write': [1, 2],
  'authentication/missing-authentication': [0, 14],
  'authentication/unverified-jwt': [0, 2],
  'authorization/unawaited-guard': [5, 5],
  'authorization/unscoped-access': [0, 21],
  'input/mass-assignment': [0, 4],
  'input/raw-sql': [1, 2],
  'queries/n-plus-one': [0, 11],
  'queries/unbounded-list': [0, 5],
  'response/secret-field': [9, 9],
  'schema/missing-foreign-key-index': [6, 6],
  'schema/redundant-index': [3, 5],
}
const repaired: Record<string, [number, number]> = {}

describe.each(repairable)('%s', (id) => {
  const page = readFileSync(join(pages, id, `${basename(id)}.md`), 'utf8')
  const { shared, examples } = readFaultDoc(page)
  const bad = examples.filter(({ fences }) => fences.some(({ role }) => role === 'bad'))
  const count = async (files: Record<string, string>): Promise<number> =>
    runFaults(await projectOf(files), faults).findings.filter(({ fault }) => fault === id).length

  it.each(bad)('$name', async ({ fences }) => {
    const used = [...shared, ...fences].filter(({ role }) => role !== 'good')
    const files = {
      'package.json': manifest,
      ...Object.fromEntries(used.map(({ file, text }) => [file, text])),
    }
    const after = await fixed(id, files)
    const [done, all] = repaired[id] ?? [0, 0]
    repaired[id] = ['needs' in after ? done : done + 1, all + 1]
    if ('needs' in after) {
      expect(after.needs).toMatch(/\w+ \w+ \w+/)
      return
    }
    const cured = { ...files, ...after }
    expect((await projectOf(cured)).problems).toEqual([])
    expect(await count(cured)).toBe((await count(files)) - 1)
  })
})

afterAll(() => expect(repaired).toEqual(REPAIRED))
