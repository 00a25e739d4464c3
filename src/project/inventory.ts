/** Every Prisma call in a file, as written: whether or not an endpoint reaches it. */
import type { Query } from '../core/map.ts'
import { type Expr, placeOf, type Stmt, type Syntax } from '../source/syntax.ts'
import { OPERATIONS, RAW } from './flow/prisma.ts'

const PER_ELEMENT = /^(map|forEach|filter|flatMap|some|every|find|reduce)$/

interface Place {
  within: string
  loop: boolean
  transaction: boolean
}

export function inventory(syntax: Syntax, delegates: ReadonlyMap<string, string>): Query[] {
  const found: Query[] = []
  const seen = new Set<number>()

  const fn = (index: number, place: Place): void => {
    const one = syntax.functions[index]
    if (!one || seen.has(index)) return
    seen.add(index)
    for (const stmt of one.body) statement(stmt, { ...place, within: one.name || place.within })
    for (const param of one.params) if (param.k === 'default') expression(param.value, place)
  }

  const call = (expr: Expr & { k: 'call' }, place: Place): void => {
    const callee = expr.callee
    let inner = place
    if (callee.k === 'member') {
      const model =
        OPERATIONS.has(callee.key) && callee.of.k === 'member' ? delegates.get(callee.of.key) : undefined
      if (model !== undefined) found.push(queryOf(syntax, expr, callee.key, place, model))
      else if (RAW.has(callee.key)) found.push(queryOf(syntax, expr, callee.key, place))
      if (callee.key === '$transaction') inner = { ...place, transaction: true }
      if (PER_ELEMENT.test(callee.key)) inner = { ...place, loop: true }
    }
    expression(callee, place)
    for (const arg of expr.args) expression(arg, inner)
  }

  const expression = (expr: Expr | null, place: Place): void => {
    if (!expr) return
    switch (expr.k) {
      case 'call':
        call(expr, place)
        return
      case 'fn':
        fn(expr.fn, { ...place, within: syntax.functions[expr.fn]?.name || place.within })
        return
      case 'class':
        for (const member of syntax.classes[expr.cls]?.members ?? [])
          expression(member.value, { ...place, within: member.name })
        return
      case 'template':
        if (expr.tag?.k === 'member' && RAW.has(expr.tag.key))
          found.push({
            ...basics(syntax, expr.at, expr.tag.key, place),
            where: `${expr.items.length} parameters`,
          })
        for (const item of expr.items) expression(item, place)
        return
      case 'object':
        for (const prop of expr.props) expression(prop.value, place)
        return
      case 'jsx':
        for (const prop of expr.props) expression(prop.value, place)
        for (const child of expr.children) expression(child, place)
        return
      case 'array':
      case 'many':
        for (const item of expr.items) expression(item, place)
        return
      case 'member':
      case 'spread':
      case 'await':
      case 'unary':
        expression(expr.of, place)
        return
      case 'index':
        expression(expr.of, place)
        expression(expr.by, place)
        return
      case 'binary':
      case 'logic':
        expression(expr.left, place)
        expression(expr.right, place)
        return
      case 'choose':
        expression(expr.test, place)
        expression(expr.yes, place)
        expression(expr.no, place)
        return
      case 'assign':
        expression(expr.value, place)
        return
      default:
        return
    }
  }

  const statement = (stmt: Stmt, place: Place): void => {
    const all = (body: Stmt[], at: Place): void => {
      for (const one of body) statement(one, at)
    }
    switch (stmt.k) {
      case 'expr':
        expression(stmt.expr, place)
        return
      case 'let':
        expression(
          stmt.init,
          stmt.to.k === 'bind' && stmt.init?.k === 'fn' ? { ...place, within: stmt.to.name } : place,
        )
        return
      case 'return':
      case 'throw':
        expression(stmt.value, place)
        return
      case 'if':
        expression(stmt.test, place)
        all(stmt.yes, place)
        all(stmt.no, place)
        return
      case 'loop':
        expression(stmt.over, place)
        expression(stmt.test, { ...place, loop: true })
        all(stmt.body, { ...place, loop: true })
        return
      case 'try':
        all(stmt.body, place)
        all(stmt.caught ?? [], place)
        all(stmt.finally, place)
        return
      case 'switch':
        expression(stmt.on, place)
        for (const one of stmt.cases) all(one.body, place)
        return
      case 'block':
        all(stmt.body, place)
        return
      default:
        return
    }
  }

  const top: Place = { within: 'module', loop: false, transaction: false }
  for (const stmt of syntax.body) statement(stmt, top)
  for (const cls of syntax.classes)
    for (const member of cls.members)
      expression(member.value, { ...top, within: `${cls.name}.${member.name}` })
  for (const index of syntax.functions.keys()) fn(index, top)
  return found
}

function basics(syntax: Syntax, at: number, operation: string, place: Place): Query {
  return {
    location: placeOf(syntax, at),
    operation,
    within: place.within,
    inLoop: place.loop,
    inTransaction: place.transaction,
  }
}

function queryOf(
  syntax: Syntax,
  expr: Expr & { k: 'call' },
  operation: string,
  place: Place,
  model?: string,
): Query {
  const query = basics(syntax, expr.at, operation, place)
  if (model !== undefined) query.model = model
  const callee = expr.callee
  if (
    callee.k === 'member' &&
    callee.of.k === 'member' &&
    callee.of.of.k === 'name' &&
    /^(tx|trx|t|transaction)$/.test(callee.of.of.name)
  )
    query.inTransaction = true
  const args = expr.args[0]
  if (args?.k !== 'object') return query
  for (const key of ['where', 'select', 'include', 'data', 'orderBy', 'take'] as const) {
    const value = args.props.find((prop) => prop.key === key)?.value
    if (value) query[key] = print(value)
  }
  return query
}

/** The shape of an argument: keys and names, literals kept, nothing deeper than three levels. */
function print(expr: Expr, depth = 3): string {
  switch (expr.k) {
    case 'object':
      if (depth === 0) return '{…}'
      return `{ ${expr.props.map((prop) => (prop.spread ? `...${print(prop.value, 0)}` : `${prop.key ?? '[…]'}: ${print(prop.value, depth - 1)}`)).join(', ')} }`
    case 'array':
      return depth === 0 ? '[…]' : `[${expr.items.map((item) => print(item, depth - 1)).join(', ')}]`
    case 'literal':
      return JSON.stringify(expr.value)
    case 'name':
      return expr.name
    case 'member':
      return `${print(expr.of, depth)}.${expr.key}`
    case 'await':
    case 'spread':
      return print(expr.of, depth)
    case 'choose':
      return `${print(expr.yes, depth - 1)} | ${print(expr.no, depth - 1)}`
    default:
      return '…'
  }
}
