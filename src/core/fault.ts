import type { Draft, Severity } from './finding.ts'

export type Tag = 'security' | 'performance' | 'schema' | 'api' | 'types'

/** One thing that can be wrong with a subject (a Project, later a Workload, a Migration, a Failure). */
export interface Fault<Subject> {
  /** `<topic>/<fault>`, equal to its folder under `src/faults/`. Never changes. */
  id: string
  /** One line: what is wrong, as a noun phrase. */
  title: string
  severity: Severity
  tags: Tag[]
  /** CWE numbers, most specific first. Empty when none applies. */
  cwe: number[]
  /** Where the rule comes from: OWASP, ASVS, Prisma or Next.js documentation URLs. */
  references: string[]
  find(subject: Subject): Iterable<Draft>
}
