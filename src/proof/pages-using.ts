/** Which pages lead to a file through imports: in development, a server action is there once such a page was compiled. */
import { appPath } from '../project/endpoints/discover.ts'
import type { Project } from '../project/project.ts'

const IMPORTED = /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g
const PAGE = /(?:^|\/)app\/(?:.*\/)?page\.[jt]sx?$/

const importers = new WeakMap<Project, Map<string, string[]>>()

/** Files by what they import, read from their texts once for a project. */
function importersOf(project: Project): Map<string, string[]> {
  const known = importers.get(project)
  if (known) return known
  const found = new Map<string, string[]>()
  for (const file of project.code) {
    const specifiers = new Set(
      [...(project.sourceText(file) ?? '').matchAll(IMPORTED)].flatMap(([, one]) => one ?? []),
    )
    for (const specifier of specifiers) {
      const target = project.program.resolve(file, specifier).file
      if (target !== undefined) found.set(target, [...(found.get(target) ?? []), file])
    }
  }
  importers.set(project, found)
  return found
}

/** Routes of the pages that a file is reached from, those with the fewest steps between first: `/orgs/[orgId]`. */
export function pagesUsing(project: Project, file: string): string[] {
  const above = importersOf(project)
  const seen = new Set([file])
  const routes: string[] = []
  for (const here of seen) {
    const route = PAGE.test(here) ? appPath(here) : undefined
    if (route !== undefined && !routes.includes(route)) routes.push(route)
    for (const next of above.get(here) ?? []) seen.add(next)
  }
  return routes
}
