/** New models, enums and fields in a Prisma schema, written as `prisma format` writes them. */
import type { Edit, NewFile } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import {
  type PrismaEnum,
  type PrismaField,
  type PrismaModel,
  type PrismaSchema,
  readPrismaSchema,
} from '../source/prisma-schema.ts'
import { edited } from './edits.ts'
import { indentOf, offsetOf, type TextEdit } from './layout.ts'
import {
  aligned,
  fieldEnd,
  type Group,
  groupsOf,
  isAligned,
  marginOf,
  type Row,
  widthsOf,
  written,
} from './schema-rows.ts'

/** A file of the schema, without its byte order mark. */
export interface SchemaText {
  file: string
  text: string
}

export interface NewField {
  name: string
  /** `String?`, `Session[]` */
  type: string
  /** `@default(0) @map("token_version")` */
  attributes?: string
  /** Name of the field that it stands behind; else it stands behind the last of its kind: columns, or relations. */
  after?: string
}

/**
 * Adds fields to a model. Fields that stand together stay aligned where they are. One that is there with its type is left
 * alone, whatever its attributes; throws a UserError when the name, or the name of the column, is taken by another, or the
 * model is not there.
 */
export function addFields(files: readonly SchemaText[], model: string, fields: readonly NewField[]): Edit[] {
  const schema = readSchema(files)
  const found = schema.models.find(({ name }) => name === model)
  const home = files.find(({ file }) => file === found?.location.file)
  if (!found || !home)
    throw new UserError(`The Prisma schema has no model ${model}.`, 'Name a model that is in the schema.')
  const missing = fields.filter((field) => !isThere(found, field))
  const enums = new Set(schema.enums.map(({ name }) => name))
  // The model that a new relation leads to may be new as well: what is no column is a relation.
  const isColumn = (name: string): boolean => scalars.has(name) || enums.has(name)
  const edits = inserted(home.text, found, missing, (type) => !isColumn(type.replace(/\W.*$/s, '')))
  return edits.map((one) => ({ file: home.file, ...one }))
}

/** Types of columns in the schema language of Prisma; `Unsupported("…")` is one, too. */
const scalars = new Set([
  ...['String', 'Boolean', 'Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Json', 'Bytes'],
  'Unsupported',
])

function isThere(model: PrismaModel, { name, type, attributes = '' }: NewField): boolean {
  const same = model.fields.find((one) => one.name === name)
  if (!same) {
    const column = /@map\("([^"]+)"\)/.exec(attributes)?.[1] ?? name
    const other = model.fields.find((one) => (one.map ?? one.name) === column)
    if (other && !type.endsWith('[]'))
      throw taken(`The column \`${column}\` of ${model.name} belongs to its field \`${other.name}\``)
    return false
  }
  if (typeOf(same) === type) return true
  throw taken(`${model.name} has a field \`${name}\` already: \`${typeOf(same)}\``)
}

const typeOf = ({ type, unsupported, list, optional }: PrismaField): string =>
  `${unsupported === undefined ? type : `Unsupported(${JSON.stringify(unsupported)})`}${list ? '[]' : ''}${optional ? '?' : ''}`

const taken = (what: string): UserError =>
  new UserError(`${what}.`, 'Rename one of the two, or choose another name for the new one.')

function inserted(
  text: string,
  model: PrismaModel,
  fields: readonly NewField[],
  isRelation: (type: string) => boolean,
): TextEdit[] {
  const groups = groupsOf(text, model)
  const margin = marginOf(text, model) ?? indentOf(text)
  const byAnchor = new Map<PrismaField | undefined, Row[]>()
  for (const field of fields) {
    const row = { name: field.name, type: field.type, rest: field.attributes ?? '' }
    const anchor = anchorOf(model, field, isRelation)
    byAnchor.set(anchor, [...(byAnchor.get(anchor) ?? []), row])
  }
  const groupOf = (anchor: PrismaField | undefined): Group =>
    groups.find((one) => one.some(({ field }) => field === anchor)) ?? []
  const edits = [...byAnchor].map(([anchor, rows]): TextEdit => {
    const group = groupOf(anchor)
    const mine = [...byAnchor].flatMap(([other, more]) => (groupOf(other) === group ? more : []))
    const widths = isAligned(group) ? widthsOf([...group, ...mine, ...rows]) : { name: 0, type: 0 }
    const open = text.indexOf('{', offsetOf(text, model.location)) + 1
    const at = anchor ? fieldEnd(text, anchor) : open
    return { from: at, to: at, text: rows.map((row) => `\n${margin}${written(row, widths)}`).join('') }
  })
  for (const group of groups) {
    const mine = [...byAnchor].flatMap(([anchor, rows]) => (groupOf(anchor) === group ? rows : []))
    if (mine.length > 0 && isAligned(group)) edits.push(...aligned(group, widthsOf([...group, ...mine])))
  }
  return edits
}

