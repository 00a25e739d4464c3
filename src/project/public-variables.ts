/** Environment variables that Next.js writes into the code of the browser: those that begin with `NEXT_PUBLIC_`. */
import type { Location } from '../core/finding.ts'
import type { Project } from './project.ts'

const READ = /process\.env(?:\.|\[['"])(NEXT_PUBLIC_\w+)/g

export interface PublicRead {
  variable: string
  location: Location
}

/** Where the code reads such variables. https://nextjs.org/docs/app/guides/environment-variables */
export function* publicReads(project: Project): Iterable<PublicRead> {
  for (const file of project.code) {
    const text = project.sourceText(file)
    if (!text?.includes('NEXT_PUBLIC_')) continue
    for (const match of text.matchAll(READ)) {
      const before = text.slice(0, match.index).split('\n')
      const column = (before.at(-1)?.length ?? 0) + 1
      yield { variable: match[1] ?? '', location: { file, line: before.length, column } }
    }
  }
}
