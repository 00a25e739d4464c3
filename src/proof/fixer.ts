import type { Change } from '../core/change.ts'
import type { Finding } from '../core/finding.ts'
import type { Project } from '../project/project.ts'

/** What a fixer may look at. */
export interface Repair {
  project: Project
  finding: Finding
  /** Text of a file of the project, without a byte order mark; `undefined` when there is none. */
  read(file: string): string | undefined
  /** When it is made, for the name of a migration: `20260131235959`. */
  stamp: string
}

/** `allows`: columns that the caller may write on purpose from then on. */
export type Cure = Change & { allows?: readonly string[] }

/** The change that cures a finding, in the project's style; or what keeps it from being mechanical. */
export type Fixer = (repair: Repair) => Plan | Promise<Plan>

type Plan = Cure | { needs: string }

export const needs = (reason: string): { needs: string } => ({ needs: reason })
