import type { Expr, Stmt, Syntax } from './syntax.ts'

/** Visits every expression of a file, bodies of functions and classes included, outside first. */
export function walk(syntax: Syntax, visit: (expr: Expr) => void): void {
  walkStatements(syntax.body, visit)
  for (const fn of syntax.functions) walkStatements(fn.body, visit)
  for (const cls of syntax.classes)
    for (const member of cls.members) if (member.value) walkExpression(member.value, visit)
}

/** Visits every expression of statements, without those of functions in them. */
export function walkStatements(body: readonly Stmt[], visit: (expr: Expr) => void): void {
  for (const stmt of body) {
    for (const expr of expressionsOf(stmt)) if (expr) walkExpression(expr, visit)
    for (const inner of blocksOf(stmt)) walkStatements(inner, visit)
  }
}

/** Visits an expression and its parts, without the bodies of functions in it. */
export function walkExpression(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr)
  for (const part of partsOf(expr)) if (part) walkExpression(part, visit)
}

/** The expressions that an expression is made of, without the bodies of functions and classes. */
export function partsOf(expr: Expr): (Expr | null)[] {
  switch (expr.k) {
    case 'template':
      return [expr.tag ?? null, ...expr.items]
    case 'member':
    case 'spread':
    case 'await':
    case 'unary':
      return [expr.of]
    case 'index':
      return [expr.of, expr.by]
    case 'call':
      return [expr.callee, ...expr.args]
    case 'object':
      return expr.props.map((prop) => prop.value)
    case 'array':
    case 'many':
      return expr.items
    case 'binary':
    case 'logic':
      return [expr.left, expr.right]
    case 'choose':
      return [expr.test, expr.yes, expr.no]
    case 'assign':
      return [expr.value]
    case 'jsx':
      return [expr.tag, ...expr.props.map((prop) => prop.value), ...expr.children]
    default:
      return []
  }
}

/** The expressions of a statement itself, without those of the statements in it. */
export function expressionsOf(stmt: Stmt): (Expr | null)[] {
  switch (stmt.k) {
    case 'expr':
      return [stmt.expr]
    case 'let':
      return [stmt.init]
    case 'return':
    case 'throw':
      return [stmt.value]
    case 'if':
      return [stmt.test]
    case 'loop':
      return [stmt.over, stmt.test]
    case 'switch':
      return [stmt.on, ...stmt.cases.map((one) => one.test)]
    default:
      return []
  }
}

/** Lists of statements in a statement, in the order of the text. */
export function blocksOf(stmt: Stmt): Stmt[][] {
  switch (stmt.k) {
    case 'if':
      return [stmt.yes, stmt.no]
    case 'loop':
    case 'block':
      return [stmt.body]
    case 'try':
      return [stmt.body, stmt.caught ?? [], stmt.finally]
    case 'switch':
      return stmt.cases.map((one) => one.body)
    default:
      return []
  }
}

/** What a function returns, without the functions in it. */
export function returnsOf(body: readonly Stmt[]): Expr[] {
  return body.flatMap((stmt) => {
    if (stmt.k === 'return') return stmt.value ? [stmt.value] : []
    return blocksOf(stmt).flatMap(returnsOf)
  })
}

/** Somewhere in a function, without the functions in it, something is thrown. */
export function throws(body: readonly Stmt[]): boolean {
  return body.some((stmt) => stmt.k === 'throw' || blocksOf(stmt).some(throws))
}
