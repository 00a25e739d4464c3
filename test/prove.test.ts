/** Each labelled fault is proven on the running app by a request that the provers made; no correct twin is. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { proverOf } from '../src/faults/provers.ts'
import { loadProject } from '../src/project/load.ts'
import { openBench } from '../src/proof/open.ts'
import type { Outcome } from '../src/proof/prover.ts'

const label = z.object({ fault: z.string(), file: z.string(), line: z.number() })
const labels = z.object({ faults: z.array(label), twins: z.array(label) })
type Label = z.infer<typeof label>

const root = join(import.meta.dirname, '..')
/** Share of the labelled faults with a prover that must be proven; of the example, of those that are about security. */
const apps = [
  { app: 'examples/workshop', share: 1, only: /^(authentication|authorization|input|response)\// },
  { app: 'fixtures/apps/trpc-monorepo', share: 0.85, only: /./ },
  { app: 'fixtures/apps/pages-and-actions', share: 0.85, only: /./ },
  { app: 'fixtures/apps/actions-only', share: 0.85, only: /./ },
]

interface Tried extends Label {
  outcome: Outcome
}
const inWords = ({ fault, file, line, outcome }: Tried): string =>
  `${outcome.verdict} ${fault} ${file}:${line}: ${outcome.reason}`

describe.each(apps)('the provers on $app', { timeout: 300_000 }, ({ app, share, only }) => {
  const known = labels.parse(JSON.parse(readFileSync(join(root, `${app}.labels.json`), 'utf8')))
  const workFolder = mkdtempSync(join(tmpdir(), 'prove-'))
  let faults: Tried[] = []
  let twins: Tried[] = []

  beforeAll(async () => {
    const project = await loadProject(join(root, app))
    const bench = await openBench(project, { root: project.root, workFolder }, { seed: 7 })
    const tried = async (all: Label[]): Promise<Tried[]> => {
      const done: Tried[] = []
      for (const { fault, file, line } of all) {
        const prover = await proverOf(fault)
        const outcome = await prover?.(bench, { location: { file, line, column: 1 } })
        if (outcome) done.push({ fault, file, line, outcome })
      }
      return done
    }
    try {
      faults = await tried(known.faults)
      twins = await tried(known.twins)
    } finally {
      await bench.close()
    }
  }, 300_000)
  afterAll(() => rmSync(workFolder, { recursive: true, force: true }))

  it('prove the labelled faults', () => {
    const asked = faults.filter(({ fault }) => only.test(fault))
    const missed = asked.filter(({ outcome }) => outcome.verdict !== 'proven')
    expect(asked.length).toBeGreaterThan(0)
    expect(missed.length, missed.map(inWords).join('\n')).toBeLessThanOrEqual(asked.length * (1 - share))
  })

  it('prove no correct twin', () => {
    expect(twins.length).toBeGreaterThan(0)
    expect(twins.filter(({ outcome }) => outcome.verdict === 'proven').map(inWords)).toEqual([])
  })

  it('say why, where they cannot tell', () => {
    const open = [...faults, ...twins].filter(({ outcome }) => outcome.verdict === 'inconclusive')
    expect(open.filter(({ outcome }) => outcome.reason.length < 20).map(inWords)).toEqual([])
  })
})
