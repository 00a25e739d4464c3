/** Edits of TypeScript that keep the style of the file. Fixes are written with these. */
import type { Edit } from '../core/change.ts'
import { readShape, type Shape } from '../source/read-shape.ts'
import type { Member, ObjectShape, Range } from '../source/shape.ts'
import { lineEnd, lineStart, marginAt, removal, restIsComment, standsAlone } from './layout.ts'
import { inStyle, type Style, styleOf } from './style.ts'

/** A file that is about to be edited. `shape` tells where its parts are. */
export interface SourceFile {
  file: string
  /** Without a byte order mark. */
  text: string
  shape: Shape
  style: Style
}

/** `undefined` when the file does not parse: nobody edits what he cannot read. */
export function openSource(file: string, text: string): SourceFile | undefined {
  const shape = readShape(file, text)
  return shape && { file, text, shape, style: styleOf(text, shape) }
}

/** Puts other code in the place of an expression. Parentheses around it stay. */
export function replaceExpression(
  { file, text, style }: SourceFile,
  { start, end }: Range,
  code: string,
): Edit[] {
  return [{ file, from: start, to: end, text: inStyle(code, 'expression', style, marginAt(text, start)) }]
}

/** Adds `userId: session.user.id` or `...scope` behind the other members of an object literal. */
export function insertProperty(source: SourceFile, object: ObjectShape, code: string): Edit[] {
  return insertItem(source, object, object.members, (margin) =>
    inStyle(code, 'members', source.style, margin),
  )
}

/** Sets the value of a member, or adds the member. */
export function setProperty(source: SourceFile, object: ObjectShape, key: string, code: string): Edit[] {
  const member = object.members.find((one) => one.key === key)
  if (!member) return insertProperty(source, object, `${key}: ${code}`)
  if (!member.shorthand) return replaceExpression(source, member.value, code)
  const value = inStyle(code, 'expression', source.style, marginAt(source.text, member.start))
  return [{ file: source.file, from: member.end, to: member.end, text: `: ${value}` }]
}

/** Adds an item to a list in braces, as its other items stand: each on a line of its own, or all on one. */
export function insertItem(
  { file, text, style }: SourceFile,
  list: Range,
  items: readonly Range[],
  write: (margin: string) => string,
): Edit[] {
  const last = items.at(-1)
  const margin = marginAt(text, list.start)
  if (!last) {
    const tall = text.slice(list.start, list.end).includes('\n')
    const inner = margin + style.indent
    const comma = style.trailingCommas ? ',' : ''
    const item = tall ? `\n${inner}${write(inner)}${comma}\n${margin}` : ` ${write(margin)} `
    const hasComment = text.slice(list.start + 1, list.end - 1).trim() !== ''
    if (!hasComment) return [{ file, from: list.start + 1, to: list.end - 1, text: item }]
    return [
      {
        file,
        from: list.end - 1,
        to: list.end - 1,
        text: tall ? `${style.indent}${item.trim()}\n${margin}` : item,
      },
    ]
  }
  const comma = commaAfter(text, last.end, list.end)
  const tall = text.slice(list.start, items[0]?.start ?? last.start).includes('\n')
  if (!tall) {
    const at = comma ?? last.end
    return [
      { file, from: at, to: at, text: comma === undefined ? `, ${write(margin)}` : ` ${write(margin)},` },
    ]
  }
  const inner = marginAt(text, items[0]?.start ?? last.start)
  const at = comma ?? last.end
  // A comment behind the last item belongs to it.
  const end = restIsComment(text, at) ? lineEnd(text, at) : at
  const item = `\n${inner}${write(inner)}${comma === undefined ? '' : ','}`
  if (comma !== undefined) return [{ file, from: end, to: end, text: item }]
  if (end === last.end) return [{ file, from: end, to: end, text: `,${item}` }]
  return [
    { file, from: last.end, to: last.end, text: ',' },
    { file, from: end, to: end, text: item },
  ]
}

