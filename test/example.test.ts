import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { faults } from '../src/faults/index.ts'
import { runFaults } from '../src/operations/run-faults.ts'
import { loadProject } from '../src/project/load.ts'

const label = z.object({ fault: z.string(), file: z.string(), line: z.number() })
const labels = z.object({ faults: z.array(label), twins: z.array(label) })
const examples = join(import.meta.dirname, '../examples')

describe('the example', async () => {
  const known = labels.parse(JSON.parse(readFileSync(join(examples, 'workshop.labels.json'), 'utf8')))
  const project = await loadProject(join(examples, 'workshop'))
  const likely = runFaults(project, faults).findings.filter((finding) => finding.certainty === 'likely')
  const at = (one: z.infer<typeof label>): boolean =>
    likely.some(
      (finding) =>
        finding.fault === one.fault &&
        finding.location.file === one.file &&
        Math.abs(finding.location.line - one.line) <= 4,
    )

  it.each(known.faults)('finds $fault in $file:$line', (one) => {
    expect(at(one)).toBe(true)
  })

  it('finds nothing else: every twin is silent', () => {
    expect(known.twins.length).toBeGreaterThan(10)
    expect(likely).toHaveLength(known.faults.length)
  })
})
