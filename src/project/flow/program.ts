/** The files of a project as one program: names resolve through imports, re-exports and `export *`. */
import type { Syntax } from '../../source/syntax.ts'
import type { Declared } from '../policy/guards.ts'

export interface Resolution {
  file?: string
  external?: string
  missing?: string
}

export interface Program {
  /** Model name by client property: `invoice` → `Invoice`. */
  delegates: ReadonlyMap<string, string>
  /** Models whose rows say what somebody may do: memberships and tenants. */
  memberships: ReadonlySet<string>
  /** Models whose rows give a person a role in something, of whatever kind: memberships are most of them. */
  posts: ReadonlySet<string>
  /** What the policy says of guards and roles. */
  declared: Declared
  syntax(file: string): Syntax | undefined
  resolve(from: string, specifier: string): Resolution
}

export type Target =
  | { syntax: Syntax; entry: Syntax['exports'][number] }
  | { module: string }
  | { external: string; name: string }

/** Follows an import to the file that defines the name. Cycles of re-exports end in nothing. */
export function findExport(
  program: Program,
  from: string,
  specifier: string,
  name: string,
  seen: Set<string> = new Set(),
): Target | undefined {
  const found = program.resolve(from, specifier)
  if (!found.file) return { external: found.external ?? found.missing ?? specifier, name }
  return findInFile(program, found.file, name, seen)
}

export function findInFile(
  program: Program,
  file: string,
  name: string,
  seen: Set<string> = new Set(),
): Target | undefined {
  const key = `${file}#${name}`
  if (seen.has(key)) return undefined
  seen.add(key)
  if (name === '*') return { module: file }
  const syntax = program.syntax(file)
  if (!syntax) return undefined
  const entry = syntax.exports.find((one) => one.name === name)
  if (entry?.from !== undefined)
    return entry.imported === '*'
      ? moduleOf(program, file, entry.from)
      : findExport(program, file, entry.from, entry.imported ?? name, seen)
  if (entry) return { syntax, entry }
  let outside: Target | undefined
  for (const star of syntax.stars) {
    const hit = findExport(program, file, star, name, seen)
    if (hit && !('external' in hit)) return hit
    outside ??= hit
  }
  return outside
}

function moduleOf(program: Program, from: string, specifier: string): Target {
  const found = program.resolve(from, specifier)
  return found.file ? { module: found.file } : { external: found.external ?? specifier, name: '*' }
}
