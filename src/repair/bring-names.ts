/** Makes values of a sibling known at another place: they are there, are handed over, or are declared as the sibling does. */
import { posix } from 'node:path'
import { addNamedImport } from '../changes/imports.ts'
import { insertFirst, insertStatementAfter, insertStatementBefore } from '../changes/source-file.ts'
import type { Edit } from '../core/change.ts'
import {
  ancestry,
  bound,
  functionsAround,
  handlerAt,
  isModuleName,
  nameOf,
  namesAt,
  namesIn,
  type Origin,
  originOf,
  rootOf,
  statementsBefore,
  wrapperOf,
} from '../project/names.ts'
import type { Project } from '../project/project.ts'
import type { Range } from '../source/shape.ts'
import type { Stmt } from '../source/syntax.ts'
import { blocksOf } from '../source/walk.ts'
import { type Place, plainCode } from './fix-site.ts'

export interface Brought {
  edits: Edit[]
  /** Name at the sibling → name here. */
  names: Map<string, string>
  /** 0: all were there; 1: handed over or kept; 2: declared anew. */
  cost: number
}

/** `undefined` when one of the names of the range cannot be had at the place. `declare`: a sibling's statements may be copied. */
export function bringNames(
  project: Project,
  from: Place,
  range: Range,
  to: Place,
  declare: boolean,
): Brought | undefined {
  const result: Brought = { edits: [], names: new Map(), cost: 0 }
  for (const [name, b] of namesIn(from.syntax, range)) {
    const one = bringName(project, from, { name, b }, to, declare)
    if (!one) return undefined
    result.edits.push(...one.edits)
    result.names.set(name, one.local)
    result.cost = Math.max(result.cost, one.cost)
  }
  return result
}

interface One {
  edits: Edit[]
  local: string
  cost: number
}

function bringName(
  project: Project,
  from: Place,
  { name, b }: { name: string; b: number },
  to: Place,
  declare: boolean,
): One | undefined {
  const binding = from.syntax.bindings[b]
  if (!binding) return { edits: [], local: name, cost: 0 }
  const origin = originOf(from.syntax, b)
  if (origin.k === 'module') return bringModuleName(project, from, b, to)
  if (origin.k === 'other') return undefined
  const there = namesAt(to.syntax, to.at)
  for (const [local, other] of there)
    if (alike(project, from, { origin, name }, to, { origin: originOf(to.syntax, other), name: local }))
      return { edits: [], local, cost: 0 }
  if (there.has(name)) return undefined
  if (origin.k === 'param') {
    const edits = handOver(project, from, to, origin, name)
    return edits && { edits, local: name, cost: 1 }
  }
  const kept = keepResult(to, origin, name)
  if (kept) return { edits: kept, local: name, cost: 1 }
  return declare ? declared(project, from, b, name, to) : undefined
}

interface Named {
  name: string
  origin: Origin
}

/** Both names stand for the same thing, each in its function. */
function alike(project: Project, from: Place, a: Named, to: Place, b: Named): boolean {
  if (a.origin.k === 'call') return b.origin.k === 'call' && a.origin.key === b.origin.key
  if (a.origin.k !== 'param' || b.origin.k !== 'param' || a.origin.key !== b.origin.key) return false
  if (!a.origin.root || !b.origin.root) return !a.origin.root && !b.origin.root && a.name === b.name
  return givesTheSame(project, from, a.origin.root.name, to, b.origin.root.b)
}

/** What the sibling's wrapper hands on, this one does too: it is the same, or built from it. */
const givesTheSame = (project: Project, from: Place, name: string, to: Place, root: number): boolean =>
  ancestry(project.program, to.syntax, root).includes(nameThere(from, name))

/** The name under which a wrapper is exported where it is imported. */
function nameThere(from: Place, name: string): string {
  const binding = from.syntax.bindings.find((one) => one.name === name)
  return binding?.k === 'import' && binding.imported !== 'default' ? binding.imported : name
}

/** An import of the sibling's file, or a name of the same file. */
function bringModuleName(project: Project, from: Place, b: number, to: Place): One | undefined {
  const binding = from.syntax.bindings[b]
  if (!binding) return undefined
  if (from.syntax.file === to.syntax.file)
    return isModuleName(to.syntax, to.at, binding.name)
      ? { edits: [], local: binding.name, cost: 0 }
      : undefined
  if (binding.k !== 'import') return undefined
  const target = (file: string, specifier: string): string => {
    const found = project.program.resolve(file, specifier)
    return found.file ?? specifier.replace(/\/next$/, '')
  }
  const wanted = target(from.syntax.file, binding.from)
  for (const one of to.syntax.bindings)
    if (
      one.k === 'import' &&
      one.imported === binding.imported &&
      target(to.syntax.file, one.from) === wanted
    )
      return { edits: [], local: one.name, cost: 0 }
  if (binding.imported === 'default' || binding.imported === '*') return undefined
  const specifier = binding.from.startsWith('.')
    ? relativeSpecifier(from.syntax.file, binding.from, to.syntax.file)
    : binding.from
  const { edits, local } = addNamedImport(to.source, specifier, binding.imported)
  return { edits, local, cost: 0 }
}

