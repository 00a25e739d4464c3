import type { z } from 'zod'
import type { Change, NewFile } from './change.ts'
import type { Location } from './finding.ts'
import type { AttackResult, Check } from './report.ts'

/** Something that was decided while planning, and why: the reader checks these before the diff. */
export interface Decision {
  /** `Error responses` */
  about: string
  /** `new HttpError(401, …), caught by errorResponse` */
  choice: string
  /** One sentence. */
  because: string
  seen?: Location
  from: 'project' | 'request' | 'standard' | 'default'
}

/** What cannot be read from the project. Asked at a terminal; elsewhere the default is taken, and said. */
export interface Question {
  /** Name of the input that it fills in. */
  input: string
  text: string
  choices: { value: string; means: string }[]
  default: string
}

/** A package that the change needs. */
export interface Package {
  name: string
  /** As written into the manifest: `^6.2.18`. Chosen for the project's Node. */
  range: string
  dev: boolean
  why: string
}

/** What a recipe would do to a project, as a value. */
export interface Plan {
  change: Change
  decisions: Decision[]
  /** Already part of the change's edit of the manifest; here for who has to install them. */
  packages: Package[]
  /** Folder of the package that they go to, relative to the root; absent: that of the application. */
  home?: string
  /** Endpoints that the change adds, as the user would call them: `POST /api/auth/login`. */
  endpoints: string[]
  /** Names of variables that the environment needs afterwards, with what they hold. */
  variables: { name: string; why: string; secret: boolean }[]
  /** What the user does after applying it, in order. */
  next: { command: string; why: string }[]
  /** What the recipe leaves out on purpose, or proposes besides. */
  proposals: string[]
}

/** What a recipe wrote while the copy was running. */
export interface Completion {
  files: NewFile[]
  /** Files of the plan that cannot be written after all, with why. */
  without: { file: string; why: string }[]
  decisions: Decision[]
  proposals: string[]
}

/** For the attacks alone: an endpoint that lends a function, a variable that says how many proxies there are. */
export interface Scaffold {
  files: NewFile[]
  env: Record<string, string>
}

/** Mistakes to plant into what was added. */
export interface Planting {
  /** Text of each file of the change, as the project formats it. */
  texts: ReadonlyMap<string, string>
  /** How many, at most. */
  count: number
  signal?: AbortSignal | undefined
  progress?: ((step: string) => void) | undefined
}

/** A capability that can be added to a project. `Bench`: the running copy that its attacks are tried on. */
export interface Recipe<Input, Facts, Bench = unknown> {
  id: string
  /** Raised when what it writes changes: who has an earlier one is offered the difference. */
  version: number
  /** One line. */
  summary: string
  input: z.ZodType<Input>
  /** What it is for, where it can be applied several times: an endpoint. */
  subject?(input: Input): string
  /** Inputs that the words of the request say: of `tests for POST /api/orders`, the endpoint. */
  inputsIn?(facts: Facts, text: string): Partial<Input>
  /** What has to be asked, given what is already known. */
  questions(facts: Facts, input: Partial<Input>): Question[]
  /** Throws a `UserError` when the project cannot take it: says why, and what would. */
  plan(facts: Facts, input: Input): Promise<Plan>
  /** What the running copy has besides, so that it can be attacked; no part of the change. */
  scaffold?(facts: Facts, input: Input): Scaffold
  /**
   * Writes what can only be written when it is known how the running copy answers: other texts for files that the plan
   * creates. Called before anything is checked.
   */
  complete?(bench: Bench, facts: Facts, input: Input): Promise<Completion>
  /** Judges the change in the copy by more than what every change is judged by. */
  check?(bench: Bench, facts: Facts, input: Input): Promise<Check[]>
  /** Attacks what the plan added, on a running copy that has it. `facts`: those that the plan was made from. */
  prove?(bench: Bench, facts: Facts, input: Input): Promise<AttackResult[]>
  /**
   * Plants mistakes into what the plan added, one at a time, on a copy that runs as `next dev`: tests and attacks that
   * notice none prove nothing.
   */
  plant?(bench: Bench, facts: Facts, input: Input, planting: Planting): Promise<Check>
}
