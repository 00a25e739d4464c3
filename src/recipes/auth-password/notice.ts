/** Which attack notices a mutant: those that noticed its like are tried first. */
import type { Mutant } from '../../proof/mutants/mutants.ts'
import type { Attacking } from '../../proof/mutants/on-copy.ts'
import { type AttackResult, authAttacks, runAttacks } from './attacks/index.ts'
import type { AuthTarget } from './attacks/target.ts'

export interface Noticing {
  /** What each attack said of the code without a mutant. Those that it did not withstand notice nothing. */
  clean: AttackResult[]
  /** The id of the attack that notices the mutant which the target has now. */
  attack: Attacking
}

/** So long, in milliseconds, as those take that are tried before anything else: less than the tests. */
const LIKELY_MS = 2_000

/** They send a hundred requests or more, and are left out where time counts. */
const SLOW = new Set(['enumeration-time', 'hashing-flood', 'account-budget', 'address-budget'])

/** Their verdict depends on a clock: what they notice has to be noticed again. */
const BY_CLOCK = new Set(['enumeration-time', 'hashing-flood'])

/**
 * Attacks the code without a mutant, and from then on with one. `expected`: what somebody wrote down of mutants to
 * come; it says where to begin with others in the same file. `quick`: without the attacks that take long.
 */
export async function noticing(
  target: AuthTarget,
  expected: readonly Mutant[],
  { quick = false, signal }: { quick?: boolean | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Noticing> {
  const clean = await runAttacks(target, {
    ...(quick ? { only: authAttacks.map(({ id }) => id).filter((id) => !SLOW.has(id)) } : {}),
    ...(signal ? { signal } : {}),
  })
  const useful = clean.filter(({ verdict }) => verdict === 'withstood')
  const kills = new Map<string, number>()
  const key = (file: string, attack: string): string => `${file} ${attack}`
  const add = (name: string, count: number): void => void kills.set(name, (kills.get(name) ?? 0) + count)
  for (const { location, killedBy = [] } of expected)
    for (const attack of killedBy) add(key(location.file, attack), 0.5)
  const rankOf = ({ location, killedBy = [] }: Mutant, { attack: { id }, ms }: AttackResult): number =>
    (killedBy.includes(id) ? 1e6 : 0) +
    ((kills.get(key(location.file, id)) ?? 0) + 0.1 * (kills.get(id) ?? 0) + 0.01) / (ms + 100)
  let order: AttackResult[] = []
  return {
    clean,
    attack: async (mutant, which, stop) => {
      if (which === 'likely') order = useful.toSorted((a, b) => rankOf(mutant, b) - rankOf(mutant, a))
      for (const { attack } of order.splice(0, which === 'likely' ? likely(order) : order.length)) {
        const { id } = attack
        if (!(await isBroken(target, id, stop))) continue
        if (BY_CLOCK.has(id) && !(await isBroken(target, id, stop))) continue
        add(id, 1)
        add(key(mutant.location.file, id), 1)
        return id
      }
      return undefined
    },
  }
}

function likely(order: readonly AttackResult[]): number {
  let [count, ms] = [0, 0]
  for (const one of order) {
    ms += one.ms
    if (ms > LIKELY_MS && count > 0) break
    count += 1
  }
  return count
}

/** An attack that cannot even be carried out has noticed something: without the mutant it could. */
async function isBroken(target: AuthTarget, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    const [result] = await runAttacks(target, { only: [id], signal })
    return result?.verdict !== 'withstood'
  } catch {
    signal.throwIfAborted()
    return true
  }
}
