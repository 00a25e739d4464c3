/** How one file comes to import another, or a package. */
import type { Step } from '../../core/finding.ts'
import type { Project } from '../project.ts'
import { lineWith } from './places.ts'

/** The shortest chain of imports from a file to one that fits; each step at the line of its import. */
export function importChain(
  project: Project,
  from: string,
  fits: (target: { file?: string; external?: string }) => boolean,
): Step[] | undefined {
  const queue: { file: string; steps: Step[] }[] = [{ file: from, steps: [] }]
  const seen = new Set([from])
  for (const { file, steps } of queue) {
    for (const specifier of project.program.syntax(file)?.imports ?? []) {
      const target = project.program.resolve(file, specifier)
      const pattern = new RegExp(`['"]${specifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"]`)
      const location = lineWith(project, file, pattern) ?? { file, line: 1, column: 1 }
      const way = [...steps, { location, note: `imports ${target.file ?? specifier}` }]
      if (fits(target)) return way
      if (target.file === undefined || seen.has(target.file) || way.length > 8) continue
      seen.add(target.file)
      queue.push({ file: target.file, steps: way })
    }
  }
  return undefined
}
