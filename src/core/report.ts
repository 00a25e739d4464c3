import type { AccessChange, AccessMatrix } from './access.ts'
import type { Diagnosis } from './failure.ts'
import type { Evidence, Finding, Location } from './finding.ts'
import type { Guidance } from './guidance.ts'
import type { ProjectMap } from './map.ts'
import type { Decision, Package, Question } from './recipe.ts'

/** Something that kept the tool from looking (a file that does not parse, a schema that is missing), or that is left over. */
export interface Problem {
  /** File relative to the root, or the name of the step. */
  where: string
  /** What happened and what to do about it. */
  message: string
  /**
   * `fatal`: the question could not be answered. `partial`: the rest of the project was still read. `notice`: nothing was in
   * the way, and something is to be tidied up: an ignore comment that hides nothing any more.
   */
  effect: 'fatal' | 'partial' | 'notice'
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

/** Lines of a file around a place. `mark`: what is said of a line. */
export interface Excerpt {
  location: Location
  lines: { line: number; text: string; mark?: string }[]
}

/** The path of a finding through the code, and what is known where it ends. */
export interface FindingPath {
  hops: (Excerpt & { note: string })[]
  /** What held at the end: who was asked for what, and where. */
  guards: (Excerpt & { text: string })[]
  /** What the end is given, and where it comes from: `where.id ← body.id, sent by the caller`. */
  inputs: string[]
  /** What would make the finding go away, first what cures it. */
  silent: string[]
}

/** The documentation of one fault and, when a finding was asked for, that finding. */
export interface Explanation {
  fault: string
  title: string
  markdown: string
  findings: Finding[]
  /** Of the finding that was asked for. */
  path?: FindingPath
}

/** A change that was planned for findings, and what became of it. */
export interface ReportedChange {
  title: string
  reason: string
  /** Unified diff. */
  diff: string
  /** Ids of the findings that it cures. */
  findings: string[]
  /**
   * `planned`: not tried. `proven`: tried in the copy, and all that it must keep holds. `withheld`: tried in the copy, and
   * something does not. `applied`: in the user's tree, too.
   */
  status: 'planned' | 'proven' | 'withheld' | 'applied'
  /** Why it has this status, in one sentence. */
  why: string
  evidence: Evidence[]
}

/** What an identity could do with the objects behind an endpoint, as seen. `-`: not tried. */
export type MatrixCell = '-' | 'denied' | 'own' | 'foreign-read' | 'foreign-write' | 'error'

/** The observed authorization matrix: one cell for each identity in the order of `identities`. */
export interface Matrix {
  identities: string[]
  rows: { endpoint: string; cells: MatrixCell[] }[]
}

/** One thing that a change was judged by, in a copy. */
export interface Check {
  /** `types`, `linter`, `build`: what it is called in the project's own words where it has some. */
  name: string
  /** `skipped`: the project has nothing of the kind, or it could not be run; nothing is known then. */
  verdict: 'passed' | 'failed' | 'skipped'
  /** One sentence. */
  why: string
  ms: number
  /** The end of what was printed, when it failed. */
  log?: string
}

/** One attack on what a recipe added, and how the running copy took it. */
export interface AttackResult {
  /** Never changes. */
  id: string
  title: string
  /** `ASVS 6.2.1`, `CWE-521` */
  requirements: string[]
  /** `inconclusive`: the legitimate caller did not succeed, so nothing was learnt. Not a pass. */
  verdict: 'withstood' | 'broken' | 'not applicable' | 'inconclusive'
  /** One sentence. */
  why: string
  evidence: Evidence[]
  ms: number
}

/** A question, and the answer that was taken. */
export interface Answered extends Question {
  answer: string
  /** `user`: asked at the terminal. */
  by: 'request' | 'user' | 'default'
}

/** What a review was compared with. */
export interface Since {
  /** As it was asked for: `main`. */
  ref: string
  /** The commit that the branch left. */
  base: string
  /** Files that differ from it. */
  files: number
  /** Open findings that were there before. */
  before: number
}

/** What every operation returns: plain JSON, and all that a renderer may read. */
export interface Report {
  /** The folder that was asked about, relative to the one that paths are relative to; absent where they are the same. */
  folder?: string
  /** Findings are only those that a change brought. */
  since?: Since
  /** Where it was asked in plain words: what they were taken for, and the words that said so. */
  understood?: { meaning: string; command: string; words: string[] }
  operation: string
  /** One sentence: the answer to the operation's question. */
  headline: string
  findings: Finding[]
  problems: Problem[]
  coverage: Coverage
  map?: ProjectMap
  explanation?: Explanation
  guidance?: Guidance
  /** What an error means here. */
  diagnosis?: Diagnosis
  changes?: ReportedChange[]
  matrix?: Matrix
  /** Who may read and write what, by the source. */
  access?: AccessMatrix
  /** What of that is not as it was at an earlier commit. */
  accessChanges?: AccessChange[]
  /** What was decided while a recipe was planned, and why. */
  decisions?: Decision[]
  questions?: Answered[]
  /** New packages that the change needs. */
  packages?: Package[]
  /** What the project has afterwards, and what was left out on purpose. */
  adds?: {
    endpoints: string[]
    variables: { name: string; why: string; secret: boolean }[]
    proposals: string[]
  }
  checks?: Check[]
  attacks?: AttackResult[]
  /** What the user does next, in order. */
  next?: { command: string; why: string }[]
  /** The steps of the run, in order. */
  phases?: { name: string; ms: number }[]
  /** Wall time of the run in milliseconds. */
  elapsedMs: number
}

/** What speaks against a change, in words: checks that failed, attacks that were not withstood. Empty: nothing does. */
export function objections({ checks = [], attacks = [] }: Pick<Report, 'checks' | 'attacks'>): string[] {
  return [
    ...checks.filter(({ verdict }) => verdict === 'failed').map(({ name, why }) => `${name}: ${why}`),
    ...attacks
      .filter(({ verdict }) => verdict === 'broken' || verdict === 'inconclusive')
      .map(({ title, verdict, why }) => `attack ${verdict} (${title}): ${why}`),
    // Attacks that could none of them be tried prove nothing.
    ...(attacks.length > 0 && attacks.every(({ verdict }) => verdict === 'not applicable')
      ? ['attacks: none of them could be tried']
      : []),
  ]
}
