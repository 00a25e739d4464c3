import type { Edit } from '../core/change.ts'
import type { ImportShape } from '../source/shape.ts'
import { lineEnd } from './layout.ts'
import { insertItem, type SourceFile } from './source-file.ts'
import { inStyle } from './style.ts'

export interface NamedImport {
  edits: Edit[]
  /** What the file calls it: the name, an alias that is there, or an alias where the name was taken. */
  local: string
}

/** Makes a name of another module known in a file. No edits when it is already. */
export function addNamedImport(source: SourceFile, from: string, name: string): NamedImport {
  const { imports } = source.shape
  const same = imports.filter((one) => one.from === from && !one.typeOnly)
  for (const { names } of same) {
    const found = names.find((one) => one.imported === name && !one.typeOnly)
    if (found) return { edits: [], local: found.local }
  }
  const local = freeName(source, name)
  const words = local === name ? name : `${name} as ${local}`
  const listed = same.find((one) => one.names.length > 0)
  if (listed) return { edits: addTo(source, listed, words), local }
  const bare = same.find((one) => one.default !== undefined && one.namespace === undefined)
  if (bare) return { edits: addBraces(source, bare, words), local }
  return { edits: addLine(source, from, words), local }
}

function freeName({ shape }: SourceFile, name: string): string {
  let local = name
  for (let count = 2; shape.mentions(local); count++) local = `${name}${count}`
  return local
}

function addTo(source: SourceFile, { names, start, end }: ImportShape, words: string): Edit[] {
  const { text } = source
  const open = text.lastIndexOf('{', names[0]?.start ?? start)
  const close = text.indexOf('}', names.at(-1)?.end ?? end) + 1
  const next = names.find((one) => before(words, one.imported))
  const present = names.map((one) => one.imported)
  if (!next || !isSorted(present, before))
    return insertItem(source, { start: open, end: close }, names, () => words)
  const blanks = /\s*$/.exec(text.slice(open + 1, next.start))?.[0] ?? ''
  const gap = blanks.includes('\n') ? blanks : ' '
  return [{ file: source.file, from: next.start, to: next.start, text: `${words},${gap}` }]
}

const before = (a: string, b: string): boolean => sortKey(a) < sortKey(b)

/** `next/cache` comes before `next-auth`. */
const sortKey = (name: string): string => name.toLowerCase().replaceAll('/', '\0')

/** Packages, then what an alias leads to, then relative paths: as formatters sort them. */
function comesBefore(a: string, b: string): boolean {
  const rank = (from: string): number => {
    if (from.startsWith('node:')) return 0
    if (from.startsWith('.')) return 3
    return /^(?:[@~]\/|#)/.test(from) ? 2 : 1
  }
  return rank(a) === rank(b) ? before(a, b) : rank(a) < rank(b)
}

const isSorted = (items: readonly string[], less: (a: string, b: string) => boolean): boolean =>
  items.every((item, index) => index === 0 || !less(item, items[index - 1] ?? ''))

/** `import a from 'a'` → `import a, { name } from 'a'` */
function addBraces(
  { file, text }: SourceFile,
  { start, default: local = '' }: ImportShape,
  words: string,
): Edit[] {
  const at = text.indexOf(local, start + 'import'.length) + local.length
  return [{ file, from: at, to: at, text: `, { ${words} }` }]
}

function addLine({ file, text, style, shape }: SourceFile, from: string, words: string): Edit[] {
  const line = inStyle(`import { ${words} } from '${from}'`, 'module', style, '')
  const last = shape.imports.at(-1)
  const next = shape.imports.find((one) => comesBefore(from, one.from))
  const present = shape.imports.map((one) => one.from)
  if (next && isSorted(present, comesBefore))
    return [{ file, from: next.start, to: next.start, text: `${line}\n` }]
  if (last) {
    const at = lineEnd(text, last.end)
    return [{ file, from: at, to: at, text: `\n${line}` }]
  }
  if (shape.start === 0) return [{ file, from: 0, to: 0, text: `${line}\n${text === '' ? '' : '\n'}` }]
  const at = lineEnd(text, shape.start)
  return [{ file, from: at, to: at, text: `\n\n${line}` }]
}
