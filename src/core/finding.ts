/** A place in the project. `file` is relative to the project root with `/` separators; `line` and `column` are 1-based. */
export interface Location {
  file: string
  line: number
  column: number
}

/** Static analysis claims `possible` or `likely`. Only evidence from a run makes a finding `proven` or `refuted`. */
export type Certainty = 'possible' | 'likely' | 'proven' | 'refuted'

export type Severity = 'error' | 'warning' | 'info'

export interface Step {
  location: Location
  note: string
}

/** Why we believe a finding. `trace`: the path through the code, entry first and sink last. */
export interface Evidence {
  kind: 'trace'
  steps: Step[]
}

/** What a fault's `find` yields. The runner adds id, severity and suppression. */
export interface Draft {
  /** The line of the sink or handler: what an editor would jump to. */
  location: Location
  /** What the finding is about, stable when lines move: `PATCH /api/invoices/[id] → invoice.update`. Part of the id. */
  subject: string
  certainty: 'possible' | 'likely'
  /** What was found, with the project's own names. */
  found: string
  /** Why it matters. */
  why: string
  /** What to do, with the exact code where it is known. */
  remedy: string
  evidence: Evidence[]
  /** Endpoint id (as in the map) through which the fault is reached, if any. */
  endpoint?: string
}

export interface Finding extends Omit<Draft, 'certainty'> {
  /** Same on the next run when lines moved: hash of fault, file and subject, nothing else. */
  id: string
  /** Fault id, for example `authorization/unscoped-access`. */
  fault: string
  severity: Severity
  certainty: Certainty
  suppressed?: { by: 'comment' | 'baseline'; reason: string }
}
