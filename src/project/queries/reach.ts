/** Whether code sends queries, itself or through the functions that it calls. */
import type { Expr, Fn, Syntax } from '../../source/syntax.ts'
import { isWrite, OPERATIONS, RAW } from '../flow/prisma.ts'
import type { Project } from '../project.ts'
import { type Callee, calleeOf } from './callees.ts'
import { isForeignClient } from './foreign-clients.ts'
import { walkDeep, walkFunction } from './forms.ts'

/** What is sent, and through which functions. */
export interface Reach {
  reads: boolean
  writes: boolean
  /** Functions on the way to the first query: `getSurvey`, `findById`. */
  through: readonly string[]
}

const NOTHING: Reach = { reads: false, writes: false, through: [] }
/** Calls that are followed from one expression. */
const DEPTH = 5

const kept = new WeakMap<Project, Map<Fn, Reach>>()

/** The queries that an expression sends when it is evaluated, functions in it included. */
export function reachOf(project: Project, syntax: Syntax, expr: Expr, depth = DEPTH): Reach {
  const found: Reach[] = []
  walkDeep(syntax, expr, (one) => collect(project, syntax, one, depth, found))
  return merged(found)
}

/** The queries that a function sends when it is called. */
export function reachOfFunction(project: Project, { fn, syntax }: Callee, depth = DEPTH): Reach {
  const known = kept.get(project) ?? new Map<Fn, Reach>()
  kept.set(project, known)
  const before = known.get(fn)
  if (before) return before
  if (depth === 0) return NOTHING
  // A function that calls itself sends what the rest of it sends.
  known.set(fn, NOTHING)
  const found: Reach[] = []
  walkFunction(syntax, fn, (one) => collect(project, syntax, one, depth, found))
  const reach = merged(found)
  known.set(fn, reach)
  return reach
}

function collect(project: Project, syntax: Syntax, expr: Expr, depth: number, found: Reach[]): void {
  const direct = directly(project, syntax, expr)
  if (direct) {
    found.push(direct)
    return
  }
  if (expr.k !== 'call' || expr.callee.k === 'fn') return
  const callee = expr.callee.k === 'call' ? undefined : calleeOf(project, syntax, expr.callee)
  if (!callee) return
  const reach = reachOfFunction(project, callee, depth - 1)
  if (reach.reads || reach.writes) found.push({ ...reach, through: [callee.fn.name, ...reach.through] })
}

function directly(project: Project, syntax: Syntax, expr: Expr): Reach | undefined {
  const callee = expr.k === 'call' ? expr.callee : expr.k === 'template' ? expr.tag : undefined
  if (callee?.k !== 'member') return undefined
  if (RAW.has(callee.key)) {
    const writes = callee.key.startsWith('$execute')
    return { reads: !writes, writes, through: [] }
  }
  if (!OPERATIONS.has(callee.key) || callee.of.k !== 'member') return undefined
  if (!project.program.delegates.has(callee.of.key) || isForeignClient(project, syntax, callee.of.of))
    return undefined
  const writes = isWrite(callee.key)
  return { reads: !writes, writes, through: [] }
}

function merged(found: readonly Reach[]): Reach {
  const [first] = found
  if (!first) return NOTHING
  return {
    reads: found.some(({ reads }) => reads),
    writes: found.some(({ writes }) => writes),
    through: first.through,
  }
}
