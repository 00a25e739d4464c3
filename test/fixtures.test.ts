import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { faults } from '../src/faults/index.ts'
import { runFaults } from '../src/operations/run-faults.ts'
import { loadProject } from '../src/project/load.ts'

const label = z.object({ fault: z.string(), file: z.string(), line: z.number() })
const labels = z.object({ faults: z.array(label), twins: z.array(label) })
type Label = z.infer<typeof label>
const apps = join(import.meta.dirname, '../fixtures/apps')

describe.each(['trpc-monorepo', 'pages-and-actions', 'actions-only'])('the fixture %s', async (app) => {
  const known = labels.parse(JSON.parse(readFileSync(join(apps, `${app}.labels.json`), 'utf8')))
  const project = await loadProject(join(apps, app))
  const likely = runFaults(project, faults)
    .findings.filter((finding) => finding.certainty === 'likely')
    .map(({ fault, location }): Label => ({ fault, file: location.file, line: location.line }))
  const near = (one: Label, other: Label): boolean =>
    one.fault === other.fault && one.file === other.file && Math.abs(one.line - other.line) <= 4

  it('is read without problems', () => {
    expect(project.problems).toEqual([])
  })

  it.each(known.faults)('finds $fault in $file:$line', (one) => {
    expect(likely.some((finding) => near(finding, one))).toBe(true)
  })

  it.each(known.twins)('is silent about $fault in $file:$line', (one) => {
    const exact = likely.filter((finding) => finding.fault === one.fault && finding.file === one.file)
    expect(exact.filter((finding) => finding.line === one.line)).toEqual([])
  })

  it('finds nothing else', () => {
    expect(likely.filter((finding) => !known.faults.some((one) => near(finding, one)))).toEqual([])
    expect(likely.length).toBeLessThanOrEqual(known.faults.length)
  })
})
