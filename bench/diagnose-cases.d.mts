export interface Case {
  /** `connections/client-per-request` */
  name: string
  /** The cause that is planted; `none` for errors that no cause is known of. */
  cause: string
  /** Cases of one group print the same text, apart from names. */
  group: string | undefined
  files: Record<string, string>
  /** What was printed; absent where it was not captured. */
  text: string | undefined
}
export const casesFolder: string
export function readCases(): Case[]
export function writeProject(files: Record<string, string>, folder: string): void
/** A text as people paste it: without stack, code frame and paths. */
export function messageOnly(text: string): string
/** Groups whose text is the same whatever the project: the text of one case says nothing of its cause in another. */
export const sameText: readonly string[]