function relativeSpecifier(file: string, specifier: string, other: string): string {
  const path = posix.relative(posix.dirname(other), posix.join(posix.dirname(file), specifier))
  return path.startsWith('.') ? path : `./${path}`
}

/** `({ params }) =>` → `({ params, member }) =>`, as other functions take it from the same wrapper. */
function handOver(
  project: Project,
  from: Place,
  to: Place,
  origin: Origin & { k: 'param' },
  name: string,
): Edit[] | undefined {
  const { text, file } = to.source
  const { root } = origin
  if (!root || origin.path.length > 1) return undefined
  const [key] = origin.path
  const fn = functionsAround(to.syntax, to.at).find((one) => {
    const callee = wrapperOf(to.syntax, to.syntax.functions.indexOf(one))
    const its = callee && rootOf(callee)
    return its && givesTheSame(project, from, root.name, to, its.b)
  })
  if (!fn) return undefined
  const param = fn.params[origin.index]
  const item = key === undefined || key === name ? name : `${key}: ${name}`
  if (!param) {
    const last = fn.params.at(-1)
    if (!last || fn.params.length !== origin.index) return undefined
    const at = endOfParameter(text, last.at)
    if (at === undefined) return undefined
    return [{ file, from: at, to: at, text: key === undefined ? `, ${item}` : `, { ${item} }` }]
  }
  if (param.k !== 'object' || key === undefined || param.rest) return undefined
  const close = closeOf(text, param.at)
  if (close === undefined) return undefined
  const inner = text.slice(param.at + 1, close)
  const end = param.at + 1 + inner.trimEnd().length
  if (inner.trim() === '') return [{ file, from: param.at + 1, to: close, text: ` ${item} ` }]
  const tall = inner.includes('\n')
  if (tall) return undefined
  return [{ file, from: end, to: end, text: inner.trimEnd().endsWith(',') ? ` ${item}` : `, ${item}` }]
}

/** Offset behind a parameter with its type and default. */
function endOfParameter(text: string, start: number): number | undefined {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? ''
    if (depth === 0 && /[,)]/.test(char)) return start + text.slice(start, at).trimEnd().length
    if (/[{[(<]/.test(char)) depth++
    else if (/[}\])]/.test(char) || (char === '>' && text[at - 1] !== '=')) depth--
  }
  return undefined
}

function closeOf(text: string, open: number): number | undefined {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (/[{[(]/.test(text[at] ?? '')) depth++
    else if (/[}\])]/.test(text[at] ?? '')) depth--
    if (depth === 0) return at
  }
  return undefined
}

/** `await requireSession()` → `const session = await requireSession()` */
function keepResult(to: Place, origin: Origin & { k: 'call' }, name: string): Edit[] | undefined {
  const callee = nameOf(origin.init.k === 'call' ? origin.init.callee : origin.init)
  const found = statementsBefore(to.syntax, to.at).find(
    (stmt) =>
      stmt.k === 'expr' &&
      stmt.expr.k === 'await' &&
      stmt.expr.of.k === 'call' &&
      nameOf(stmt.expr.of.callee) === callee,
  )
  if (!found || origin.path.length > 1) return undefined
  const [key] = origin.path
  const pattern = key === undefined ? name : `{ ${key === name ? name : `${key}: ${name}`} }`
  return [{ file: to.source.file, from: found.at, to: found.at, text: `const ${pattern} = ` }]
}

/** The statements with which a sibling gets a value: the declaration, and the refusal when there is none. */
export function declarationOf(from: Place, b: number): Range | undefined {
  const blocks = blocksIn(from.syntax.functions.flatMap((fn) => [fn.body]))
  for (const block of blocks) {
    const index = block.findIndex((stmt) => stmt.k === 'let' && bound(stmt.to).some((one) => one.b === b))
    const stmt = block[index]
    if (!stmt) continue
    const first = from.source.shape.statement(stmt.at)
    const next = block[index + 1]
    const refusal = next?.k === 'if' ? from.source.shape.statement(next.at) : undefined
    if (!first) return undefined
    const name = from.syntax.bindings[b]?.name ?? ''
    const tested = refusal && next?.k === 'if' && namesIn(from.syntax, headOf(next, refusal)).get(name) === b
    return { start: first.start, end: tested ? refusal.end : first.end }
  }
  return undefined
}

