/** What the source says of a tRPC server: how it writes data. */
import type { Project } from '../../project/project.ts'
import { walk } from '../../source/walk.ts'
import { importOf, settle } from '../sessions/reading.ts'

/**
 * The transformer of the project's tRPC procedures, `other` when it is neither absent nor superjson. Where several routers
 * differ, the first that has one counts.
 */
export function transformerOf(project: Project): 'none' | 'superjson' | 'other' {
  let found: 'none' | 'superjson' | 'other' = 'none'
  for (const file of project.code) {
    if (!/initTRPC/.test(project.sourceText(file) ?? '')) continue
    const syntax = project.program.syntax(file)
    if (!syntax) continue
    walk(syntax, (expr) => {
      if (found !== 'none' || expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== 'create')
        return
      const options = expr.args[0]
      const prop =
        options?.k === 'object' ? options.props.find(({ key }) => key === 'transformer') : undefined
      if (!prop) return
      const value = settle(project.program, { syntax, expr: prop.value })
      found = importOf(project.program, value)?.from === 'superjson' ? 'superjson' : 'other'
    })
  }
  return found
}
