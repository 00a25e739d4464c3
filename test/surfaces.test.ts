/** Sign-in as procedures and as server actions, in a built copy: its checks, and attacks of each kind. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Report } from '../src/core/report.ts'
import { provePlan } from '../src/operations/build-proof.ts'
import { readHabits } from '../src/project/habits/read.ts'
import { loadProject } from '../src/project/load.ts'
import type { LiveBench } from '../src/proof/live-bench.ts'
import { runAttacks } from '../src/recipes/auth-password/attacks/index.ts'
import { authPassword } from '../src/recipes/auth-password/index.ts'
import { authInput } from '../src/recipes/auth-password/input.ts'
import { attacked } from '../src/recipes/auth-password/prove.ts'
import { digestOf } from './tree.ts'

const apps = join(import.meta.dirname, '../fixtures/apps')
const workFolder = mkdtempSync(join(tmpdir(), 'surfaces-'))
afterAll(() => rmSync(workFolder, { recursive: true, force: true }))

/** One of each file of attacks; the flood of guesses takes minutes, and no surface changes it. */
const only = [
  'wrong-types',
  'lone-surrogate',
  'duplicate-keys',
  'telling-errors',
  'enumeration-answer',
  'guesses-in-turn',
  'token-missing',
  'token-audience',
  'refresh-replay',
  'refresh-race',
  'logout-access',
  'cookie-flags',
  'cookie-removed',
  'cross-site-refresh',
  'cross-site-login',
  'cached-tokens',
  'logged-secrets',
]

describe.each([
  { app: 'trpc-monorepo', surface: 'trpc' },
  { app: 'actions-only', surface: 'actions' },
] as const)('sign-in on $app', ({ app, surface }) => {
  it('passes all checks, and withstands', { timeout: 600_000 }, async () => {
    const root = join(apps, app)
    const before = digestOf(root)
    const project = await loadProject(root)
    const facts = { habits: readHabits(project), project, stamp: '20260101000000' }
    const input = authInput.parse({ surface, register: surface === 'trpc' })
    const plan = await authPassword.plan(facts, input)
    const recipe = {
      ...authPassword,
      input: authInput,
      questions: () => [],
      plan: () => Promise.resolve(plan),
      scaffold: () => authPassword.scaffold?.(facts, input) ?? { files: [], env: {} },
      prove: async (bench: LiveBench) =>
        (await runAttacks(attacked(bench, facts, input), { only })).map(
          ({ attack, verdict, why, exchanges, ms }) => ({
            ...attack,
            verdict,
            why,
            ms,
            evidence: [exchanges],
          }),
        ),
    }
    const report: Report = {
      operation: 'build',
      headline: '',
      findings: [],
      problems: [],
      coverage: { files: 0, lines: 0, endpoints: 0, queries: 0, models: 0, faults: 0 },
      elapsedMs: 0,
    }
    const bench = { seed: 3, mode: 'build' as const }
    await provePlan({ recipe, project, facts, input, plan, bench, mutants: 0 }, report, {
      root,
      workFolder,
      cacheFolder: workFolder,
    })
    const failed = (report.checks ?? []).filter(({ verdict }) => verdict === 'failed')
    expect(failed.map(({ name, why, log }) => `${name}: ${why}\n${log ?? ''}`)).toEqual([])
    expect(report.checks?.find(({ name }) => name === 'new tests')?.verdict).toBe('passed')
    const attacks = report.attacks ?? []
    expect(
      attacks.map(({ id, verdict, why }) => (verdict === 'withstood' ? id : `${id} ${verdict}: ${why}`)),
    ).toEqual(attacks.map(({ id }) => id))
    expect(attacks.map(({ id }) => id).sort()).toEqual([...only].sort())
    expect(digestOf(root)).toBe(before)
  })
})