/** The test of an `if`, as a range. */
const headOf = (stmt: Stmt & { k: 'if' }, { end }: Range): Range => ({
  start: stmt.at,
  end: stmt.yes[0]?.at ?? end,
})

const blocksIn = (bodies: Stmt[][]): Stmt[][] =>
  bodies.flatMap((body) => [body, ...blocksIn(body.flatMap(blocksOf))])

function declared(project: Project, from: Place, b: number, name: string, to: Place): One | undefined {
  const range = declarationOf(from, b)
  const edits = range && copyStatements(project, from, range, to)
  return edits && { edits, local: name, cost: 2 }
}

/** Copies statements of a sibling to the start of the handler, behind what binds the names that they use. */
export function copyStatements(
  project: Project,
  from: Place,
  range: Range,
  to: Place,
  drop?: string,
): Edit[] | undefined {
  const own = new Set(
    statementsIn(from, range).flatMap((stmt) =>
      stmt.k === 'let' ? bound(stmt.to).map((one) => one.name) : [],
    ),
  )
  const edits: Edit[] = []
  const needed: string[] = []
  const renamed = new Map<string, string>()
  for (const [name, b] of namesIn(from.syntax, range)) {
    if (own.has(name)) continue
    const one = bringName(project, from, { name, b }, to, false)
    if (!one) return undefined
    edits.push(...one.edits)
    needed.push(one.local)
    if (one.local !== name) renamed.set(name, one.local)
  }
  const code = rename(plainCode(from.source, range), renamed)
  const place = insertion(to, needed)
  if (!place) return undefined
  const written = drop === undefined ? code : code.replace(`const ${drop} = `, '')
  return [...edits, ...place(written)]
}

const statementsIn = (from: Place, { start, end }: Range): Stmt[] =>
  blocksIn(from.syntax.functions.map((fn) => fn.body))
    .flat()
    .filter((stmt) => stmt.at >= start && stmt.at < end)

/** Renames names, not keys or properties of the same name. */
export function rename(code: string, names: ReadonlyMap<string, string>): string {
  let result = code
  for (const [from, to] of names)
    if (from !== to)
      result = result.replace(new RegExp(`(?<![\\w$.])${quoted(from)}(?![\\w$]|\\s*:)`, 'g'), () => to)
  return result
}

const quoted = (name: string): string => name.replace(/\$/g, '\\$')

/** Where statements go that must run before the place: behind those that bind the names they need, else first. */
function insertion(to: Place, needed: string[]): ((code: string) => Edit[]) | undefined {
  const { source, syntax, at } = to
  const fn = handlerAt(syntax, at)
  const held = fn && innermostTry(fn.body, at)
  if (!fn || !held || held.body.length === 0) return undefined
  const binds = held.body.filter(
    (stmt) =>
      stmt.at < at &&
      stmt.k === 'let' &&
      bound(stmt.to).some((one) => needed.includes(one.name) && namesAt(syntax, at).get(one.name) === one.b),
  )
  // `if (req.method !== 'POST')` comes before the question who is calling.
  const method = held.body.filter((stmt, index) => {
    const range = source.shape.statement(stmt.at)
    return (
      stmt.k === 'if' &&
      index === 0 &&
      range &&
      /^if \(!?req(uest)?\.method\b/.test(source.text.slice(range.start, range.end))
    )
  })
  const last = [...binds, ...method].sort((a, b) => a.at - b.at).at(-1)
  if (last) {
    const range = source.shape.statement(last.at)
    return range && ((code) => insertStatementAfter(source, range, code))
  }
  if (held.inTry) {
    const first = source.shape.statement(held.body[0]?.at ?? at)
    return first && ((code) => insertStatementBefore(source, first, code))
  }
  const block = source.shape.body(fn.body[0]?.at ?? at)
  return block && ((code) => insertFirst(source, block, code))
}

/** The statements around the place in which it is caught what they throw: of a `try`, else of the function. */
function innermostTry(body: Stmt[], at: number): { body: Stmt[]; inTry: boolean } {
  const held = body.findLast((stmt) => stmt.at <= at)
  const end = held?.k === 'try' ? (held.caught?.[0]?.at ?? Number.POSITIVE_INFINITY) : 0
  if (held?.k === 'try' && at < end && (held.body[0]?.at ?? at + 1) <= at)
    return { body: innermostTry(held.body, at).body, inTry: true }
  return { body, inTry: false }
}
