import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Finding } from '../core/finding.ts'
import type { Problem, Report } from '../core/report.ts'
import { readBaseline } from '../operations/baseline.ts'
import { writeBaseline } from './baseline.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'baseline-'))
})
afterEach(() => rm(root, { recursive: true }))

function accepted(id: string, fault: string): Finding {
  return {
    id,
    fault,
    severity: 'error',
    certainty: 'likely',
    location: { file: 'a.ts', line: 1, column: 1 },
    subject: 's',
    found: 'f',
    why: 'w',
    remedy: 'r',
    evidence: [],
    suppressed: { by: 'baseline', reason: 'accepted in the baseline' },
  }
}

function report(findings: Finding[], problems: Problem[] = []): Report {
  const coverage = { files: 1, lines: 1, endpoints: 0, queries: 0, models: 0, faults: 1 }
  return { operation: 'review', headline: '', findings, problems, coverage, elapsedMs: 1 }
}

async function ids(): Promise<string[]> {
  const { baseline } = await readBaseline(root, undefined)
  return baseline.findings.map((entry) => entry.id)
}

it('writes what was accepted, not what a comment suppresses, and leaves no other file', async () => {
  const commented: Finding = { ...accepted('c', 't/a'), suppressed: { by: 'comment', reason: 'x' } }
  const file = await writeBaseline(root, report([accepted('b', 't/b'), accepted('a', 't/a'), commented]), {
    only: [],
  })
  expect(await ids()).toEqual(['a', 'b'])
  expect(await readdir(path.dirname(file))).toEqual(['baseline.json'])
  expect(await readFile(file, 'utf8')).toMatch(/^\{\n {2}"version": 1,/)
})

it('forgets what is gone, but keeps faults that were not looked for or stopped', async () => {
  const first = [accepted('a', 't/a'), accepted('b', 't/b'), accepted('u', 'u/x')]
  await writeBaseline(root, report(first), { only: [] })
  const stopped: Problem = { where: 't/b', message: 'boom', effect: 'partial' }
  await writeBaseline(root, report([accepted('n', 't/a')], [stopped]), { only: ['t'] })
  expect(await ids()).toEqual(['n', 'b', 'u'])
})

it('a missing default baseline accepts nothing, a missing named one is an error', async () => {
  expect(await ids()).toEqual([])
  await expect(readBaseline(root, 'no.json')).rejects.toThrow('no.json cannot be read')
})
