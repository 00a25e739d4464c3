import type { Certainty, Location, Plans, Series } from '../core/finding.ts'
import type { Cure } from './cure.ts'

export type WorkloadKind =
  | 'n-plus-one'
  | 'repeated-query'
  | 'unbounded-list'
  | 'unread-columns'
  | 'missing-index'
  | 'missing-foreign-key-index'
  | 'redundant-index'

/** Something slow that was seen when the application ran, and what would cure it. */
export interface WorkloadFinding {
  kind: WorkloadKind
  /** The call in the source; absent when no source map told, and of what is a matter of the schema alone. */
  at?: Location
  /** `GET /api/orgs/[orgId]/invoices`, sorted; empty when it is no request's. */
  endpoints: string[]
  /** Statements without their parameters. */
  shapes: string[]
  /** What was seen, in one sentence with its figures. */
  saw: string
  evidence: (Series | Plans)[]
  cure?: Cure
  certainty: Certainty
  /** What limits the claim: `bounded by the page`, `no statement of the workload uses it`. */
  notes: string[]
}
