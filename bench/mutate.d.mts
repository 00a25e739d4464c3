export interface Mutant {
  number: number
  seed: string
  kinds: string[]
  files: Map<string, Buffer>
  links: Map<string, string>
  skipped: string[]
}
export const kinds: string[]
export function mutant(number: number): Mutant
export function written(mutant: Pick<Mutant, 'files' | 'links'>): { root: string; remove: () => void }
