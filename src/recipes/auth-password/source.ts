/** A generated file: its imports in the order in which formatters sort them, and its text. */
import type { NewFile } from '../../core/change.ts'
import type { Habits, Import } from '../../project/habits/habits.ts'

export interface Wanted {
  /** A package, or a file of the project. */
  package?: string
  file?: string
  /** `name`, `type Name`, `default as name`. */
  names: string[]
}

export const fromPackage = (name: string, ...names: string[]): Wanted => ({ package: name, names })
export const fromFile = (file: string, ...names: string[]): Wanted => ({ file, names })

/** An export of the project, under the name that it has there. */
export function fromExport({ file, name, local }: Import): Wanted {
  return { file, names: [name === 'default' ? `default as ${local ?? 'it'}` : name] }
}

/** What an export is called where it is imported. */
export const nameOf = ({ name, local }: Import): string => (name === 'default' ? (local ?? 'it') : name)

/** `serverOnly`: the module must not reach a browser, where the project says so of its modules. */
export function written(
  habits: Habits,
  file: string,
  imports: readonly Wanted[],
  body: string,
  serverOnly = true,
): NewFile {
  const guard = serverOnly && habits.packages.asked['server-only'] ? ["import 'server-only'"] : []
  const merged = new Map<string, Set<string>>()
  for (const one of imports) {
    const from = one.package ?? habits.specifier(file, one.file ?? '')
    merged.set(from, new Set([...(merged.get(from) ?? []), ...one.names]))
  }
  const imported = [...merged]
    .filter(([, names]) => names.size > 0)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .flatMap(([from, names]) => lines(from, [...names], habits.code.typeImports))
  const head = [...guard, ...imported].join('\n')
  const text = habits.code.functions === 'arrow' ? asArrows(body.trim()) : body.trim()
  return { file, text: `${head}${head && '\n\n'}${text}\n` }
}

/** `function name() {` at the margin, as a constant; its head is on one line. */
function asArrows(body: string): string {
  return body.replace(
    /^(export )?(async )?function (\w+)((?:<\w+>)?\(.*) \{$/gm,
    (_, exported = '', async = '', name: string, rest: string) =>
      `${exported}const ${name} = ${async}${rest} => {`,
  )
}

/** One import, or one for types and one for values. */
function lines(from: string, names: string[], style: Habits['code']['typeImports']): string[] {
  const isType = (name: string): boolean => name.startsWith('type ')
  const values = names.filter((name) => !isType(name))
  return style === 'inline' || values.length === 0 || values.length === names.length
    ? [line(from, names)]
    : [line(from, names.filter(isType)), line(from, values)]
}

function line(from: string, names: string[]): string {
  const initial = names.find((name) => name.startsWith('default as '))
  const rest = names.filter((name) => name !== initial).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
  const types = rest.length > 0 && rest.every((name) => name.startsWith('type ')) && !initial
  const listed = types ? rest.map(bare) : rest
  const parts = [
    ...(initial ? [initial.slice('default as '.length)] : []),
    ...(listed.length > 0 ? [`{ ${listed.join(', ')} }`] : []),
  ]
  return `import ${types ? 'type ' : ''}${parts.join(', ')} from '${from}'`
}

const bare = (name: string): string => name.replace(/^type /, '')

/** As formatters sort: capitals do not count. */
const sortKey = (name: string): string => bare(name).toLowerCase()

function rank(from: string): number {
  if (from.startsWith('node:')) return 0
  if (from.startsWith('..')) return 3
  if (from.startsWith('.')) return 4
  return /^[@~#]\//.test(from) || from.startsWith('#') ? 2 : 1
}
