/** Rows that are read to become numbers: counted, summed, grouped, by code. */
import type { Location } from '../../core/finding.ts'
import { type Expr, type Fn, type Pattern, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, expressionsOf } from '../../source/walk.ts'
import type { Entity } from '../data-model.ts'
import { bound } from '../names.ts'
import type { Project } from '../project.ts'
import { field, initOf, keyPaths, textOf, walkDeep } from './forms.ts'
import { grows, isOfOneParent } from './growth.ts'
import { type Site, sitesOf, visitPlaces } from './sites.ts'
import { readsAll, rowsByName } from './uses.ts'

export interface Fold {
  site: Site
  /** Where the rows become a number. */
  location: Location
  /** `for (… of orders)`, `orders.reduce(…)` */
  text: string
  /** Each row is asked something that only code can answer. */
  asked: boolean
}

/** Calls of `findMany` without `take` whose rows are used for nothing but numbers, everywhere in their function. */
export function foldedRows(project: Project): Fold[] {
  const all = sitesOf(project).calls.filter(
    (site) =>
      readsAll(site) &&
      grows(site.model) &&
      !isOfOneParent(project, site.model, keyPaths(field(site.args, 'where'))),
  )
  const files = new Set(all.map(({ location }) => location.file))
  return [...files].flatMap((file) => inFile(all.filter(({ location }) => location.file === file)))
}

interface Body {
  item: Pattern | undefined
  /** The name that a fold hands on from row to row. */
  total: number | undefined
  exprs: Expr[]
  /** What the function of a fold gives: the next total. */
  results: Expr[]
}

function inFile(sites: readonly Site[]): Fold[] {
  const [first] = sites
  if (!first) return []
  const { syntax } = first
  const named = rowsByName(syntax, sites)
  const uses = new Map<number, number>()
  const folds = new Map<number, Fold[]>()
  const counts = new Map<number, number>()
  const add = (b: number, over: Expr, at: number, text: string, body: Body): void => {
    const site = named.get(b)
    const fold = site && foldOf(syntax, site.model, body)
    if (!site || !fold) return
    const one = { site, location: placeOf(syntax, at), text: `${textOf(over)}${text}`, asked: fold.asked }
    folds.set(b, [...(folds.get(b) ?? []), one])
  }
  visitPlaces(syntax, (expr) => {
    if (expr.k === 'name' && named.has(expr.b)) uses.set(expr.b, (uses.get(expr.b) ?? 0) + 1)
    const length = expr.k === 'member' && expr.key === 'length' ? rowsIn(expr.of, named) : undefined
    if (length !== undefined) counts.set(length, (counts.get(length) ?? 0) + 1)
    if (expr.k !== 'call' || expr.callee.k !== 'member') return
    const { key, of } = expr.callee
    const b = /^(?:reduce|forEach)$/.test(key) ? rowsIn(of, named) : undefined
    const arg = expr.args[0]
    const fn = arg?.k === 'fn' ? syntax.functions[arg.fn] : undefined
    if (b !== undefined && fn) add(b, of, expr.at, `.${key}(…)`, bodyOf(syntax, fn, key === 'reduce'))
  })
  eachLoop(syntax, (stmt) => {
    const b = stmt.over ? rowsIn(stmt.over, named) : undefined
    if (b !== undefined && stmt.over)
      add(b, stmt.over, stmt.at, '', {
        item: stmt.item ?? undefined,
        total: undefined,
        exprs: expressionsIn(syntax, stmt.body),
        results: [],
      })
  })
  return [...folds].flatMap(([b, found]) => {
    const [fold] = found
    if (!fold || found.length + (counts.get(b) ?? 0) !== uses.get(b)) return []
    return [{ ...fold, asked: found.some(({ asked }) => asked) }]
  })
}

/** `rows`, `rows.filter(…)`, `rows.map(…)`: the name at the root. */
function rowsIn(expr: Expr, named: ReadonlyMap<number, Site>): number | undefined {
  if (expr.k === 'name') return named.has(expr.b) ? expr.b : undefined
  if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.key !== 'filter') return undefined
  return rowsIn(expr.callee.of, named)
}

function bodyOf(syntax: Syntax, fn: Fn, isReduce: boolean): Body {
  const [first, second] = fn.params
  const results: Expr[] = []
  const exprs = expressionsIn(syntax, fn.body, results)
  return {
    item: isReduce ? second : first,
    total: isReduce && first?.k === 'bind' ? first.b : undefined,
    exprs,
    results: isReduce ? results : [],
  }
}

/** All expressions of statements, functions in them included; `results`: what they return. */
function expressionsIn(syntax: Syntax, body: readonly Stmt[], results: Expr[] = []): Expr[] {
  const found: Expr[] = []
  for (const stmt of body) {
    for (const expr of expressionsOf(stmt)) if (expr) walkDeep(syntax, expr, (one) => found.push(one))
    if (stmt.k === 'return' && stmt.value) results.push(stmt.value)
    for (const block of blocksOf(stmt)) found.push(...expressionsIn(syntax, block, results))
  }
  return found
}

