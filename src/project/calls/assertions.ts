/** What the compiler is told about rows and input instead of being asked. */
import type { Location } from '../../core/finding.ts'
import { type Expr, placeOf, type Syntax } from '../../source/syntax.ts'
import { walkStatements } from '../../source/walk.ts'
import type { EntityField } from '../data-model.ts'
import type { Project } from '../project.ts'
import { type PrismaCall, prismaCalls, textAround } from './prisma-calls.ts'

export interface AssertedRow {
  location: Location
  call: PrismaCall
}

/** `(await prisma.note.findUnique(…))!` and `note!` of a constant that was made so. */
export function assertedRows(project: Project): AssertedRow[] {
  const found: AssertedRow[] = []
  for (const [syntax, calls] of bySyntax(project)) {
    for (const { of, to, at } of syntax.assertions) {
      const row = to === '!' ? rowOf(syntax, of) : undefined
      const call = calls.find(
        ({ expr, operation }) => expr === row && /^find(?:Unique|First)$/.test(operation),
      )
      if (!call || (of.k === 'name' && isTested(textAround(project, call), of.name))) continue
      found.push({ location: placeOf(syntax, at), call })
    }
  }
  return found
}

/** Somewhere in the function the name is a condition, or part of one, or handed to something that may refuse. */
const isTested = (text: string, name: string): boolean =>
  new RegExp(
    `!${name}\\b(?!\\s*!?\\.)|\\b${name}\\s*(?:[=!]==?|&&|\\|\\||\\?\\?|\\?(?!\\.))|\\(\\s*${name}\\s*[,)]`,
  ).test(text)

/** The call whose awaited result an expression is. */
function rowOf(syntax: Syntax, expr: Expr): Expr | undefined {
  if (expr.k === 'await') return expr.of
  const binding = expr.k === 'name' && expr.b >= 0 ? syntax.bindings[expr.b] : undefined
  return binding?.k === 'const' && binding.to.k === 'bind' && binding.init?.k === 'await'
    ? binding.init.of
    : undefined
}

function bySyntax(project: Project): Map<Syntax, PrismaCall[]> {
  const all = new Map<Syntax, PrismaCall[]>()
  for (const call of prismaCalls(project)) {
    const calls = all.get(call.syntax)
    if (calls) calls.push(call)
    else all.set(call.syntax, [call])
  }
  return all
}

export interface AnyInQuery {
  location: Location
  call: PrismaCall
}

/** `as any` in the arguments of a query. */
export function anyInQueries(project: Project): AnyInQuery[] {
  const found: AnyInQuery[] = []
  for (const [syntax, calls] of bySyntax(project)) {
    const any = new Map(syntax.assertions.filter(({ to }) => to === 'any').map((one) => [one.of, one.at]))
    if (any.size === 0) continue
    for (const call of calls) {
      const first = partsOf(call.expr.args, (expr) => any.has(expr))[0]
      const at = first && any.get(first)
      if (at !== undefined) found.push({ location: placeOf(syntax, at), call })
    }
  }
  return found
}

function partsOf(args: readonly Expr[], fits: (expr: Expr) => boolean): Expr[] {
  const found: Expr[] = []
  walkStatements(
    args.map((expr) => ({ k: 'expr', expr, at: expr.at })),
    (expr) => {
      if (fits(expr)) found.push(expr)
    },
  )
  return found
}

export interface Silenced {
  location: Location
  call: PrismaCall
  /** `@ts-expect-error` */
  by: string
}

/** A comment that silences the compiler on a line of a query, and does not say which error it expects. */
export function silencedQueries(project: Project): Silenced[] {
  const found: Silenced[] = []
  for (const [syntax, calls] of bySyntax(project)) {
    const text = project.sourceText(syntax.file) ?? ''
    if (!/@ts-(?:ignore|expect-error|nocheck)/.test(text)) continue
    const lines = text.split('\n')
    for (const call of calls) {
      const first = call.location.line
      const ends = partsOf(call.expr.args, () => true).map(({ at }) => placeOf(syntax, at).line)
      // The comment counts for the line below it: from the one above the call to the last but one of its arguments.
      for (let line = first - 1; line < Math.max(first, ...ends); line++) {
        const [, by, reason = ''] =
          /^\s*(?:\{?\/\*+|\/\/)\s*(@ts-(?:ignore|expect-error))\b\W*(.*)/.exec(lines[line - 1] ?? '') ?? []
        if (by === undefined || (by === '@ts-expect-error' && reason.length >= 10)) continue
        found.push({ location: { file: syntax.file, line, column: 1 }, call, by })
        break
      }
    }
  }
  return found
}

export interface CastInput {
  location: Location
  /** The type that it is said to be. */
  to: string
}

/** `(await request.json()) as CreateNote` and `const body: CreateNote = …` of a file; answers of `fetch` are no input. */
export function castInputs(project: Project, file: string): CastInput[] {
  const text = project.sourceText(file) ?? ''
  const syntax = /\bas\s+\w/.test(text) && text.includes('.json()') ? project.program.syntax(file) : undefined
  if (!syntax) return []
  return syntax.assertions.flatMap(({ of, to, at }) => {
    const call = of.k === 'await' ? of.of : of
    if (call.k !== 'call' || call.callee.k !== 'member' || call.callee.key !== 'json') return []
    if (/^(?:any|unknown|!)$/.test(to) || call.args.length > 0) return []
    return call.callee.of.k === 'name' && isParameter(syntax, call.callee.of)
      ? [{ location: placeOf(syntax, at), to }]
      : []
  })
}

const isParameter = (syntax: Syntax, { b }: Expr & { k: 'name' }): boolean =>
  b >= 0 && syntax.bindings[b]?.k === 'param'

export interface CastColumn {
  location: Location
  column: EntityField
  to: string
}

/** `row.settings as Settings`, where `row` is what a query of Prisma gave, and the column is Json. */
export function castColumns(project: Project): CastColumn[] {
  return [...bySyntax(project)].flatMap(([syntax, calls]) =>
    syntax.assertions.flatMap(({ of, to, at }) => {
      if (of.k !== 'member' || /^(?:any|unknown|!|string|number|boolean|Prisma\.)/.test(to)) return []
      const row = rowOf(syntax, of.of)
      const model = row && calls.find(({ expr }) => expr === row)?.model
      const column = model && project.entity(model)?.fields.find(({ name }) => name === of.key)
      return column && column.type === 'Json' ? [{ location: placeOf(syntax, at), column, to }] : []
    }),
  )
}
