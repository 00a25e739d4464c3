/** `Promise.all(list.map((one) => prisma.…))`: as many queries at once as the list is long. */
import type { Query } from '../../core/map.ts'
import { placeOf } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Project } from '../project.ts'

/** Queries that are sent for all elements of a list at once. */
export function fannedOut(project: Project): Query[] {
  const files = new Set(
    project.map.queries.filter(({ inLoop }) => inLoop).map(({ location }) => location.file),
  )
  return [...files].flatMap((file) => {
    const syntax = project.program.syntax(file)
    if (!syntax) return []
    const ranges: [number, number][] = []
    walk(syntax, (expr) => {
      if (expr.k !== 'call' || expr.callee.k !== 'member' || !/^all(?:Settled)?$/.test(expr.callee.key))
        return
      const list = expr.args[0]
      const fn =
        list?.k === 'call' && list.callee.k === 'member' && list.callee.key === 'map'
          ? list.args[0]
          : undefined
      const body = fn?.k === 'fn' ? syntax.functions[fn.fn] : undefined
      if (body) ranges.push([placeOf(syntax, body.at).line, placeOf(syntax, body.end).line])
    })
    return project.map.queries.filter(
      ({ location }) =>
        location.file === file && ranges.some(([from, to]) => location.line >= from && location.line <= to),
    )
  })
}
