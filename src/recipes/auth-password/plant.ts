/** Mistakes planted into what the recipe added, on a running copy that has it. */
import type { Planting } from '../../core/recipe.ts'
import type { Check } from '../../core/report.ts'
import { plural } from '../../core/wording.ts'
import { isTest } from '../../proof/check-draft.ts'
import type { LiveBench } from '../../proof/live-bench.ts'
import { type Mutant, mutantsOf } from '../../proof/mutants/mutants.ts'
import { type CopyRun, mutantsOnCopy } from '../../proof/mutants/on-copy.ts'
import { type MutantReport, mutantTable } from '../../proof/mutants/run.ts'
import { planted, type WrittenMutant } from '../../proof/mutants/written.ts'
import type { HttpRequest } from '../../runtime/requests/send.ts'
import type { AttackResult } from './attacks/index.ts'
import type { AuthFacts, AuthInput } from './input.ts'
import { authMutants } from './mutants.ts'
import { noticing } from './notice.ts'
import { attacked } from './prove.ts'
import { apiPath, targetOf } from './target.ts'
import { codeOf } from './templates/index.ts'

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

export interface PlantOptions extends CopyRun {
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
  { texts, tests, ...run }: PlantOptions,
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
        const noticed = await noticing(target, mutantsIn(texts).written, run)
        clean = noticed.clean
        return noticed.attack
      },
    },
    run,
  )
  return { ...report, clean }
}

/** Of the code that was added: those of files that are tests, data or configuration are no mutants. */
export function addedCode(
  facts: AuthFacts,
  input: AuthInput,
  texts: ReadonlyMap<string, string>,
): Map<string, string> {
  const code = new Set(codeOf(targetOf(facts, input)).map(({ file }) => file))
  return new Map([...texts].filter(([file]) => code.has(file)))
}

/** Evenly spread: in the order of their ids, which are digests. The same code gives the same mutants. */
export const chosen = (mutants: readonly Mutant[], from: number, count: number): Mutant[] =>
  mutants.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(from, from + count)

const EACH_MS = 300_000

/** Half of them written by people, half by rule. Fails when one of the written ones is not noticed. */
export async function plantCheck(
  bench: LiveBench,
  facts: AuthFacts,
  input: AuthInput,
  { texts, count, signal, progress }: Planting,
): Promise<Check> {
  const began = performance.now()
  const code = addedCode(facts, input, texts)
  const { written, mechanical } = mutantsIn(code)
  const some = chosen(written, 0, Math.ceil(count / 2))
  const mutants = [...some, ...chosen(mechanical, 0, count - some.length)]
  const report = await plant(bench, facts, input, {
    texts: code,
    tests: [...texts.keys()].filter(isTest),
    mutants,
    budget: { each: EACH_MS },
    ...(signal ? { signal } : {}),
    progress: (step) => progress?.(step),
    onResult: ({ mutant, result }) => progress?.(`${result}: ${mutant.title}`),
  })
  const survived = report.tried.filter(({ result }) => result === 'survived')
  const grave = survived.filter(({ mutant }) => mutant.kind === 'written')
  const by = (what: string): number => report.tried.filter((one) => one.by?.startsWith(what)).length
  return {
    name: 'mutants',
    verdict: grave.length > 0 ? 'failed' : 'passed',
    why: `Of ${plural(report.tried.length, 'mistake')} planted into the new code, ${report.tried.length - survived.length} were noticed: ${by('types')} by the type check, ${by('test')} by the tests, ${by('attack')} by attacks.${survived.length > 0 ? ` Not noticed: ${survived.map(({ mutant: { title, location } }) => `${title} (${location.file}:${location.line})`).join('; ')}.` : ''}`,
    ms: Math.round(performance.now() - began),
    ...(survived.length > 0 ? { log: mutantTable(report) } : {}),
  }
}
