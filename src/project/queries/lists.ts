/** How long a list can get, as far as the source tells. */
import type { Expr, Syntax } from '../../source/syntax.ts'
import { returnsOf } from '../../source/walk.ts'
import type { Project } from '../project.ts'
import { calleeOf } from './callees.ts'
import { awaited, field, initOf } from './forms.ts'
import { isKeptShort, isShortList } from './short-lists.ts'
import { type Each, type Site, sitesOf, visitPlaces } from './sites.ts'

export type Length =
  /** Written in the source, or cut: a literal, `slice`, `take`, a chunk. */
  | { k: 'limited' }
  /** All rows that a query without `take` finds. */
  | { k: 'rows'; site: Site }
  /** Not known: a parameter, what a package gives. */
  | { k: 'open' }

const LIMITED: Length = { k: 'limited' }
const OPEN: Length = { k: 'open' }

/** Methods that give as many elements, or fewer. */
const KEEPS =
  /^(?:map|filter|sort|toSorted|reverse|toReversed|flatMap|flat|concat|values|keys|entries|then|catch)$/
/** Names that say that a list was cut on purpose. */
const CUT = /chunk|batch|slice|page[ds]?\b|window/i

/** A loop over parts of a list, as its list is called: what is sent for each part is sent for many elements. */
export const isOverParts = (list: string): boolean => /chunk|batch/i.test(list)

const kept = new WeakMap<Project, Map<Expr, Length>>()

export function lengthOf(project: Project, syntax: Syntax, given: Expr, depth = 10): Length {
  const known = kept.get(project) ?? new Map<Expr, Length>()
  kept.set(project, known)
  const before = known.get(given)
  if (before) return before
  if (depth === 0) return OPEN
  // A list that is made of itself is as long as the rest of it.
  known.set(given, OPEN)
  const length = measure(project, syntax, given, depth)
  known.set(given, length)
  return length
}

function measure(project: Project, syntax: Syntax, given: Expr, depth: number): Length {
  const again = (expr: Expr): Length => lengthOf(project, syntax, expr, depth - 1)
  const expr = awaited(given)
  switch (expr.k) {
    case 'array': {
      const spreads = expr.items.filter((item) => item.k === 'spread')
      return longest(spreads.map(again))
    }
    case 'spread':
      return again(expr.of)
    case 'literal':
    case 'object':
      return LIMITED
    case 'choose':
      return longest([again(expr.yes), again(expr.no)])
    case 'logic':
      return expr.op === '&&' ? again(expr.right) : longest([again(expr.left), again(expr.right)])
    case 'name': {
      if (CUT.test(expr.name)) return LIMITED
      const init = initOf(syntax, expr.b)
      if (init?.k === 'array') return longest([again(init), ...pushedIn(project, syntax, expr.b, depth)])
      if (isKeptShort(project, syntax, expr)) return LIMITED
      if (init) return again(init)
      return imported(syntax, expr.b)
    }
    case 'member':
      if (expr.of.k === 'name' && /^[A-Z]/.test(expr.of.name)) return LIMITED
      return isKeptShort(project, syntax, expr) ? LIMITED : OPEN
    case 'call':
      return ofCall(project, syntax, expr, depth)
    default:
      return OPEN
  }
}

