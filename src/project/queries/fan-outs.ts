/** `Promise.all(list.map(async (one) => …))`: as much work at once as the list is long. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import type { Project } from '../project.ts'
import { awaited, initOf, takesClient, textOf } from './forms.ts'
import { type Length, lengthOf } from './lists.ts'
import { type Reach, reachOf } from './reach.ts'
import { functionName, isInUse, type Place, visitPlaces } from './sites.ts'

export interface FanOut {
  /** Of the `map`. */
  location: Location
  /** Where all of it is waited for. */
  waits: Location
  within: string
  /** The list as it is written: `contacts`. */
  list: string
  length: Length
  reach: Reach
}

/** Those whose work sends queries, outside of transactions: one of those has one connection anyway. */
export function fanOuts(project: Project): FanOut[] {
  return project.code.flatMap((file) => {
    const text = project.sourceText(file) ?? ''
    if (!isInUse(file) || !/Promise\.all(?:Settled)?\(/.test(text) || /^\s*['"]use client/.test(text))
      return []
    const syntax = project.program.syntax(file)
    return syntax ? fanOutsIn(project, syntax) : []
  })
}

function fanOutsIn(project: Project, syntax: Syntax): FanOut[] {
  const found: FanOut[] = []
  visitPlaces(syntax, (expr, place) => {
    const mapped =
      expr.k === 'call' && !place.transaction && !place.fns.some(takesClient)
        ? mappedIn(syntax, expr)
        : undefined
    const one = mapped && fanOutOf(project, syntax, expr, mapped, place)
    if (one) found.push(one)
  })
  return found
}

function fanOutOf(
  project: Project,
  syntax: Syntax,
  waits: Expr,
  mapped: Mapped,
  place: Place,
): FanOut | undefined {
  const length = lengthOf(project, syntax, mapped.over)
  if (length.k === 'limited') return undefined
  const reach = reachOf(project, syntax, mapped.work)
  if (!reach.reads && !reach.writes) return undefined
  return {
    location: placeOf(syntax, mapped.at),
    waits: placeOf(syntax, waits.at),
    within: functionName(syntax, waits.at, place),
    list: textOf(mapped.over),
    length,
    reach,
  }
}

interface Mapped {
  at: number
  over: Expr
  work: Expr
}

/** `list.map(fn)` that `Promise.all` is given, there or through a name. */
function mappedIn(syntax: Syntax, expr: Expr & { k: 'call' }): Mapped | undefined {
  const { callee } = expr
  if (callee.k !== 'member' || !/^all(?:Settled)?$/.test(callee.key)) return undefined
  if (callee.of.k !== 'name' || callee.of.name !== 'Promise') return undefined
  const [first] = expr.args
  const list = first?.k === 'name' ? initOf(syntax, first.b) : first
  const call = list && awaited(list)
  if (call?.k !== 'call' || call.callee.k !== 'member' || call.callee.key !== 'map') return undefined
  const [work] = call.args
  return work ? { at: call.at, over: call.callee.of, work } : undefined
}
