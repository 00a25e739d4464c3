/**
 * Every Prisma call as it stands in the source, with what is around it: the functions, the innermost iteration, the
 * transaction. Endpoints reach only part of the code; jobs, scripts and services are read here as well.
 */
import { posix } from 'node:path'
import type { Location } from '../../core/finding.ts'
import { type Expr, type Fn, type Pattern, placeOf, type Stmt, type Syntax } from '../../source/syntax.ts'
import { blocksOf, expressionsOf, partsOf } from '../../source/walk.ts'
import type { Entity } from '../data-model.ts'
import { OPERATIONS, RAW } from '../flow/prisma.ts'
import type { Project } from '../project.ts'
import { isForeignClient } from './foreign-clients.ts'

type CallExpr = Expr & { k: 'call' }

/** What runs its body once per element, or again and again. */
export interface Each {
  at: number
  /** The list; of `for (let i = 0; i < rows.length; …)`, `rows`. */
  over?: Expr
  /** `rows.map(…)`; absent for a statement. */
  call?: CallExpr
  /** The element, where it is one name. */
  item?: number
}

export interface InTransaction {
  at: number
  /** `interactive`: a function is run with a client. `batch`: a list of queries is sent. */
  kind: 'interactive' | 'batch'
  /** Binding of the client that the function is given. */
  tx?: number
}

/** What is around a place in the code. */
export interface Place {
  /** Functions that hold it, outermost first. */
  fns: readonly Fn[]
  each?: Each
  transaction?: InTransaction
}

export interface Site {
  syntax: Syntax
  expr: CallExpr
  location: Location
  model: Entity
  operation: string
  /** What the model is a property of: `prisma`, `tx`, `this.db`. */
  client: Expr
  args: Expr | undefined
  place: Place
}

/** `$queryRaw`, `$executeRaw` and their kin. */
export interface RawSite {
  syntax: Syntax
  expr: Expr
  location: Location
  operation: string
  place: Place
}

export interface Sites {
  calls: readonly Site[]
  raw: readonly RawSite[]
  /** The calls of a file, in the order of the text. */
  inFile(file: string): readonly Site[]
}

const kept = new WeakMap<Project, Sites>()

/** All Prisma calls of the project; read once. */
export function sitesOf(project: Project): Sites {
  const known = kept.get(project)
  if (known) return known
  const calls: Site[] = []
  const raw: RawSite[] = []
  const byFile = new Map<string, Site[]>()
  for (const file of new Set(project.map.queries.map(({ location }) => location.file))) {
    const syntax = isInUse(file) ? project.program.syntax(file) : undefined
    if (!syntax) continue
    const own: Site[] = []
    visitPlaces(syntax, (expr, place) => {
      const site = siteOf(project, syntax, expr, place)
      if (site) own.push(site)
      const text = rawSiteOf(syntax, expr, place)
      if (text) raw.push(text)
    })
    own.sort((a, b) => a.expr.at - b.expr.at)
    byFile.set(file, own)
    calls.push(...own)
  }
  const sites: Sites = { calls, raw, inFile: (file) => byFile.get(file) ?? [] }
  kept.set(project, sites)
  return sites
}

/** The name of the innermost function that has one; else the name that the module gives to what holds the place. */
export function functionName(syntax: Syntax, at: number, { fns }: Place): string {
  const named = fns.findLast((fn) => fn.name !== '')?.name
  if (named !== undefined) return named
  const held = syntax.body.findLast((stmt) => stmt.at <= at)
  if (held?.k === 'let' && held.to.k === 'bind') return held.to.name
  return posix.basename(syntax.file)
}

/** Code that fills an empty database or stands in for one: what it costs matters to nobody. */
const ONCE = /(?:^|\/)(?:seeds?|seeders?|testing|mocks?|fixtures)(?:\/|[.-])|[.-]seed[.-]/i

/** Run by hand, once; below `app/` and `pages/` such a folder is a path. */
const BY_HAND = /^(?!.*(?:^|\/)(?:app|pages)\/).*(?:^|\/)(?:scripts|migrations?|backfills?)\//i

/** Somebody waits for what the file does, or it runs again and again. */
export const isInUse = (file: string): boolean => !ONCE.test(file) && !BY_HAND.test(file)

function siteOf(project: Project, syntax: Syntax, expr: Expr, place: Place): Site | undefined {
  if (expr.k !== 'call' || expr.callee.k !== 'member' || !OPERATIONS.has(expr.callee.key)) return undefined
  const of = expr.callee.of
  const name = of.k === 'member' ? project.program.delegates.get(of.key) : undefined
  const model = name === undefined ? undefined : project.entity(name)
  if (of.k !== 'member' || !model || isForeignClient(project, syntax, of.of)) return undefined
  const args = expr.args[0]
  return {
    syntax,
    expr,
    location: placeOf(syntax, expr.at),
    model,
    operation: expr.callee.key,
    client: of.of,
    args,
    place,
  }
}

function rawSiteOf(syntax: Syntax, expr: Expr, place: Place): RawSite | undefined {
  const callee = expr.k === 'call' ? expr.callee : expr.k === 'template' ? expr.tag : undefined
  if (callee?.k !== 'member' || !RAW.has(callee.key)) return undefined
  return { syntax, expr, location: placeOf(syntax, expr.at), operation: callee.key, place }
}

