/** `build "write tests for …"` on applications: tests that pass, and notice what is taken out of the code. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { objections, type Report } from '../src/core/report.ts'
import { build } from '../src/operations/build.ts'
import { digestOf } from './tree.ts'

const work = mkdtempSync(join(tmpdir(), 'endpoint-tests-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const run = (root: string, task: string): Promise<Report> =>
  build.run(
    { task, set: [], plan: false, apply: false, allowDirty: false, dev: false, mutants: 0, seed: 3 },
    { root, workFolder: work, cacheFolder: work },
  )
const root = join(import.meta.dirname, '..')

describe('tests for endpoints', { timeout: 1_200_000 }, () => {
  it('pass, and notice mistakes, in the way of the project', async () => {
    const gallery = join(root, 'fixtures/conventions/gallery')
    const before = digestOf(gallery)
    const report = await run(gallery, 'write tests for GET and DELETE /api/albums/:albumId')
    expect(objections(report)).toEqual([])
    const checks = new Map(report.checks?.map((one) => [one.name, one]))
    expect(checks.get('new tests')).toMatchObject({
      verdict: 'passed',
      why: 'The tests of 2 new files pass.',
    })
    for (const method of ['GET', 'DELETE'])
      expect(checks.get(`mistakes in ${method} /api/albums/[albumId]`)).toMatchObject({
        verdict: 'passed',
        why: expect.stringMatching(
          /are noticed \((?:[89]\d|100) %\): (\d+) of \1 guards?, (\d+) of \2 keys?, /,
        ),
      })
    const diff = report.changes?.[0]?.diff ?? ''
    expect(diff).toContain("+\tit('does not show an album of somebody else', async () => {")
    expect(diff).toContain("+\tit('removes the album', async () => {")
    expect(digestOf(gallery)).toBe(before)
  })

  it('do not say that a fault is right', async () => {
    const report = await run(join(root, 'examples/workshop'), 'write tests for GET /api/invoices/:invoiceId')
    expect(objections(report)).toEqual([])
    expect(report.adds?.proposals).toEqual([
      expect.stringMatching(
        /^GET \/api\/invoices\/\[invoiceId\] shows invoice of somebody else: authorization\/unscoped-access \(\w+\)\. Its test says/,
      ),
    ])
    const diff = report.changes?.[0]?.diff ?? ''
    expect(diff).toMatch(/\+ {2}\/\/ Known fault: authorization\/unscoped-access \(\w+\)\./)
    expect(diff).toContain("+  it.fails('does not show an invoice of somebody else', async () => {")
  })
})
