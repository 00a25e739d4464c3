/** Functions that other files can call: exported ones, and those in an exported object (`responses.notFound()`). */
import type { Expr, Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import {
  type Code,
  type Exported,
  exportedFunctions,
  functionOf,
  importers,
  keyOf,
  targetOf,
} from '../conventions/exported.ts'

/** `member`: its name in the object that is exported. */
export interface Callable extends Exported {
  member?: string
}

const known = new WeakMap<Syntax, Callable[]>()

/** Those of an object are named `responses.notFound`. */
export function callablesOf(syntax: Syntax): Callable[] {
  const found = known.get(syntax) ?? [...exportedFunctions(syntax), ...membersOf(syntax)]
  known.set(syntax, found)
  return found
}

function membersOf(syntax: Syntax): Callable[] {
  return syntax.exports.flatMap(({ name, value, at }) => {
    const binding = value?.k === 'name' ? syntax.bindings[value.b] : undefined
    const object = binding?.k === 'const' ? binding.init : value
    if (object?.k !== 'object') return []
    return object.props.flatMap(({ key, value: item }) => {
      const fn = key === undefined || item.k === 'call' ? undefined : functionOf(item, syntax)
      if (key === undefined || fn === undefined) return []
      return [{ name, member: key, at, syntax, fn, key: `${keyOf(syntax.file, name)}.${key}` }]
    })
  })
}

/** The key of what is called. */
export function calledKey(own: Code, syntax: Syntax, callee: Expr): string | undefined {
  if (callee.k !== 'member') return targetOf(own, syntax, callee)
  const object = targetOf(own, syntax, callee.of)
  return object === undefined ? undefined : `${object}.${callee.key}`
}

export function callableAt(own: Code, key: string): Callable | undefined {
  const file = key.slice(0, key.indexOf('#'))
  const syntax = own.program.syntax(file)
  return syntax && callablesOf(syntax).find((one) => one.key === key)
}

/** The files that use each: that import the function, or call it on the object. */
export function usersOf(own: Code, callables: readonly Callable[]): Map<string, string[]> {
  const plain = new Set(callables.flatMap((one) => (one.member === undefined ? [one.key] : [])))
  const objects = new Set(callables.flatMap((one) => (one.member === undefined ? [] : [objectOf(one)])))
  const all = importers(own, new Set([...plain, ...objects]))
  const result = new Map([...all].filter(([key]) => plain.has(key)))
  const wanted = new Set(callables.map(({ key }) => key))
  for (const file of new Set([...objects].flatMap((key) => all.get(key) ?? []))) {
    const syntax = own.program.syntax(file)
    const seen = new Set<string>()
    if (syntax)
      walk(syntax, (expr) => {
        if (expr.k !== 'call' || expr.callee.k !== 'member' || expr.callee.of.k !== 'name') return
        const key = calledKey(own, syntax, expr.callee)
        if (key !== undefined && wanted.has(key)) seen.add(key)
      })
    for (const key of seen) result.set(key, [...(result.get(key) ?? []), file])
  }
  return result
}

const objectOf = ({ syntax, name }: Callable): string => keyOf(syntax.file, name)
