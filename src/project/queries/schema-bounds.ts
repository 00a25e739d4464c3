/** Lists whose length a schema limits before the code is given them: `z.array(…).max(10)`. */
import type { Expr, Syntax } from '../../source/syntax.ts'
import { findExport } from '../flow/program.ts'
import { bound } from '../names.ts'
import type { Project } from '../project.ts'
import { field } from './forms.ts'
import { visitPlaces } from './sites.ts'

/** As many rounds as nobody waits for. */
export const FEW = 100

/** A schema, and the keys that lead from what it parses to the list. */
interface Parsed {
  syntax: Syntax
  schema: Expr
  path: readonly string[]
}

/** The list came through a schema that refuses it when it has more than a few elements. */
export function isShortBySchema(project: Project, syntax: Syntax, list: Expr): boolean {
  const parsed = parsedBy(syntax, list, [], 6)
  return parsed !== undefined && isShort(project, parsed.syntax, parsed.schema, parsed.path, 12)
}

function parsedBy(syntax: Syntax, expr: Expr, path: readonly string[], depth: number): Parsed | undefined {
  if (depth === 0) return undefined
  const again = (of: Expr, keys = path): Parsed | undefined => parsedBy(syntax, of, keys, depth - 1)
  switch (expr.k) {
    case 'await':
      return again(expr.of)
    case 'member':
      return again(expr.of, [expr.key, ...path])
    case 'call': {
      const { callee } = expr
      if (callee.k !== 'member') return undefined
      if (/^parse(Async)?$/.test(callee.key)) return { syntax, schema: callee.of, path }
      const isSafe = /^safeParse(Async)?$/.test(callee.key) && path[0] === 'data'
      return isSafe ? { syntax, schema: callee.of, path: path.slice(1) } : undefined
    }
    case 'name': {
      const binding = syntax.bindings[expr.b]
      if (binding?.k === 'param') return parsedFor(syntax, expr.b, path)
      if (binding?.k !== 'const' || !binding.init) return undefined
      const keys = bound(binding.to).find(({ b }) => b === expr.b)?.path ?? []
      return again(binding.init, [...keys, ...path])
    }
    default:
      return undefined
  }
}

/** A handler that a builder, or a server of tools, calls with what its schema has let through. */
function parsedFor(syntax: Syntax, b: number, path: readonly string[]): Parsed | undefined {
  for (const [index, fn] of syntax.functions.entries()) {
    const [first] = fn.params
    const keys = first && bound(first).find((one) => one.b === b)?.path
    if (!keys) continue
    const call = handedTo(syntax).get(index)
    return call && givenTo(syntax, call, [...keys, ...path])
  }
  return undefined
}

function givenTo(
  syntax: Syntax,
  { callee, args }: Expr & { k: 'call' },
  path: readonly string[],
): Parsed | undefined {
  if (callee.k !== 'member') return undefined
  if (/^(?:tool|registerTool)$/.test(callee.key)) {
    const described = args.slice(0, -1).findLast(({ k }) => k === 'object')
    const schema = field(described, 'inputSchema') ?? described
    return schema && { syntax, schema, path }
  }
  if (!/^(?:input|parsedInput)$/.test(path[0] ?? '')) return undefined
  let of: Expr = callee.of
  while (of.k === 'call' && of.callee.k === 'member') {
    const [schema] = of.args
    if (/^(?:input|inputSchema|schema)$/.test(of.callee.key) && schema)
      return { syntax, schema, path: path.slice(1) }
    of = of.callee.of
  }
  return undefined
}

const kept = new WeakMap<Syntax, Map<number, Expr & { k: 'call' }>>()

/** By the number of the function: the call that is given it last. */
function handedTo(syntax: Syntax): Map<number, Expr & { k: 'call' }> {
  const known = kept.get(syntax)
  if (known) return known
  const found = new Map<number, Expr & { k: 'call' }>()
  visitPlaces(syntax, (expr) => {
    const last = expr.k === 'call' ? expr.args.at(-1) : undefined
    if (expr.k === 'call' && last?.k === 'fn') found.set(last.fn, expr)
  })
  kept.set(syntax, found)
  return found
}

/** Steps of a schema after which what it lets through has other keys, or is no list. */
const RESHAPES = /^(?:transform|pipe|or|and|preprocess|record|map)$/

function isShort(
  project: Project,
  syntax: Syntax,
  schema: Expr,
  path: readonly string[],
  depth: number,
): boolean {
  if (depth === 0) return false
  const again = (of: Expr, keys = path): boolean => isShort(project, syntax, of, keys, depth - 1)
  if (schema.k === 'name') {
    const binding = syntax.bindings[schema.b]
    if (binding?.k === 'const' && binding.init && binding.to.k === 'bind') return again(binding.init)
    const target =
      binding?.k === 'import'
        ? findExport(project.program, syntax.file, binding.from, binding.imported)
        : undefined
    if (!target || !('entry' in target) || !target.entry.value) return false
    return isShort(project, target.syntax, target.entry.value, path, depth - 1)
  }
  const [key, ...rest] = path
  if (schema.k === 'object') {
    const inner = key === undefined ? undefined : field(schema, key)
    return inner !== undefined && again(inner, rest)
  }
  if (schema.k !== 'call' || schema.callee.k !== 'member' || RESHAPES.test(schema.callee.key)) return false
  const [first] = schema.args
  if (key === undefined) return limits(syntax, schema.callee.key, first) || again(schema.callee.of)
  const fields = first?.k === 'object' ? field(first, key) : undefined
  return fields ? again(fields, rest) : again(schema.callee.of)
}

function limits(syntax: Syntax, step: string, given: Expr | undefined): boolean {
  if (!/^(?:max|length)$/.test(step) || !given) return false
  const binding = given.k === 'name' ? syntax.bindings[given.b] : undefined
  const number = binding?.k === 'const' && binding.init ? binding.init : given
  return number.k === 'literal' && typeof number.value === 'number' && number.value <= FEW
}
