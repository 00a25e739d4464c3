/** The applications after `fix --apply`: the provers, forced onto every labelled place, prove nothing that was repaired. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diffLines } from 'diff'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Report } from '../src/core/report.ts'
import { proverOf } from '../src/faults/provers.ts'
import { fix } from '../src/operations/fix.ts'
import { loadProject } from '../src/project/load.ts'
import { openBench } from '../src/proof/open.ts'

const label = z.object({ fault: z.string(), file: z.string(), line: z.number() })
const labels = z.object({ faults: z.array(label), twins: z.array(label) })
type Label = z.infer<typeof label>

const repository = join(import.meta.dirname, '..')
const apps = [
  'examples/workshop',
  'fixtures/apps/trpc-monorepo',
  'fixtures/apps/pages-and-actions',
  'fixtures/apps/actions-only',
]

/** Where a line of the text before is in the text after; of a line that was replaced, where its replacement begins. */
function moved(before: string, after: string, line: number): number {
  let [old, now] = [0, 0]
  for (const { count = 0, added, removed } of diffLines(before, after)) {
    if (added) now += count
    else if (removed) {
      if (line <= old + count) return now + 1
      old += count
    } else {
      if (line <= old + count) return now + line - old
      old += count
      now += count
    }
  }
  return now
}

describe.each(apps)('%s, repaired', { timeout: 600_000 }, (app) => {
  const known = labels.parse(JSON.parse(readFileSync(join(repository, `${app}.labels.json`), 'utf8')))
  // Below the repository, so that its packages are found.
  const root = join(repository, 'fixtures/.build/fixed', app)
  const workFolder = mkdtempSync(join(tmpdir(), 'fixed-'))
  let report: Report
  let proven: Label[] = []

  beforeAll(async () => {
    rmSync(root, { recursive: true, force: true })
    cpSync(join(repository, app), root, { recursive: true })
    report = await fix.run(
      { at: [], only: [], apply: true, all: true, dev: false, seed: 11 },
      { root, workFolder },
    )
    const project = await loadProject(root)
    const bench = await openBench(project, { root, workFolder }, { seed: 12 })
    try {
      for (const one of [...known.faults, ...known.twins]) {
        const text = (folder: string): string => readFileSync(join(folder, one.file), 'utf8')
        const line = moved(text(join(repository, app)), text(root), one.line)
        const prover = await proverOf(one.fault)
        const outcome = await prover?.(bench, { location: { file: one.file, line, column: 1 } })
        if (outcome?.verdict === 'proven') proven = [...proven, one]
      }
    } finally {
      await bench.close()
    }
  }, 600_000)
  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
    rmSync(workFolder, { recursive: true, force: true })
  })

  it('has repairs', () => {
    expect(report.problems.filter(({ effect }) => effect === 'fatal')).toEqual([])
    expect(report.changes?.filter(({ status }) => status === 'applied').length).toBeGreaterThanOrEqual(3)
  })

  it('has only those faults left that no repair was applied to', () => {
    const cured = new Set(
      report.changes?.filter(({ status }) => status === 'applied').flatMap(({ findings }) => findings),
    )
    const places = report.findings
      .filter(({ id }) => cured.has(id))
      .map(({ fault, location }) => `${fault} ${location.file}:${location.line}`)
    const left = proven.map(({ fault, file, line }) => `${fault} ${file}:${line}`)
    expect(left.filter((place) => places.includes(place))).toEqual([])
    const twins = known.twins.map(({ fault, file, line }) => `${fault} ${file}:${line}`)
    expect(left.filter((place) => twins.includes(place))).toEqual([])
  })
})
