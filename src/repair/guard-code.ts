/** The statements with which the project's own endpoints ask who is calling. */
import { offsetOf } from '../changes/layout.ts'
import { openSource } from '../changes/source-file.ts'
import type { Fact } from '../project/flow/events.ts'
import { levelOf } from '../project/guards.ts'
import { bound, handlerAt, nameOf, namesIn } from '../project/names.ts'
import type { Run } from '../project/project.ts'
import type { Repair } from '../proof/fixer.ts'
import type { Range } from '../source/shape.ts'
import { type Expr, placeOf, type Stmt } from '../source/syntax.ts'
import { blocksOf } from '../source/walk.ts'
import type { Place } from './fix-site.ts'

/** A guard as an endpoint writes it: a call that throws, or a call and the refusal behind it. */
export interface GuardCode {
  run: Run
  place: Place
  range: Range
  /** What the result is called, where nothing of the guard itself needs it. */
  unused?: string
}

/** How an endpoint asks who is calling, when it does so with statements of its own. */
export function guardCode({ project, read }: Pick<Repair, 'project' | 'read'>, run: Run): GuardCode[] {
  const file = run.endpoint?.location.file
  const text = file === undefined ? undefined : read(file)
  const source = file !== undefined && text !== undefined ? openSource(file, text) : undefined
  const syntax = file === undefined ? undefined : project.program.syntax(file)
  if (!run.endpoint || !source || !syntax) return []
  const facts = run.events.flatMap((event) => event.facts).filter((fact) => levelOf(fact) !== 'none')
  const at = placesOf(run, source.file).map((one) => offsetOf(source.text, one))[0]
  if (at === undefined) return []
  const fn = handlerAt(syntax, at)
  const place = { source, syntax, at }
  for (const block of fn ? within(fn.body) : [])
    for (const [index, stmt] of block.entries()) {
      const range = guardAt(place, block, index, stmt, facts)
      if (range) return [{ run, place, ...range }]
    }
  return []
}

/** Where the events of a run stand in the file of its endpoint, or are called from there. */
function placesOf(run: Run, file: string) {
  return run.events.flatMap((event) =>
    [event.location, ...event.via.map((step) => step.location)].filter(
      (one) => one.file === file && one.line !== run.endpoint?.location.line,
    ),
  )
}

const within = (body: Stmt[]): Stmt[][] => [
  body,
  ...body.flatMap((stmt) => (stmt.k === 'try' ? within(blocksOf(stmt)[0] ?? []) : [])),
]

function guardAt(
  { source, syntax }: Place,
  block: Stmt[],
  index: number,
  stmt: Stmt,
  facts: Fact[],
): { range: Range; unused?: string } | undefined {
  const call = callOf(stmt)
  const first = call && source.shape.statement(stmt.at)
  if (!call || !first) return undefined
  const names = stmt.k === 'let' ? bound(stmt.to) : []
  const next = block[index + 1]
  const refusal = next?.k === 'if' ? source.shape.statement(next.at) : undefined
  if (next?.k === 'if' && refusal) {
    const { line } = placeOf(syntax, next.at)
    const tested = namesIn(syntax, { start: next.at, end: next.yes[0]?.at ?? refusal.end })
    const refuses = facts.some((fact) => fact.location.file === syntax.file && fact.location.line === line)
    if (refuses && names.some((one) => tested.get(one.name) === one.b))
      return { range: { start: first.start, end: refusal.end } }
  }
  const callee = nameOf(call.callee).split('.').at(-1)
  if (!facts.some((fact) => fact.within === callee && fact.location.file !== syntax.file)) return undefined
  const [name] = names
  const plain = stmt.k === 'let' && stmt.to.k === 'bind' && name
  return { range: first, ...(plain ? { unused: name.name } : {}) }
}

function callOf(stmt: Stmt): (Expr & { k: 'call' }) | undefined {
  const expr = stmt.k === 'let' ? stmt.init : stmt.k === 'expr' ? stmt.expr : undefined
  const value = expr?.k === 'await' ? expr.of : expr
  return value?.k === 'call' ? value : undefined
}
