/** Edits of a Prisma schema that leave alignment, order and comments as they are. */
import { type PrismaIndex, type PrismaModel, readPrismaSchema } from '../source/prisma-schema.ts'
import { indentOf, lineEnd, lineStart, marginAt, offsetOf, removal, type TextEdit } from './layout.ts'

export interface IndexOptions {
  kind?: 'index' | 'unique'
  /** Name in the database. */
  map?: string
  /** `Gin`, `Hash`, … */
  type?: string
  /** Condition of a partial index, as Prisma writes it: `raw("deleted_at IS NULL")`. */
  where?: string
}

/** A field, with its order or operator class where it needs one: `{ name: 'createdAt', sort: 'Desc' }`. */
export type IndexField = string | { name: string; sort?: 'Asc' | 'Desc'; ops?: string }

/**
 * Adds `@@index([…])` to a model: behind its other indexes, else before `@@map`, else behind the fields and a blank line.
 * No edits when an index, unique or id with just these fields is there. Throws when the model is not in the text.
 */
export function addIndex(
  text: string,
  model: string,
  fields: readonly IndexField[],
  options: IndexOptions = {},
): TextEdit[] {
  const found = modelIn(text, model)
  const wanted = fields.map(fieldText)
  const same = (one: PrismaIndex): boolean => one.where === undefined && fieldsText(one) === wanted.join(', ')
  if (options.where === undefined && found.indexes.some((one) => same(one) && one.kind !== 'fulltext'))
    return []
  const extra = [
    ...(options.type === undefined ? [] : [`, type: ${options.type}`]),
    ...(options.map === undefined ? [] : [`, map: ${JSON.stringify(options.map)}`]),
    ...(options.where === undefined ? [] : [`, where: ${options.where}`]),
  ]
  return insertLine(text, found, `@@${options.kind ?? 'index'}([${wanted.join(', ')}]${extra.join('')})`)
}

/**
 * Removes `@@index` with just these fields and its line; with the kind `unique`, `@@unique` or the `@unique` of one field.
 * Of several, the last. No edits when there is none. Throws when the model is not in the text.
 */
export function removeIndex(
  text: string,
  model: string,
  fields: readonly IndexField[],
  { kind = 'index' }: Pick<IndexOptions, 'kind'> = {},
): TextEdit[] {
  const wanted = fields.map(fieldText).join(', ')
  const index = modelIn(text, model).indexes.findLast(
    (one) => one.kind === kind && fieldsText(one) === wanted,
  )
  if (!index) return []
  const start = offsetOf(text, index.location)
  const end = attributeEnd(text, start)
  if (!index.inline) return [withoutBlock(text, removal(text, { start, end }))]
  const blanks = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0
  return [{ from: start - blanks, to: end, text: '' }]
}

function modelIn(text: string, name: string): PrismaModel {
  const { models } = readPrismaSchema([{ file: 'schema.prisma', text }])
  const model = models.find((one) => one.name === name)
  if (!model) throw new Error(`The schema has no model ${name}.`)
  return model
}

const fieldsText = ({ fields }: PrismaIndex): string => fields.map(fieldText).join(', ')

function fieldText(field: IndexField): string {
  if (typeof field === 'string') return field
  const { name, sort, ops } = field
  const args = [
    ...(ops === undefined ? [] : [`ops: ${ops}`]),
    ...(sort === undefined ? [] : [`sort: ${sort}`]),
  ]
  return args.length > 0 ? `${name}(${args.join(', ')})` : name
}

function insertLine(text: string, model: PrismaModel, line: string): TextEdit[] {
  const block = model.attributes.map(({ name, location }) => ({ name, start: offsetOf(text, location) }))
  const after =
    block.findLast((one) => one.name === 'index') ??
    block.findLast((one) => /^(id|unique|fulltext)$/.test(one.name))
  if (after) {
    const end = lineEnd(text, attributeEnd(text, after.start))
    return [{ from: end, to: end, text: `\n${marginAt(text, after.start)}${line}` }]
  }
  const [first] = block
  if (first) {
    const at = lineStart(text, first.start)
    return [{ from: at, to: at, text: `${marginAt(text, first.start)}${line}\n` }]
  }
  const start = offsetOf(text, model.location)
  const close = closing(text, text.indexOf('{', start)) - 1
  const at = lineStart(text, close)
  const last = model.fields.at(-1)
  const margin = last ? marginAt(text, offsetOf(text, last.location)) : indentOf(text)
  const blank = /\n[ \t]*\r?\n$/.test(text.slice(0, at)) || !last ? '' : '\n'
  return [{ from: at, to: at, text: `${blank}${margin}${line}\n` }]
}

/** The blank line above the attributes goes with the last of them. */
function withoutBlock(text: string, edit: TextEdit): TextEdit {
  const blank = /\n([ \t]*\r?\n)$/.exec(text.slice(0, edit.from))?.[1]
  const closes = /^[ \t]*\}/.test(text.slice(edit.to))
  return blank !== undefined && closes ? { ...edit, from: edit.from - blank.length } : edit
}

/** Behind the arguments, or behind the name of an attribute that has none. */
export function attributeEnd(text: string, start: number): number {
  const name = start + (/^@*[\w.]+/.exec(text.slice(start))?.[0].length ?? 0)
  return text[name] === '(' ? closing(text, name) : name
}

/** Behind the bracket that closes the one at the offset; strings and comments do not count. */
export function closing(text: string, open: number): number {
  let depth = 0
  for (const { 0: token, index } of text
    .slice(open)
    .matchAll(/"(?:[^"\\\n]|\\.)*"|\/\/.*|\/\*[\s\S]*?\*\/|[{([\])}]/g)) {
    if (/^[{([]$/.test(token)) depth++
    else if (/^[\])}]$/.test(token)) depth--
    if (depth === 0) return open + index + 1
  }
  return text.length
}
