import type { Evidence, Proof } from '../core/finding.ts'
import type { Bench } from './bench.ts'
import type { Claim } from './sites.ts'

/** The verdict on a claim and what it rests on. */
export interface Outcome extends Proof {
  evidence: Evidence[]
}

/**
 * Proves or refutes one claim on the bench. Leaves the seeded rows as they were. Never throws for what the application
 * does: a request that cannot be made to work is `inconclusive`, with the reason.
 */
export type Prover = (bench: Bench, claim: Claim) => Promise<Outcome>

export const inconclusive = (reason: string, evidence: Evidence[] = []): Outcome => ({
  verdict: 'inconclusive',
  reason,
  evidence,
})