/** Removes a member with its comma, and with its line where it has one. */
export function removeMember({ file, text }: SourceFile, object: ObjectShape, member: Member): Edit[] {
  const index = object.members.findIndex((one) => one.start === member.start)
  const before = object.members[index - 1]
  const comma = commaAfter(text, member.end, object.end)
  const end = comma ?? member.end
  if (standsAlone(text, { start: member.start, end })) {
    const edits = [{ file, ...removal(text, { start: member.start, end }) }]
    // Without its successor, the one before would get a comma that the file does not use.
    if (comma !== undefined || !before) return edits
    const between = commaAfter(text, before.end, member.start)
    return between === undefined ? edits : [{ file, from: between - 1, to: between, text: '' }, ...edits]
  }
  if (comma !== undefined && object.members[index + 1]) {
    const blanks = /^[ \t]*/.exec(text.slice(comma))?.[0].length ?? 0
    return [{ file, from: member.start, to: comma + blanks, text: '' }]
  }
  return [
    {
      file,
      from: before?.end ?? member.start,
      to: before && comma !== undefined ? comma - 1 : member.end,
      text: '',
    },
  ]
}

/** Puts statements on lines of their own behind a statement, as deep as it is. */
export function insertStatementAfter(
  { file, text, style }: SourceFile,
  { start, end }: Range,
  code: string,
): Edit[] {
  const margin = marginAt(text, start)
  const at = restIsComment(text, end) ? lineEnd(text, end) : end
  return [{ file, from: at, to: at, text: `\n${margin}${inStyle(code, 'statements', style, margin)}` }]
}

/** Puts statements on lines of their own before a statement; comments above it stay with it when they touch it. */
export function insertStatementBefore(
  { file, text, style }: SourceFile,
  { start }: Range,
  code: string,
): Edit[] {
  const margin = marginAt(text, start)
  let at = lineStart(text, start)
  if (text.slice(at, start).trim() !== '') at = start
  else
    while (/^[ \t]*(?:\/\/|\/\*|\*)/.test(text.slice(lineStart(text, at - 1), at)) && at > 0)
      at = lineStart(text, at - 1)
  const lead = at === start ? '' : margin
  return [
    {
      file,
      from: at,
      to: at,
      text: `${lead}${inStyle(code, 'statements', style, margin)}\n${at === start ? margin : ''}`,
    },
  ]
}

/** Puts statements at the start of a block, given with its braces; behind directives such as `'use server'`. */
export function insertFirst({ file, text, style, shape }: SourceFile, block: Range, code: string): Edit[] {
  const directive = /^\{\s*(['"])use \w+\1;?/.exec(text.slice(block.start))?.[0]
  const at = block.start + (directive?.length ?? 1)
  const first = shape.statements().find((one) => one.start >= at && one.end <= block.end)
  const margin =
    first && text.slice(block.start, first.start).includes('\n')
      ? marginAt(text, first.start)
      : marginAt(text, block.start) + style.indent
  const written = `\n${margin}${inStyle(code, 'statements', style, margin)}`
  const oneLine = !text.slice(at, block.end).includes('\n')
  const rest = text.slice(at, block.end - 1).trim()
  if (!oneLine) return [{ file, from: at, to: at, text: written }]
  const tail = rest === '' ? '' : `\n${margin}${rest}`
  return [{ file, from: at, to: block.end - 1, text: `${written}${tail}\n${marginAt(text, block.start)}` }]
}

/** Removes a part; when nothing else is on its lines, the lines too. */
export function removeRange({ file, text }: Pick<SourceFile, 'file' | 'text'>, range: Range): Edit[] {
  return [{ file, ...removal(text, range) }]
}

/** The offset behind the comma that follows; comments may stand before it. */
function commaAfter(text: string, at: number, end: number): number | undefined {
  const found = /^(?:\s|\/\/[^\n]*\n|\/\*(?:(?!\*\/)[\s\S])*\*\/)*,/.exec(text.slice(at, end))
  return found ? at + found[0].length : undefined
}
