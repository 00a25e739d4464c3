/** What of the project's code an endpoint is made of: its handler, and whatever that names, through imports. */
import { findExport, findInFile, type Target } from '../../project/flow/program.ts'
import type { Project } from '../../project/project.ts'
import { type Declaration, readDeclarations } from '../../source/declarations.ts'

export interface Part extends Declaration {
  file: string
}

/** Generated code, and the client of the database, are nobody's to test here. */
const OTHERS = /(?:^|\/)(?:generated|node_modules)\//

/** Whether the code at an offset of a file has run. */
export type Ran = (file: string, at: number) => boolean

/** Declarations that an export is made of, itself first. `ran`: only what is named by code that has run. */
export function reachedFrom(
  project: Project,
  file: string,
  name: string,
  client?: string,
  ran: Ran = () => true,
): Part[] {
  const { program } = project
  const parts: Part[] = []
  const seen = new Set<string>()
  const of = new Map<string, Declaration[]>()
  const declarations = (one: string): Declaration[] => {
    const known = of.get(one) ?? readDeclarations(one, project.sourceText(one) ?? '')
    of.set(one, known)
    return known
  }
  const add = (at: string, wanted: string): void => {
    if (OTHERS.test(at) || at === client) return
    const found = declarations(at).find(({ names }) => names.includes(wanted))
    if (!found) return
    const key = `${at}:${found.start}`
    if (seen.has(key)) return
    seen.add(key)
    parts.push({ ...found, file: at })
    for (const use of found.uses) if (!found.names.includes(use.name) && ran(at, use.at)) follow(at, use.name)
  }
  const follow = (at: string, use: string): void => {
    if (declarations(at).some(({ names }) => names.includes(use))) {
      add(at, use)
      return
    }
    const binding = program.syntax(at)?.bindings.find((one) => one.k === 'import' && one.name === use)
    if (binding?.k === 'import') land(findExport(program, at, binding.from, binding.imported))
  }
  const land = (target: Target | undefined): void => {
    if (!target || !('entry' in target)) return
    const { syntax, entry } = target
    const local = entry.value?.k === 'name' ? entry.value.name : entry.name
    const known = declarations(syntax.file).some(({ names }) => names.includes(local))
    if (known) add(syntax.file, local)
    else if (entry.value?.k === 'name') follow(syntax.file, local)
  }
  land(findInFile(program, file, name))
  return parts
}
