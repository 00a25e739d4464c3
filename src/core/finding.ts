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

/** Why we believe a finding: the path through the code, or what was seen when the application ran. */
export type Evidence = Trail | Exchanges | Series | Plans

/** The path through the code, entry first and sink last. */
export interface Trail {
  kind: 'trace'
  steps: Step[]
}

/**
 * `pre-control`: the legitimate caller succeeds, so the request is well formed. `exploit`: what must not work.
 * `near-miss`: the legitimate twin of the exploit, which must keep working.
 */
export type ExchangeRole = 'pre-control' | 'exploit' | 'near-miss'

/** Requests that were sent to the running copy, and what came back. */
export interface Exchanges {
  kind: 'exchange'
  exchanges: {
    role: ExchangeRole
    /** Who sent it: `user of tenant A (role TECHNICIAN)`, `nobody`. */
    as: string
    request: { method: string; url: string; headers: Record<string, string>; body?: string }
    /** `body` is cut to what shows the point. */
    response: { status: number; headers: Record<string, string>; body: string }
    /** What was seen, in words: `the answer holds the canary of Invoice.notes of tenant B`. */
    saw: string
  }[]
  /** The exploit as shell lines that need nothing but curl. */
  reproduce: string[]
}

/** The same request at growing data: a cost that grows with the rows is proven by numbers. */
export interface Series {
  kind: 'series'
  request: string
  /** What was counted: `statements`, `bytes`, `rows`. */
  unit: string
  points: { rows: number; count: number }[]
}

/** One node of an execution plan of Postgres. `rows` and `loops` as executed; buffers in blocks of 8 kB, own and below. */
export interface PlanNode {
  node: string
  relation?: string
  index?: string
  condition?: string
  rows: number
  removed?: number
  loops: number
  buffers: number
  children: PlanNode[]
}

/** One measured state of one statement. Times in milliseconds. */
export interface PlanRun {
  plan: PlanNode
  buffers: number
  /** Median and extremes of the execution time as Postgres counts it, over `runs` runs. */
  ms: { median: number; min: number; max: number; runs: number }
}

/** A statement before and, when something was tried, after a change, on the same rows. */
export interface Plans {
  kind: 'plan'
  sql: string
  /** What the sizes are: `Invoice: 100,000 rows`. */
  data: string
  before: PlanRun
  after?: PlanRun & { change: string }
}

/** What running the application said of a finding. */
export interface Proof {
  verdict: 'proven' | 'refuted' | 'inconclusive'
  /** Why, in one sentence; of an inconclusive one, what kept us from knowing. */
  reason: string
  /** A test file that runs in the user's project and fails as long as the fault is there. */
  test?: { path: string; text: string }
}

/** The paths through the code among the evidence. */
export const trailsOf = (evidence: readonly Evidence[]): Trail[] =>
  evidence.filter((one): one is Trail => one.kind === 'trace')

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
  proof?: Proof
  /** It was not there at an earlier commit. `by`: the first changed line on its path, where one is. */
  brought?: { since: string; by?: Location }
  suppressed?: { by: 'comment' | 'baseline' | 'policy'; reason: string }
}
