import type { Change } from '../core/change.ts'
import type { Finding } from '../core/finding.ts'
import type { Project } from '../project/project.ts'

/** What a fixer may look at. */
export interface Repair {
  project: Project
  finding: Finding
  /** Text of a file of the project, without a byte order mark; `undefined` when there is none. */
  read(file: string): string | undefined
}

/** The change that cures a finding, in the project's style; or what keeps it from being mechanical. */
export type Fixer = (repair: Repair) => Change | { needs: string }

export const needs = (reason: string): { needs: string } => ({ needs: reason })
