import type { z } from 'zod'
import type { Question } from './recipe.ts'
import type { Report, ReportedChange } from './report.ts'

/** What an operation may use of the outside world. Nothing below `cli/` reads the process. */
export interface Context {
  /** Absolute path of the project's root. */
  root: string
  /** Folder for answers that were given, outside the project; absent: no cache. */
  cacheFolder?: string
  /** Folder for runs of the application: copies, databases, logs. Outside the project; what is in it may be deleted. */
  workFolder: string
  /** Called with a short text when a step starts. */
  progress?: (step: string) => void
  /** Aborted when the user wants to stop: whoever started a process ends it. */
  signal?: AbortSignal
  /** Asks whoever sits in front of it, and gives the value of a choice. Absent: nobody is there, defaults are taken. */
  ask?: (question: Question) => Promise<string>
  /** Text of a file that the user named, relative to where they are; `-`: what is piped in. Absent: there is none. */
  readInput?: (file: string) => Promise<string>
  /**
   * Asked right before changes are written, with what would be written: gives the reason not to, or `undefined`. Absent:
   * who said `apply` has said enough.
   */
  confirm?: (changes: readonly ReportedChange[]) => string | undefined
}

/** One question about a project. The input schema is the single source of flags, tool schemas and docs. */
export interface Operation<Input> {
  name: string
  /** One line for the list of operations. */
  summary: string
  description: string
  /** `runs`: starts a contained copy and a scratch database. `writes`: changes the project, after its plan was shown. */
  effects: 'reads' | 'runs' | 'writes'
  input: z.ZodType<Input>
  /** Names of inputs that are positional on the command line, in order. */
  positional: string[]
  /** The answer depends on more than the project and the input: it is not kept. */
  fresh?: true
  run(input: Input, context: Context): Promise<Report>
}
