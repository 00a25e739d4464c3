/** What files export, and in how many files an export is used. */

import type { Expr, Fn, Syntax } from '../../source/syntax.ts'
import { findExport } from '../flow/program.ts'
import { type Declared, nothingDeclared } from '../policy/guards.ts'
import { code, type Sources, testFile } from './sources.ts'

/** A function that a file exports, with the functions inside it. */
export interface Exported {
  name: string
  at: number
  syntax: Syntax
  fn: Fn
  key: string
}

export interface Code {
  program: Sources['program'] & {
    delegates: ReadonlyMap<string, string>
    memberships: ReadonlySet<string>
    posts: ReadonlySet<string>
    declared: Declared
  }
  /** Source that may run on the server, tests left out. */
  files: { file: string; text: string }[]
}

/** Source that may run on the server. */
export function codeOf(sources: Pick<Sources, 'files' | 'read' | 'program'>): Code {
  const files = sources.files.flatMap((file) => {
    const text = code.test(file) && !testFile.test(file) ? sources.read(file) : undefined
    return text === undefined || /^\s*['"]use client['"]/.test(text) ? [] : [{ file, text }]
  })
  return {
    program: {
      ...sources.program,
      delegates: new Map(),
      memberships: new Set(),
      posts: new Set(),
      declared: nothingDeclared,
    },
    files,
  }
}

export const keyOf = (file: string, name: string): string => `${file}#${name}`

const exportsOf = new WeakMap<Syntax, Exported[]>()

/** The exported functions of a file: declared, assigned, or given to a wrapper such as `cache`. */
export function exportedFunctions(syntax: Syntax): Exported[] {
  const known = exportsOf.get(syntax)
  if (known !== undefined) return known
  const found = syntax.exports.flatMap(({ name, value, at }) => {
    const fn = functionOf(value, syntax)
    return fn === undefined ? [] : [{ name, at, syntax, fn, key: keyOf(syntax.file, name) }]
  })
  exportsOf.set(syntax, found)
  return found
}

export function functionOf(expr: Expr | null, syntax: Syntax, depth = 3): Fn | undefined {
  if (expr === null || depth === 0) return undefined
  if (expr.k === 'fn') return syntax.functions[expr.fn]
  if (expr.k === 'call') return expr.args.map((arg) => functionOf(arg, syntax, depth - 1)).find(Boolean)
  const binding = expr.k === 'name' ? syntax.bindings[expr.b] : undefined
  if (binding?.k === 'fn') return syntax.functions[binding.fn]
  return binding?.k === 'const' && binding.to.k === 'bind'
    ? functionOf(binding.init, syntax, depth - 1)
    : undefined
}

export const within = (fn: Fn, at: number): boolean => fn.at <= at && at < fn.end

/** What stands in a file that imports it: the name, or for a default export the end of the path. */
export function mentionOf(key: string): string {
  const [file = '', name = ''] = key.split('#')
  if (name !== 'default') return `\\b${name}\\b`
  const path = file.replace(/(?:\/index)?\.\w+$/, '')
  const last = path.slice(path.lastIndexOf('/') + 1).replace(/[^\w-]/g, '.')
  return `${last}(?:/index)?(?:\\.[cm]?[jt]sx?)?['"]`
}

/** In how many files each export is imported; an export through a barrel counts for where it is defined. */
export function importers({ program, files }: Code, keys: ReadonlySet<string>): Map<string, string[]> {
  const result = new Map<string, string[]>()
  if (keys.size === 0) return result
  const mentions = new RegExp([...new Set([...keys].map(mentionOf))].join('|'))
  for (const { file, text } of files) {
    if (!mentions.test(text)) continue
    const found = new Set<string>()
    for (const binding of program.syntax(file)?.bindings ?? []) {
      if (binding.k !== 'import') continue
      const target = findExport(program, file, binding.from, binding.imported)
      if (target && 'entry' in target) found.add(keyOf(target.syntax.file, target.entry.name))
    }
    for (const key of found) if (keys.has(key)) result.set(key, [...(result.get(key) ?? []), file])
  }
  return result
}

export function targetOf({ program }: Code, syntax: Syntax, callee: Expr): string | undefined {
  const binding = callee.k === 'name' ? syntax.bindings[callee.b] : undefined
  if (callee.k !== 'name' || binding === undefined) return undefined
  if (binding.k !== 'import') return keyOf(syntax.file, callee.name)
  const target = findExport(program, syntax.file, binding.from, binding.imported)
  return target && 'entry' in target ? keyOf(target.syntax.file, target.entry.name) : undefined
}
