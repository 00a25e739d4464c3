/** Lists that the source shows to be short, whatever they are called: written down, cut, or kept short by who gives them. */
import type { Expr, Syntax } from '../../source/syntax.ts'
import { returnsOf, walkExpression } from '../../source/walk.ts'
import { OPERATIONS } from '../flow/prisma.ts'
import type { Project } from '../project.ts'
import { calleeOf } from './callees.ts'
import { awaited, initOf } from './forms.ts'
import { FEW, isShortBySchema } from './schema-bounds.ts'

/** What a request is told how much to answer by: OData, GitHub, Stripe, Google. */
const PAGE_SIZE = /^\$?(?:top|limit|per_?page|page_?size|max_?results|max_?items)$/i
/** Methods that give as many elements, or fewer. */
const KEEPS = /^(?:map|filter|sort|toSorted|reverse|toReversed|then|catch)$/

/** A schema has refused a longer one, or another system was asked for so many at most. */
export const isKeptShort = (project: Project, syntax: Syntax, expr: Expr): boolean =>
  isShortBySchema(project, syntax, expr) || isPartOfPage(syntax, expr)

export function isShortList(project: Project, syntax: Syntax, given: Expr, depth = 8): boolean {
  if (depth === 0) return false
  const again = (one: Expr): boolean => isShortList(project, syntax, one, depth - 1)
  const expr = awaited(given)
  switch (expr.k) {
    case 'array':
      return expr.items.every((item) => item.k !== 'spread')
    case 'logic':
      return again(expr.left) && again(expr.right)
    case 'member':
      return isKeptShort(project, syntax, expr)
    case 'name': {
      const init = initOf(syntax, expr.b)
      // An empty list is there to be filled.
      if (init?.k === 'array') return init.items.length > 0 && again(init)
      return isKeptShort(project, syntax, expr) || (init !== undefined && again(init))
    }
    case 'call': {
      const { callee } = expr
      if (callee.k === 'member' && callee.key === 'slice') return expr.args.length > 1
      if (callee.k === 'member' && KEEPS.test(callee.key)) return again(callee.of)
      const target = calleeOf(project, syntax, callee)
      const returns = target ? returnsOf(target.fn.body) : []
      return (
        target !== undefined &&
        returns.length > 0 &&
        returns.every((one) => isShortList(project, target.syntax, one, depth - 1))
      )
    }
    default:
      return false
  }
}

/** `(await graph.get('/users', { params: { $top: 25 } })).value`: another system answers with a page. */
function isPartOfPage(syntax: Syntax, expr: Expr, depth = 4): boolean {
  if (depth === 0) return false
  if (expr.k === 'member' || expr.k === 'await') return isPartOfPage(syntax, expr.of, depth - 1)
  if (expr.k === 'name') {
    const init = initOf(syntax, expr.b)
    return init !== undefined && isPartOfPage(syntax, init, depth - 1)
  }
  let found = false
  // The arguments of Prisma name columns.
  if (expr.k === 'call' && !(expr.callee.k === 'member' && OPERATIONS.has(expr.callee.key)))
    walkExpression(expr, (one) => {
      if (one.k === 'object') found ||= one.props.some(({ key, value }) => isPageSize(key, value))
    })
  return found
}

const isPageSize = (key: string | undefined, value: Expr): boolean =>
  key !== undefined &&
  PAGE_SIZE.test(key) &&
  value.k === 'literal' &&
  Number(value.value) > 0 &&
  Number(value.value) <= FEW
