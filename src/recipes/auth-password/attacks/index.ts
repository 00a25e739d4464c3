import type { Exchanges } from '../../../core/finding.ts'
import { browserAttacks } from './browser.ts'
import { enumerationAttacks } from './enumeration.ts'
import { inputAttacks } from './input.ts'
import { limitAttacks } from './limits.ts'
import { passwordAttacks } from './passwords.ts'
import { registrationAttacks } from './registration.ts'
import { sessionAttacks } from './sessions.ts'
import { storageAttacks } from './storage.ts'
import type { Attack, Attacked, AuthTarget, Verdict } from './target.ts'
import { tokenAttacks } from './tokens.ts'

export const authAttacks: readonly Attack[] = [
  ...passwordAttacks,
  ...inputAttacks,
  ...enumerationAttacks,
  ...limitAttacks,
  ...registrationAttacks,
  ...tokenAttacks,
  ...sessionAttacks,
  ...browserAttacks,
  ...storageAttacks,
]

export interface AttackResult {
  attack: Pick<Attack, 'id' | 'title' | 'requirements'>
  verdict: Verdict
  why: string
  exchanges: Exchanges
  ms: number
}

export interface AttackOptions {
  /** Ids; absent: all. */
  only?: readonly string[]
  /** End with the first that is not withstood. */
  first?: boolean
  signal?: AbortSignal
  onResult?: (result: AttackResult) => void
}

/** Runs attacks one after the other: they share the limiter and the processor. */
export async function runAttacks(target: AuthTarget, options: AttackOptions = {}): Promise<AttackResult[]> {
  const results: AttackResult[] = []
  for (const { id, title, requirements, run } of authAttacks) {
    if (options.only && !options.only.includes(id)) continue
    options.signal?.throwIfAborted()
    const begin = performance.now()
    const without = target.contract.without?.[id]
    const attacked = without === undefined ? await run(target) : notApplicable(without)
    const result = { attack: { id, title, requirements }, ...attacked, ms: performance.now() - begin }
    results.push(result)
    options.onResult?.(result)
    if (options.first && (result.verdict === 'broken' || result.verdict === 'inconclusive')) break
  }
  return results
}

const notApplicable = (why: string): Attacked => ({
  verdict: 'not applicable',
  why,
  exchanges: { kind: 'exchange', exchanges: [], reproduce: [] },
})
