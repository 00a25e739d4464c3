/** Mistakes planted into what the recipe added, on a running copy that has it. */
import type { LiveBench } from '../../proof/live-bench.ts'
import { type Mutant, mutantsOf } from '../../proof/mutants/mutants.ts'
import { type CopyRun, mutantsOnCopy } from '../../proof/mutants/on-copy.ts'
import type { MutantReport } from '../../proof/mutants/run.ts'
import { planted, type WrittenMutant } from '../../proof/mutants/written.ts'
import type { HttpRequest } from '../../runtime/requests/send.ts'
import type { AttackResult } from './attacks/index.ts'
import type { AuthFacts, AuthInput } from './input.ts'
import { authMutants } from './mutants.ts'
import { noticing } from './notice.ts'
import { attacked } from './prove.ts'
import { apiPath } from './target.ts'

export interface Mutants {
  written: Mutant[]
  /** Of the written ones, those that this project has no place for. */
  without: WrittenMutant[]
  mechanical: Mutant[]
}

/** All mutants of the code that was added. `texts`: by file, as the project formats them. */
export function mutantsIn(texts: ReadonlyMap<string, string>): Mutants {
  const found = authMutants.map((one) => ({ one, mutant: planted(one, texts) }))
  return {
    written: found.flatMap(({ mutant }) => mutant ?? []),
    without: found.flatMap(({ one, mutant }) => (mutant ? [] : [one])),
    mechanical: [...texts].flatMap(([file, text]) => mutantsOf(file, text)),
  }
}

export interface Planting extends CopyRun {
  texts: ReadonlyMap<string, string>
  /** Tests that the recipe added. */
  tests: readonly string[]
}

/** What was noticed of the mutants, and what the attacks said of the code without one. */
export interface Planted extends MutantReport {
  clean: AttackResult[]
}

/**
 * Tries the mutants on a copy that runs as `next dev` with the variables of `scaffold` and `MODE_VARIABLE`.
 * Throws as `mutantsOnCopy` does.
 */
export async function plant(
  bench: LiveBench,
  facts: AuthFacts,
  input: AuthInput,
  { texts, tests, ...run }: Planting,
): Promise<Planted> {
  const { habits } = facts
  const target = attacked(bench, facts, input)
  let clean: AttackResult[] = []
  const report = await mutantsOnCopy(
    {
      bench,
      texts,
      tests,
      runner: habits.tests.runner === 'bun:test' ? undefined : (habits.tests.runner ?? 'vitest'),
      routes: { folder: habits.app.routes, path: apiPath(habits) },
      requests: Object.values(target.contract.endpoints).map(
        ({ method, path }): HttpRequest => ({
          method,
          path,
          ...(method === 'GET' ? {} : { headers: { 'content-type': 'application/json' }, body: '{}' }),
        }),
      ),
      async attacks() {
        const noticed = await noticing(target, mutantsIn(texts).written, run.signal)
        clean = noticed.clean
        return noticed.attack
      },
    },
    run,
  )
  return { ...report, clean }
}
