import type { Finding } from './finding.ts'
import type { ProjectMap } from './map.ts'

/** Something that kept the tool from looking: a file that does not parse, a schema that is missing. */
export interface Problem {
  /** File relative to the root, or the name of the step. */
  where: string
  /** What happened and what to do about it. */
  message: string
  /** `fatal`: the question could not be answered. `partial`: the rest of the project was still read. */
  effect: 'fatal' | 'partial'
}

/** So that "found nothing" can be told from "looked at nothing". */
export interface Coverage {
  files: number
  lines: number
  endpoints: number
  queries: number
  models: number
  faults: number
}

/** The documentation of one fault and, when a finding was asked for, that finding. */
export interface Explanation {
  fault: string
  title: string
  markdown: string
  findings: Finding[]
}

/** What every operation returns: plain JSON, and all that a renderer may read. */
export interface Report {
  operation: string
  /** One sentence: the answer to the operation's question. */
  headline: string
  findings: Finding[]
  problems: Problem[]
  coverage: Coverage
  map?: ProjectMap
  explanation?: Explanation
  /** Wall time of the run in milliseconds. */
  elapsedMs: number
}