function eachLoop(syntax: Syntax, visit: (stmt: Stmt & { k: 'loop' }) => void): void {
  const block = (body: readonly Stmt[]): void => {
    for (const stmt of body) {
      if (stmt.k === 'loop') visit(stmt)
      for (const inner of blocksOf(stmt)) block(inner)
    }
  }
  block(syntax.body)
  for (const fn of syntax.functions) block(fn.body)
}

/** Methods that keep what they are given: the rows, or parts of them, are collected. */
const COLLECTS = /^(?:push|unshift|concat|add|append)$/
/** Calls that a database could answer as well, or that belong to the counting. */
const PLAIN =
  /^(?:get|set|has|Number|String|Boolean|parseFloat|parseInt|toNumber|max|min|abs|round|floor|Date|getTime|getDay|getHours|getMonth|getFullYear|getDate|toISOString|toDateString|toLocaleDateString|slice|split|padStart|substring|toString|includes|toLowerCase|toUpperCase|trim|format)$/

/** The body turns rows into numbers: it adds something up, and keeps no row. */
function foldOf(
  syntax: Syntax,
  model: Entity,
  { item, total, exprs, results }: Body,
): { asked: boolean } | undefined {
  if (!item || item.k === 'array') return undefined
  const whole = item.k === 'bind' ? item.b : undefined
  const members = new Set(
    exprs.flatMap((expr) => (expr.k === 'member' && expr.of.k === 'name' ? [expr.of] : [])),
  )
  for (const expr of exprs) {
    if (expr.k === 'await' || expr.k === 'jsx') return undefined
    // A row that is handed on as a whole is used for more.
    if (expr.k === 'name' && expr.b === whole && !members.has(expr)) return undefined
    if (expr.k === 'call' && expr.callee.k === 'member' && COLLECTS.test(expr.callee.key)) return undefined
    if (expr.k === 'array' && expr.items.some(({ k }) => k === 'spread')) return undefined
  }
  const names = new Set(bound(item).map(({ b }) => b))
  const isNumber = (expr: Expr): boolean => isNumeric(syntax, model, names, expr)
  const adds =
    exprs.some((expr) => isAddition(expr, isNumber)) ||
    results.some(
      (expr) =>
        expr.k === 'binary' &&
        expr.op === '+' &&
        expr.left.k === 'name' &&
        expr.left.b === total &&
        isNumber(expr.right),
    )
  if (!adds) return undefined
  const asked = exprs.some(
    (expr) => expr.k === 'call' && !PLAIN.test(textOf(expr.callee).split('.').at(-1) ?? ''),
  )
  return { asked }
}

/** `total += row.amount`, `counts[key]++`, `counts.set(key, (counts.get(key) ?? 0) + 1)`, `{ ...acc, [key]: acc[key] + 1 }`. */
function isAddition(expr: Expr, isNumber: (expr: Expr) => boolean): boolean {
  const values =
    expr.k === 'assign'
      ? [expr.value]
      : expr.k === 'object'
        ? expr.props.map(({ value }) => value)
        : expr.k === 'call' && expr.callee.k === 'member' && expr.callee.key === 'set'
          ? expr.args.slice(1)
          : []
  return values.some((value) => value.k === 'binary' && value.op === '+' && isNumber(value.right))
}

const NUMBERS = /^(?:Int|BigInt|Float|Decimal)$/

function isNumeric(syntax: Syntax, model: Entity, item: ReadonlySet<number>, expr: Expr, depth = 4): boolean {
  if (depth === 0) return false
  const again = (one: Expr): boolean => isNumeric(syntax, model, item, one, depth - 1)
  switch (expr.k) {
    case 'literal':
      return typeof expr.value === 'number'
    case 'member':
      if (expr.key === 'length') return true
      return (
        expr.of.k === 'name' &&
        item.has(expr.of.b) &&
        model.fields.some(({ name, type }) => name === expr.key && NUMBERS.test(type))
      )
    case 'name': {
      const init = initOf(syntax, expr.b)
      if (init) return again(init)
      return (
        item.has(expr.b) && model.fields.some(({ name, type }) => name === expr.name && NUMBERS.test(type))
      )
    }
    case 'call':
      return /^(?:Number|parseFloat|parseInt|toNumber|max|min|abs|round|floor)$/.test(
        textOf(expr.callee).split('.').at(-1) ?? '',
      )
    case 'logic':
      return again(expr.left)
    case 'choose':
      return again(expr.yes) && again(expr.no)
    case 'binary':
      return /^[-*/]$/.test(expr.op) || (expr.op === '+' && again(expr.right))
    case 'unary':
      return again(expr.of)
    default:
      return false
  }
}
