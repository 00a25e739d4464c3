import type { Endpoint, ProjectMap } from '../core/map.ts'
import type { Problem } from '../core/report.ts'
import type { DataModel, Entity } from './data-model.ts'
import type { Event } from './flow/events.ts'
import type { Program } from './flow/program.ts'
import type { Packages } from './packages.ts'
import type { Resolver } from './resolver.ts'

/** One run of an endpoint, or of an exported function that no endpoint reaches. */
export interface Run {
  /** Absent for a function that is no endpoint. */
  endpoint?: Endpoint
  /** `PATCH /api/invoices/[id]`, or the function's name. */
  label: string
  events: Event[]
  /** Of a server action: its parameters, in order. `form`: it is given FormData. */
  parameters?: { name: string; form: boolean }[]
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
  /** Text of a file that was read; `undefined` when it was not. */
  sourceText(file: string): string | undefined
}
