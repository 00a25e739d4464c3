/**
 * Columns that a Prisma client leaves out of whatever it reads: `new PrismaClient({ omit: { user: { passwordHash: true } } })`.
 * A query gets them back with `omit: { passwordHash: false }`, or by naming them in `select`. Since Prisma 5.16:
 * https://www.prisma.io/docs/orm/prisma-client/queries/excluding-fields
 */
import type { Expr, Syntax } from '../source/syntax.ts'
import { walk } from '../source/walk.ts'
import type { Entity } from './data-model.ts'
import { Flow } from './flow/flow.ts'
import { type Value, visibleFields } from './flow/value.ts'
import type { Project } from './project.ts'

interface Clients {
  /** What the clients that a file makes leave out. */
  byFile: ReadonlyMap<string, readonly (Value | undefined)[]>
  /** The clients that a file may be asking: found once. */
  reached: Map<string, readonly (Value | undefined)[]>
}

const known = new WeakMap<Project, Clients | undefined>()
const NOTHING: ReadonlySet<string> = new Set()

/** The columns of a model that the client which a file asks leaves out; of several clients, those that all leave out. */
export function omittedByClient(project: Project, file: string, entity: Entity): ReadonlySet<string> {
  const clients = clientsOf(project)
  if (!clients) return NOTHING
  const asked = clients.reached.get(file) ?? nearest(project, clients, file)
  clients.reached.set(file, asked)
  const [first, ...others] = asked.map((omit) => columnsIn(omit, entity))
  return first && others.length > 0
    ? new Set([...first].filter((name) => others.every((one) => one.has(name))))
    : (first ?? NOTHING)
}

const columnsIn = (omit: Value | undefined, entity: Entity): ReadonlySet<string> =>
  new Set(
    [...visibleFields(visibleFields(omit).get(entity.delegate))].flatMap(([name, { shape }]) =>
      shape?.k === 'literal' && shape.value === true ? [name] : [],
    ),
  )

/** Nothing where no client of the project leaves anything out. */
function clientsOf(project: Project): Clients | undefined {
  if (known.has(project)) return known.get(project)
  const byFile = new Map<string, (Value | undefined)[]>()
  for (const file of project.code) {
    const syntax = /\bPrismaClient\b/.test(project.sourceText(file) ?? '')
      ? project.program.syntax(file)
      : undefined
    const made = syntax ? madeIn(project, syntax) : []
    if (made.length > 0) byFile.set(file, made)
  }
  const any = [...byFile.values()].flat().some((omit) => omit !== undefined)
  const clients = any ? { byFile, reached: new Map() } : undefined
  known.set(project, clients)
  return clients
}

function madeIn(project: Project, syntax: Syntax): (Value | undefined)[] {
  const found: (Value | undefined)[] = []
  const flow = new Flow(project.program, new Map())
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || !expr.isNew || !isClient(expr.callee)) return
    const options = expr.args[0]
    found.push(options && visibleFields(flow.value(syntax, options)).get('omit'))
  })
  return found
}

const isClient = (expr: Expr): boolean =>
  (expr.k === 'name' && expr.name === 'PrismaClient') || (expr.k === 'member' && expr.key === 'PrismaClient')

/**
 * The clients of the files that are the fewest imports away. Where none is imported, it was handed in: then all clients of
 * files that export something.
 */
function nearest(project: Project, { byFile }: Clients, file: string): readonly (Value | undefined)[] {
  const seen = new Set([file])
  for (let level = [file]; level.length > 0; ) {
    const here = level.flatMap((one) => byFile.get(one) ?? [])
    if (here.length > 0) return here
    level = level.flatMap((one) => importsOf(project, one)).filter((one) => !seen.has(one) && seen.add(one))
  }
  return [...byFile].flatMap(([one, made]) =>
    (project.program.syntax(one)?.exports.length ?? 0) > 0 ? made : [],
  )
}

function importsOf({ program }: Project, file: string): string[] {
  const syntax = program.syntax(file)
  if (!syntax) return []
  const specifiers = [
    ...syntax.bindings.flatMap((one) => (one.k === 'import' ? [one.from] : [])),
    ...syntax.exports.flatMap(({ from }) => (from === undefined ? [] : [from])),
    ...syntax.stars,
  ]
  return [...new Set(specifiers)].flatMap((one) => program.resolve(file, one).file ?? [])
}
