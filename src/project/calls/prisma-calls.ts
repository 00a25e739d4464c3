/** Every call of a model's operation as it stands in the source, with its arguments: for questions that no run answers. */
import type { Location } from '../../core/finding.ts'
import { type Expr, type Fn, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, walk } from '../../source/walk.ts'
import { isWrite, OPERATIONS } from '../flow/prisma.ts'
import { functionsAround } from '../names.ts'
import type { Project } from '../project.ts'

export interface PrismaCall {
  syntax: Syntax
  expr: Expr & { k: 'call' }
  location: Location
  /** Model name as in the schema. */
  model: string
  operation: string
  /** The object that was given, followed through a constant; absent where it is none. */
  args?: Expr & { k: 'object' }
}

const CALLS = /\.(find(Unique|First|Many)|create|update|upsert|delete|count|aggregate|groupBy)\w*\s*\(/
/** What projects name a client. A model's name alone is no sign: other packages have `users.create` too. */
const CLIENT = /prisma|^_?db(client)?$|^(tx|trx|t|database|orm|client)$|db(read|write)?$/i

const kept = new WeakMap<Project, PrismaCall[]>()

/** The calls of all models in the code, tests left out, file by file in the order of the text. */
export function prismaCalls(project: Project): PrismaCall[] {
  const known = kept.get(project)
  if (known) return known
  const found = project.code.flatMap((file) => {
    const syntax = CALLS.test(project.sourceText(file) ?? '') ? project.program.syntax(file) : undefined
    return syntax ? callsIn(project, syntax) : []
  })
  kept.set(project, found)
  return found
}

/** The calls of one model. */
export const callsOf = (project: Project, model: string): PrismaCall[] =>
  prismaCalls(project).filter((call) => call.model === model)

function callsIn(project: Project, syntax: Syntax): PrismaCall[] {
  const found: PrismaCall[] = []
  walk(syntax, (expr) => {
    const call = callAt(project, syntax, expr)
    if (call) found.push(call)
  })
  return found.sort((a, b) => a.expr.at - b.expr.at)
}

function callAt(project: Project, syntax: Syntax, expr: Expr): PrismaCall | undefined {
  if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.of.k !== 'member') return undefined
  const { key, of } = expr.callee
  const model = OPERATIONS.has(key) ? project.program.delegates.get(of.key) : undefined
  if (model === undefined || !CLIENT.test(lastName(of.of))) return undefined
  const args = objectOf(syntax, expr.args[0])
  const call = { syntax, expr, location: placeOf(syntax, expr.at), model, operation: key }
  return args ? { ...call, args } : call
}

/** `prisma` of `ctx.prisma`, of `getPrisma()` and of `prisma` itself. */
function lastName(expr: Expr): string {
  if (expr.k === 'name') return expr.name
  if (expr.k === 'member') return expr.key
  if (expr.k === 'await') return lastName(expr.of)
  return expr.k === 'call' ? lastName(expr.callee) : ''
}

/** The object that an expression is, or that the constant it names was made with. */
export function objectOf(syntax: Syntax, expr: Expr | undefined): (Expr & { k: 'object' }) | undefined {
  if (expr?.k === 'object') return expr
  const binding = expr?.k === 'name' && expr.b >= 0 ? syntax.bindings[expr.b] : undefined
  return binding?.k === 'const' && binding.init?.k === 'object' && binding.to.k === 'bind'
    ? binding.init
    : undefined
}

/** A property of an object; `undefined` where it is not written there. */
export const property = (object: Expr | undefined, key: string): Expr | undefined =>
  object?.k === 'object' ? object.props.find((prop) => prop.key === key)?.value : undefined

/** Every key is written in the object: no spread, no computed key. */
export const isClosed = (object: Expr & { k: 'object' }): boolean =>
  object.props.every((prop) => prop.key !== undefined)

/** The innermost function that holds a call; absent at the top of a module. */
export const functionOf = ({ syntax, expr }: { syntax: Syntax; expr: Expr }): Fn | undefined =>
  functionsAround(syntax, expr.at).at(-1)

/** The text of the outermost function that holds a call, else of the file. */
export function textAround(project: Project, { syntax, expr }: PrismaCall): string {
  const text = project.sourceText(syntax.file) ?? ''
  const fn = functionsAround(syntax, expr.at)[0]
  return fn ? text.slice(fn.at, fn.end) : text
}

/**
 * Writes whose promise is dropped: a statement of its own, without `await`, `then` or `catch`. Prisma's promises are
 * lazy: such a statement sends nothing.
 */
export function droppedWrites(project: Project): PrismaCall[] {
  const statements = new Map<Syntax, Set<Expr>>()
  const droppedIn = (syntax: Syntax): Set<Expr> => {
    const known = statements.get(syntax) ?? new Set<Expr>()
    if (statements.has(syntax)) return known
    statements.set(syntax, known)
    for (const body of [syntax.body, ...syntax.functions.map((fn) => fn.body)]) dropped(body, known)
    return known
  }
  return prismaCalls(project).filter(
    (call) => isWrite(call.operation) && droppedIn(call.syntax).has(call.expr),
  )
}

function dropped(body: readonly Stmt[], into: Set<Expr>): void {
  for (const stmt of body) {
    if (stmt.k === 'expr') lastOf(stmt.expr, into)
    for (const block of blocksOf(stmt)) dropped(block, into)
  }
}

/** What an expression statement comes to: `a && b` to b, `void a` to a. */
function lastOf(expr: Expr, into: Set<Expr>): void {
  if (expr.k === 'call') into.add(expr)
  else if (expr.k === 'unary' && expr.op === 'void') lastOf(expr.of, into)
  else if (expr.k === 'logic') lastOf(expr.right, into)
  else if (expr.k === 'choose') {
    lastOf(expr.yes, into)
    lastOf(expr.no, into)
  }
}
