/** Each labelled fault is proven on the running app by a request that the provers made; no correct twin is. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Evidence } from '../src/core/finding.ts'
import { proverOf } from '../src/faults/provers.ts'
import { loadProject } from '../src/project/load.ts'
import { openBench } from '../src/proof/open.ts'
import type { Outcome } from '../src/proof/prover.ts'

const label = z.object({ fault: z.string(), file: z.string(), line: z.number() })
/** `unread`: faults that only a proof shows, since reading does not tell what a page gives away. */
const labels = z.object({
  faults: z.array(label),
  unread: z.array(label).default([]),
  twins: z.array(label),
})
type Label = z.infer<typeof label>

const root = join(import.meta.dirname, '..')
/**
 * Share of the labelled faults with a prover that must be proven; of the example, of those that are about security.
 * `untried`: twins, at most, whose legitimate request could not be made: a sign-in wants a password that nobody knows.
 */
const apps = [
  {
    app: 'examples/workshop',
    share: 1,
    only: /^(authentication|authorization|input|response)\//,
    untried: 2,
  },
  { app: 'fixtures/apps/trpc-monorepo', share: 0.85, only: /./, untried: 3 },
  { app: 'fixtures/apps/pages-and-actions', share: 1, only: /./, untried: 0 },
  { app: 'fixtures/apps/actions-only', share: 1, only: /./, untried: 2 },
]

const controlsOf = (one: Evidence) =>
  one.kind === 'exchange' ? one.exchanges.filter(({ role }) => role === 'pre-control') : []

interface Tried extends Label {
  outcome: Outcome
}
const inWords = ({ fault, file, line, outcome }: Tried): string =>
  `${outcome.verdict} ${fault} ${file}:${line}: ${outcome.reason}`

describe.each(apps)('the provers on $app', { timeout: 300_000 }, ({ app, share, only, untried }) => {
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
      faults = await tried([...known.faults, ...known.unread])
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

  it('give lines that repeat each exploit', () => {
    const exchanges = faults.flatMap(({ outcome }) =>
      outcome.verdict === 'proven' ? outcome.evidence.filter((one) => one.kind === 'exchange') : [],
    )
    expect(exchanges.length).toBeGreaterThan(0)
    expect(exchanges.filter(({ reproduce }) => !reproduce.some((line) => line.includes('curl')))).toEqual([])
  })

  it('prove no correct twin', () => {
    expect(twins.length).toBeGreaterThan(0)
    expect(twins.filter(({ outcome }) => outcome.verdict === 'proven').map(inWords)).toEqual([])
  })

  it('make the legitimate request of the twins first', () => {
    const open = twins.filter(({ outcome }) => outcome.verdict === 'inconclusive')
    expect(open.length, open.map(inWords).join('\n')).toBeLessThanOrEqual(untried)
    const controls = twins.flatMap(({ outcome }) => outcome.evidence).flatMap(controlsOf)
    expect(controls.length).toBeGreaterThan(0)
    expect(controls.filter(({ response }) => response.status === 0 || response.status >= 400)).toEqual([])
  })

  it('say why, where they cannot tell', () => {
    const open = [...faults, ...twins].filter(({ outcome }) => outcome.verdict === 'inconclusive')
    expect(open.filter(({ outcome }) => outcome.reason.length < 20).map(inWords)).toEqual([])
  })
})
