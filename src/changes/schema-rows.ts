/** Fields of a Prisma model as the rows of a table: `prisma format` aligns those between two blank lines. */
import type { PrismaField, PrismaModel } from '../source/prisma-schema.ts'
import { lineEnd, marginAt, offsetOf, type TextEdit } from './layout.ts'
import { attributeEnd } from './schema-edits.ts'

/** One field, as it stands in a line. */
export interface Row {
  name: string
  type: string
  /** Attributes and comment; empty when there are none. */
  rest: string
}

interface Placed extends Row {
  field: PrismaField
  /** Of the name. */
  start: number
  /** Blanks between name and type, and behind the type. */
  gaps: [number, number]
}

/** Rows of a model that stand together. */
export type Group = Placed[]

const shape = /^(\S+)([ \t]+)((?:Unsupported\("(?:[^"\\\n]|\\.)*"\)|[\w.]+)(?:\[\]|\?)?)([ \t]*)(.*)$/

/** Rows by group, in the order of the text. A field that is written in another way is in no group. */
export function groupsOf(text: string, { fields }: PrismaModel): Group[] {
  const groups: Group[] = []
  let end: number | undefined
  for (const field of fields) {
    const start = offsetOf(text, field.location)
    const match = shape.exec(text.slice(start, lineEnd(text, start)))
    const apart = end === undefined || /\n[ \t]*\r?\n/.test(text.slice(end, start))
    end = fieldEnd(text, field)
    if (!match) continue
    const [, name = '', before = '', type = '', after = '', rest = ''] = match
    const row = {
      name,
      type,
      rest: rest.trimEnd(),
      field,
      start,
      gaps: [before.length, after.length],
    } satisfies Placed
    if (apart) groups.push([row])
    else groups.at(-1)?.push(row)
  }
  return groups
}

/** Behind the last line of a field. */
export function fieldEnd(text: string, field: PrismaField): number {
  const last = field.attributes.at(-1)
  return lineEnd(
    text,
    last ? attributeEnd(text, offsetOf(text, last.location)) : offsetOf(text, field.location),
  )
}

interface Widths {
  name: number
  type: number
}

/** A column is as wide as its widest cell; the last cell of a row is not padded, and does count. */
export function widthsOf(rows: readonly Row[]): Widths {
  return {
    name: Math.max(0, ...rows.map(({ name }) => name.length)),
    type: Math.max(0, ...rows.map(({ type }) => type.length)),
  }
}

export function written({ name, type, rest }: Row, widths: Widths): string {
  const padded = isPadded(rest) ? type.padEnd(widths.type) : type
  return [name.padEnd(widths.name), padded, ...(rest === '' ? [] : [rest])].join(' ')
}

/** A comment follows the type at once. */
const isPadded = (rest: string): boolean => rest !== '' && !rest.startsWith('//')

/** The group stands as `prisma format` would have it. */
export function isAligned(group: Group): boolean {
  return aligned(group, widthsOf(group)).length === 0
}

/** The edits after which the rows have these widths. */
export function aligned(group: Group, widths: Widths): TextEdit[] {
  return group.flatMap(({ name, type, rest, start, gaps: [before, after] }) => {
    const from = start + name.length
    const typeEnd = from + before + type.length
    return [
      ...gap(from, before, widths.name - name.length + 1),
      ...(isPadded(rest) ? gap(typeEnd, after, widths.type - type.length + 1) : []),
    ]
  })
}

const gap = (from: number, present: number, wanted: number): TextEdit[] =>
  present === wanted ? [] : [{ from, to: from + present, text: ' '.repeat(wanted) }]

/** Blanks in front of the fields of a model. */
export function marginOf(text: string, { fields: [first] }: PrismaModel): string | undefined {
  return first && marginAt(text, offsetOf(text, first.location))
}
