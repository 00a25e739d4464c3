/** Places of the project that a stack names, whatever machine it was printed on. */
import type { Frame } from '../../core/failure.ts'
import type { Location, Step } from '../../core/finding.ts'
import type { Project } from '../project.ts'

/** The places in the project's own code, in the order of the text; each line once. */
export function placesOf(project: Project, frames: readonly Frame[]): Step[] {
  const places = frames.flatMap((frame) => {
    const file = fileOf(project, frame.file)
    if (file === undefined) return []
    const location: Location = { file, line: frame.line, column: frame.column ?? 1 }
    return [{ location, note: frame.within?.replace(/^(?:async|Object\.) ?/, '') ?? '' }]
  })
  const lines = new Set<string>()
  return places.filter(({ location }) => {
    const line = `${location.file}:${location.line}`
    return !lines.has(line) && lines.add(line)
  })
}

/** The file of the project whose path ends the printed one, the longest first. */
function fileOf(project: Project, printed: string): string | undefined {
  if (/(?:^|\/)(?:node_modules|\.next)\/|^node:/.test(printed)) return undefined
  const parts = printed.split('/')
  const known = new Set(project.files)
  for (let from = 0; from < parts.length; from++) {
    const tail = parts.slice(from).join('/')
    if (known.has(tail)) return tail
    const inside = project.folder === '.' ? undefined : `${project.folder}/${tail}`
    if (inside !== undefined && known.has(inside)) return inside
  }
  return undefined
}

/** The place of the first line of a file that a pattern finds. */
export function lineWith(project: Project, file: string, pattern: RegExp): Location | undefined {
  const lines = (project.sourceText(file) ?? '').split('\n')
  const at = lines.findIndex((line) => pattern.test(line))
  const found = lines[at]
  return found === undefined ? undefined : { file, line: at + 1, column: Math.max(1, found.search(/\S/) + 1) }
}