const PER_ELEMENT = /^(?:map|forEach|filter|flatMap|some|every|find|findIndex|reduce)$/

/** Visits every expression of a file once, with what is around it. */
export function visitPlaces(syntax: Syntax, visit: (expr: Expr, place: Place) => void): void {
  const seen = new Set<number>()

  const enter = (index: number, place: Place): void => {
    const fn = syntax.functions[index]
    if (!fn || seen.has(index)) return
    seen.add(index)
    block(fn.body, { ...place, fns: [...place.fns, fn] })
  }

  const expression = (expr: Expr, place: Place): void => {
    visit(expr, place)
    if (expr.k === 'fn') enter(expr.fn, place)
    else if (expr.k === 'class') {
      for (const member of syntax.classes[expr.cls]?.members ?? [])
        if (member.value) expression(member.value, place)
    } else if (expr.k === 'call') {
      expression(expr.callee, place)
      const inner = placeOfArguments(syntax, expr, place)
      for (const arg of expr.args) expression(arg, inner)
    } else for (const part of partsOf(expr)) if (part) expression(part, place)
  }

  const block = (body: readonly Stmt[], place: Place): void => {
    for (const stmt of body) {
      const inner = stmt.k === 'loop' ? { ...place, each: eachOf(syntax, stmt) } : place
      for (const expr of expressionsOf(stmt))
        if (expr) expression(expr, stmt.k === 'loop' && expr === stmt.test ? inner : place)
      for (const one of blocksOf(stmt)) block(one, inner)
    }
  }

  block(syntax.body, { fns: [] })
  for (const cls of syntax.classes)
    for (const member of cls.members) if (member.value) expression(member.value, { fns: [] })
  for (const one of syntax.exports) if (one.value) expression(one.value, { fns: [] })
  // Declared functions, outermost first: a function inside of another has its place.
  const rest = [...syntax.functions.keys()].sort((a, b) => atOf(syntax, a) - atOf(syntax, b))
  for (const index of rest) enter(index, { fns: [] })
}

const atOf = (syntax: Syntax, index: number): number => syntax.functions[index]?.at ?? 0

function placeOfArguments(syntax: Syntax, expr: CallExpr, place: Place): Place {
  const callee = expr.callee
  if (callee.k !== 'member') return place
  const first = expr.args[0]
  const fn = first?.k === 'fn' ? syntax.functions[first.fn] : undefined
  if (callee.key === '$transaction') {
    const param = fn?.params[0]
    const kind = fn || (first?.k !== 'array' && first?.k !== 'call') ? 'interactive' : 'batch'
    const tx = param?.k === 'bind' ? { tx: param.b } : {}
    return { ...place, transaction: { at: expr.at, kind, ...tx } }
  }
  if (isStep(syntax, expr)) return { fns: place.fns }
  if (!PER_ELEMENT.test(callee.key) || !fn) return place
  const param = callee.key === 'reduce' ? fn.params[1] : fn.params[0]
  const item = param?.k === 'bind' ? { item: param.b } : {}
  return { ...place, each: { at: expr.at, over: callee.of, call: expr, ...item } }
}

/** `step.run('charge', async () => …)` of a durable workflow: carried out, kept and tried again by itself, whatever is around it. */
function isStep(syntax: Syntax, { callee, args }: CallExpr): boolean {
  const [name, work] = args
  const isNamed = name?.k === 'template' || (name?.k === 'literal' && typeof name.value === 'string')
  return (
    callee.k === 'member' &&
    /^(?:run|do)$/.test(callee.key) &&
    args.length >= 2 &&
    isNamed &&
    work?.k === 'fn' &&
    syntax.functions[work.fn] !== undefined
  )
}

function eachOf(syntax: Syntax, stmt: Stmt & { k: 'loop' }): Each {
  if (stmt.over) return { at: stmt.at, over: stmt.over, ...itemOf(stmt.item) }
  if (stmt.test?.k !== 'binary') return { at: stmt.at }
  const { left, right } = stmt.test
  const binding = right.k === 'name' ? syntax.bindings[right.b] : undefined
  const named = binding?.k === 'const' && binding.to.k === 'bind' ? (binding.init ?? undefined) : undefined
  const counted = lengthIn(named ?? right)
  if (counted) return { at: stmt.at, over: counted }
  const queue = lengthIn(left)
  const taken = queue?.k === 'name' ? takenFrom(stmt.body, queue.b) : undefined
  return queue && taken ? { at: stmt.at, over: queue, ...itemOf(taken) } : { at: stmt.at }
}

const itemOf = (pattern: Pattern | null): Pick<Each, 'item'> =>
  pattern?.k === 'bind' ? { item: pattern.b } : {}

/** `const next = queue.shift()`: what a loop over a queue takes from it. */
function takenFrom(body: readonly Stmt[], b: number): Pattern | undefined {
  for (const stmt of body) {
    const call = stmt.k === 'let' && stmt.init?.k === 'call' ? stmt.init.callee : undefined
    if (stmt.k === 'let' && call?.k === 'member' && /^(?:shift|pop)$/.test(call.key))
      if (call.of.k === 'name' && call.of.b === b) return stmt.to
  }
  return undefined
}

const lengthIn = (expr: Expr): Expr | undefined =>
  expr.k === 'member' && expr.key === 'length' ? expr.of : undefined
