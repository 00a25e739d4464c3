/** What was read from an error message, a stack or a log. */
import type { Step } from './finding.ts'

/** One line of a stack, as printed: its path may be of another machine. */
export interface Frame {
  file: string
  line: number
  column?: number
  /** The function, where it is named. */
  within?: string
}

/** One error of the text, with what was printed with it. */
export interface ReadError {
  /** `PrismaClientKnownRequestError`; empty where only a message stands. */
  name: string
  /** What it says, on one line: without the code that was shown and the stack. */
  message: string
  /** Prisma's codes, those of Postgres (SQLSTATE) and of Node (`ECONNREFUSED`), in the order of the text. */
  codes: string[]
  /** The Prisma call that failed: `prisma.user.create()`. Delegate as written. */
  call?: { delegate?: string; operation: string }
  /** Names in backticks or quotes: constraints, fields, tables, arguments. */
  names: string[]
  frames: Frame[]
  /** All lines that belong to it, noise removed. */
  text: string
}

/** A text that was read: its errors in the order in which they were printed. */
export interface Failure {
  errors: ReadError[]
  /** The whole text, noise removed. */
  text: string
}

/** One thing to do against a cause. */
export interface CureStep {
  what: string
  /** Exact code, configuration or command, in the project's names. */
  code?: string
}

/**
 * `confirmed`: what gives this error stands in the project, at the places in `evidence`. `contradicted`: the project has what
 * rules it out. `unconfirmed`: the project alone does not tell; `check` says what would.
 */
export type CauseVerdict = 'confirmed' | 'unconfirmed' | 'contradicted'

/** One cause that gives such an error, held against the project. */
export interface ExaminedCause {
  /** `<topic>/<cause>`. Never changes. */
  id: string
  title: string
  verdict: CauseVerdict
  /** What speaks for the verdict, in one or two sentences with the project's own names. */
  why: string
  evidence: Step[]
  cure: CureStep[]
  /** How to find out what the project alone does not tell. */
  check: string[]
  /** The fault that finds the same without an error: `queries/n-plus-one`. */
  fault?: string
  references: string[]
}

/** The answer to "what does this error mean here?". */
export interface Diagnosis {
  /** The error that is taken for the first cause. */
  error: Pick<ReadError, 'name' | 'message' | 'codes'>
  /** Places of the project that the text names, innermost first. */
  places: Step[]
  /** Errors that were printed after it: most often its consequences. */
  later: string[]
  /** Likeliest first; empty when the error is none that is known here. */
  causes: ExaminedCause[]
}
