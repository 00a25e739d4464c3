import type { Draft } from '../core/finding.ts'
import type { Endpoint, ProjectMap } from '../core/map.ts'
import type { Problem } from '../core/report.ts'
import type { DataModel, Entity } from './data-model.ts'
import type { Event } from './flow/events.ts'
import type { Program } from './flow/program.ts'
import type { Packages } from './packages.ts'
import type { Resolver } from './resolver.ts'

/** The build does not name such functions: it numbers those of a file. */
export interface InlinePlace {
  /** From 0, in the order of the source. */
  at: number
  /** How many the file has. */
  of: number
  /** Inside of another function, whose variables it may close over. */
  nested: boolean
}

/** One run of an endpoint, or of an exported function that no endpoint reaches. */
export interface Run {
  /** Absent for a function that is no endpoint. */
  endpoint?: Endpoint
  /** `PATCH /api/invoices/[id]`, or the function's name. */
  label: string
  events: Event[]
  /** Of a server action: its parameters, in order. `form`: it is given FormData. */
  parameters?: { name: string; form: boolean }[]
  /** Of a server action that is a function of its own in a module of other code. */
  inline?: InlinePlace
  /** Of a route that hands on to something inside (Hono, tRPC, better-auth): what can be asked there. */
  inside?: Run
}

/** What is known about an application: read once, then only asked. */
export interface Project {
  root: string
  /** The folder that was asked about, relative to the root: `.` or `apps/web`. */
  folder: string
  /** All files that were listed, relative to the root. */
  files: readonly string[]
  packages: Packages
  /** The aliases that hold in a file. */
  aliases: Resolver['aliases']
  map: ProjectMap
  problems: Problem[]
  coverage: { files: number; lines: number }
  /** One per Prisma schema in the tree. */
  dataModels: DataModel[]
  runs: Run[]
  /** The model of a Prisma call, in whichever schema has it. */
  entity(name: string): Entity | undefined
  /** The files as one program, for questions that the runs do not answer. */
  program: Program
  /** Files with code, relative to the root; tests are left out. */
  code: readonly string[]
  /** The reason for which the team's policy accepts a finding; nothing where it does not. `cwe`: of its fault. */
  accepts(draft: Draft, cwe: readonly number[]): string | undefined
  /** Text of a file that was read; `undefined` when it was not. */
  sourceText(file: string): string | undefined
}
