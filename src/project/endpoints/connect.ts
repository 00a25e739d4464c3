/** Routers of next-connect: `createRouter().use(auth).get(handler)` in `pages/api`. */
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Flow } from '../flow/flow.ts'
import type { Value } from '../flow/value.ts'
import type { Entry } from './discover.ts'

/** https://github.com/hoangvvo/next-connect */
const PACKAGE = /^next-connect(\/|$)/
const VERBS = /^(get|head|post|put|patch|delete|options|all)$/

interface Step {
  name: string
  args: Value[]
  at: number
  syntax: Syntax
}

/**
 * The handlers of a router that is the default export of a file, each with the middlewares before it. Nothing when it is none.
 * Middlewares of packages (uploads, cookies) are left out: what they do is not known.
 */
export function connectRoutes(
  syntax: Syntax,
  flow: Flow,
  exported: Value,
  place: Pick<Entry, 'kind' | 'path'>,
): Entry[] | undefined {
  const router = exported.shape
  if (router?.k !== 'chain' || !PACKAGE.test(router.from)) return undefined
  const before: Value[] = []
  return [...router.steps, ...statementsOf(syntax, flow)].flatMap(({ name, args, at, syntax: file }) => {
    const work = args.filter(({ shape }) => shape?.k === 'closure')
    if (name === 'use') before.push(...work)
    const value = VERBS.test(name) ? work.at(-1) : undefined
    if (value?.shape?.k !== 'closure') return []
    const method = name === 'all' ? 'ANY' : name.toUpperCase()
    const location = value.shape.syntax === file ? placeOf(file, value.shape.fn.at) : placeOf(file, at)
    return [{ ...place, method, name: method, location, value, before: [...before, ...work.slice(0, -1)] }]
  })
}

/** `router.use(auth)` on lines of their own, in the order of the text; of a chain, the inner call first. */
function statementsOf(syntax: Syntax, flow: Flow): Step[] {
  const root = rootOf(syntax.exports.find(({ name }) => name === 'default')?.value)
  if (root?.k !== 'name' || syntax.bindings[root.b]?.k !== 'const') return []
  const found: (Step & { depth: number })[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || expr.callee.k !== 'member') return
    const { key, of } = expr.callee
    const from = rootOf(of)
    if (from?.k !== 'name' || from.b !== root.b || !(key === 'use' || VERBS.test(key))) return
    const args = expr.args.map((arg) => flow.value(syntax, arg))
    found.push({ name: key, args, at: expr.at, syntax, depth: depthOf(expr) })
  })
  return found.sort((a, b) => a.at - b.at || a.depth - b.depth)
}

function rootOf(expr: Expr | null | undefined): Expr | undefined {
  if (expr?.k === 'call') return rootOf(expr.callee)
  return expr?.k === 'member' ? rootOf(expr.of) : (expr ?? undefined)
}

const depthOf = (expr: Expr): number =>
  expr.k === 'call' ? depthOf(expr.callee) : expr.k === 'member' ? depthOf(expr.of) + 1 : 0