function ofCall(project: Project, syntax: Syntax, expr: Expr & { k: 'call' }, depth: number): Length {
  const { callee } = expr
  const site = sitesOf(project)
    .inFile(syntax.file)
    .find((one) => one.expr === expr)
  if (site) return ofRows(site)
  const again = (one: Expr): Length => lengthOf(project, syntax, one, depth - 1)
  const first = expr.args[0]
  if (callee.k === 'member') {
    if (callee.key === 'slice' || callee.key === 'splice')
      return expr.args.length > 1 ? LIMITED : again(callee.of)
    if (callee.of.k === 'name' && /^(?:Object|Array|Set|Promise)$/.test(callee.of.name))
      return first && !(callee.of.name === 'Array' && first.k === 'object') ? ofKeys(again, first) : LIMITED
    if (CUT.test(callee.key)) return LIMITED
    if (KEEPS.test(callee.key)) return again(callee.of)
  }
  if (expr.isNew && callee.k === 'name' && /^(?:Set|Map)$/.test(callee.name))
    return first ? again(first) : OPEN
  if (callee.k === 'name' && (CUT.test(callee.name) || /^uniq/.test(callee.name)))
    return CUT.test(callee.name) ? LIMITED : first ? again(first) : OPEN
  return ofResult(project, syntax, expr, depth)
}

/** `Object.values(rowsById)`: an enum, an object in the source, or what was built from rows. */
function ofKeys(again: (expr: Expr) => Length, of: Expr): Length {
  const enumLike = of.k === 'name' && /^[A-Z]/.test(of.name)
  return enumLike ? LIMITED : again(of)
}

/** What a function of the project gives, when that is the rows of a query. */
function ofResult(project: Project, syntax: Syntax, expr: Expr & { k: 'call' }, depth: number): Length {
  const callee = calleeOf(project, syntax, expr.callee)
  if (callee) {
    const all = returnsOf(callee.fn.body).map((one) => lengthOf(project, callee.syntax, one, depth - 2))
    if (isShortList(project, syntax, expr)) return LIMITED
    return all.find(({ k }) => k === 'rows') ?? OPEN
  }
  // A cache hands on what the function in it gives.
  const inner = expr.args.find((arg) => arg.k === 'fn')
  const fn = inner?.k === 'fn' ? syntax.functions[inner.fn] : undefined
  if (!fn || expr.callee.k === 'fn') return OPEN
  const all = returnsOf(fn.body).map((one) => lengthOf(project, syntax, one, depth - 2))
  return all.find(({ k }) => k === 'rows') ?? OPEN
}

/** A query by a key finds few rows; one that takes a number of them, that many. */
function ofRows(site: Site): Length {
  if (site.operation !== 'findMany' && site.operation !== 'groupBy') return OPEN
  if (site.args?.k === 'object' && site.args.props.some((prop) => prop.spread)) return OPEN
  if (site.args && site.args.k !== 'object') return OPEN
  if (field(site.args, 'take')) return LIMITED
  const where = field(site.args, 'where')
  if (field(where, 'id')) return OPEN
  return { k: 'rows', site }
}

/** What loops push onto a list makes it as long as what they go through; a queue that its own loop fills, as long as it gets. */
function pushedIn(project: Project, syntax: Syntax, b: number, depth: number): Length[] {
  return pushesOf(syntax).flatMap(({ onto, each }) => {
    if (onto !== b || !each.over) return []
    if (each.over.k === 'name' && each.over.b === b) return [OPEN]
    return [lengthOf(project, syntax, each.over, depth - 1)]
  })
}

const pushes = new WeakMap<Syntax, { onto: number; each: Each }[]>()

function pushesOf(syntax: Syntax): { onto: number; each: Each }[] {
  const known = pushes.get(syntax)
  if (known) return known
  const found: { onto: number; each: Each }[] = []
  visitPlaces(syntax, (expr, { each }) => {
    if (!each || expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== 'push') return
    const { of } = expr.callee
    if (of.k === 'name') found.push({ onto: of.b, each })
  })
  pushes.set(syntax, found)
  return found
}

/** `ROLES` of another module is a list in the source. */
function imported(syntax: Syntax, b: number): Length {
  const binding = syntax.bindings[b]
  return binding?.k === 'import' && /^[A-Z]/.test(binding.name) ? LIMITED : OPEN
}

function longest(all: readonly Length[]): Length {
  return all.find(({ k }) => k === 'rows') ?? all.find(({ k }) => k === 'open') ?? LIMITED
}