function anchorOf(
  { name, fields }: PrismaModel,
  { after, type }: NewField,
  isRelation: (type: string) => boolean,
): PrismaField | undefined {
  if (after !== undefined) {
    const found = fields.find((one) => one.name === after)
    if (!found)
      throw new UserError(`${name} has no field \`${after}\`.`, 'Name a field that is in the model.')
    return found
  }
  const relation = isRelation(type)
  return fields.findLast((one) => isRelation(one.type) === relation) ?? fields.at(-1)
}

/**
 * Adds a model or an enum, given as text, at the end of a file of the schema, or makes the file. A block that is there
 * with all its fields or values is left alone, wherever it is; throws a UserError when its name, or the name of its table,
 * is taken by another.
 */
export function addBlock(
  files: readonly SchemaText[],
  file: string,
  block: string,
): { edits: Edit[]; creates: NewFile[] } {
  const schema = readSchema(files)
  const home = files.find((one) => one.file === file)
  const indent = indentOf((home ?? files[0])?.text ?? '')
  const text = arranged(block, indent, schema)
  if (isBlockThere(schema, text)) return { edits: [], creates: [] }
  if (!home) return { edits: [], creates: [{ file, text: `${text}\n` }] }
  const end = home.text.trimEnd().length
  const lead = end === 0 ? '' : '\n\n'
  const tail = end === home.text.length ? '\n' : ''
  return { edits: [{ file, from: end, to: end, text: `${lead}${text}${tail}` }], creates: [] }
}

function readSchema(files: readonly SchemaText[]): PrismaSchema {
  const schema = readPrismaSchema([...files])
  const [error] = schema.errors
  if (error)
    throw new UserError(
      `The Prisma schema cannot be edited: ${error.file}:${error.line} ${error.message}`,
      'Run `npx prisma validate`, and repair what it says.',
    )
  return schema
}

/** A block as `prisma format` writes it, with the schema of Postgres where every model names one. */
function arranged(block: string, indent: string, { models, datasource }: PrismaSchema): string {
  const read = readPrismaSchema([{ file: 'block', text: block }])
  if (read.errors.length > 0) throw new Error(`This is not a block of a Prisma schema: ${block}`)
  let text = block.trim()
  const { models: made, enums } = readPrismaSchema([{ file: 'block', text }])
  for (const model of made)
    text = edited(
      text,
      groupsOf(text, model).flatMap((group) => aligned(group, widthsOf(group))),
    )
  const width = Math.max(0, ...enums.flatMap(({ values }) => values.map(({ name }) => name.length)))
  if (enums.length > 0)
    text = text.replace(
      /^( +)(\w+) +@(?!@)/gm,
      (_, margin: string, name: string) => `${margin}${name.padEnd(width)} @`,
    )
  const named = models.flatMap(({ schema }) => schema ?? []).sort()
  if ((datasource?.schemas.length ?? 0) > 0 && !/@@schema\(/.test(text))
    text = text.replace(
      /\n\}$/,
      `\n\n  @@schema(${JSON.stringify(mostFrequent(named) ?? datasource?.schemas[0])})\n}`,
    )
  return text.replace(/^(?: {2})+/gm, (blanks) => indent.repeat(blanks.length / 2))
}

function mostFrequent(values: readonly string[]): string | undefined {
  const count = (value: string): number => values.filter((one) => one === value).length
  return values.toSorted((a, b) => count(b) - count(a))[0]
}

function isBlockThere(schema: PrismaSchema, block: string): boolean {
  const made = readPrismaSchema([{ file: 'block', text: block }])
  const [fresh] = [...made.models, ...made.enums, ...made.types, ...made.views]
  if (!fresh) throw new Error(`This is not a model or an enum: ${block}`)
  const all = [...schema.models, ...schema.enums, ...schema.types, ...schema.views]
  const same = all.find(({ name }) => name === fresh.name)
  if (same) {
    if (holds(same, fresh)) return true
    throw taken(`The Prisma schema has a block \`${fresh.name}\` already, in ${same.location.file}`)
  }
  const tableOf = (one: typeof fresh): string => `${one.schema ?? ''}.${one.map ?? one.name}`
  const other = all.find((one) => tableOf(one) === tableOf(fresh))
  if (other) throw taken(`The name \`${fresh.map ?? fresh.name}\` in the database belongs to ${other.name}`)
  return false
}

/** Everything of the other is there; its users may have added to it. */
function holds(block: PrismaModel | PrismaEnum, other: PrismaModel | PrismaEnum): boolean {
  const namesOf = (one: PrismaModel | PrismaEnum): string[] =>
    'values' in one
      ? one.values.map(({ name }) => name)
      : one.fields.map((field) => `${field.name} ${typeOf(field)}`)
  const present = new Set(namesOf(block))
  return namesOf(other).every((name) => present.has(name))
}
