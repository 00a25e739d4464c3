/**
 * Texts of ours inside of files that are somebody else's. What was inserted is known word for word, so that it can be
 * replaced and taken out again, and the rest of the file is as it was, byte for byte.
 */
import { applyEdits, getNodeValue, modify, type Node, type ParseError, parseTree } from 'jsonc-parser'
import type { Edit } from '../core/change.ts'
import { lineEndOf } from './edits.ts'

/** Where a text goes. Line ends are `\n`; they are written as the file has them. */
export interface Insertion {
  at: number
  text: string
}

/** Behind everything that is there, one empty line between. */
export function atEnd(present: string, block: string): Insertion {
  const lines = present.replaceAll('\r\n', '\n')
  const gap = lines === '' || lines.endsWith('\n\n') ? '' : lines.endsWith('\n') ? '\n' : '\n\n'
  return { at: present.length, text: `${gap}${block}\n` }
}

/** The line of the code fence that a Markdown text leaves open, and in which all that is put behind it would be code. */
export function openFence(markdown: string): number | undefined {
  let open: { line: number; mark: string } | undefined
  for (const [index, text] of markdown.split(/\r?\n/).entries()) {
    const [, mark = '', info = ''] = /^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*(`{3,}|~{3,})(.*)$/.exec(text) ?? []
    if (mark === '') continue
    if (!open) open = mark[0] === '`' && info.includes('`') ? undefined : { line: index + 1, mark }
    else if (mark.startsWith(open.mark) && info.trim() === '') open = undefined
  }
  return open?.line
}

/**
 * An entry as the first one of an object, so that no comment is parted from its line, of a JSON file, which may hold comments: `mcpServers`, `name`. `undefined` where the
 * file is no JSON object, cannot be read as one, or has an entry of this name already.
 */
export function inJson(present: string, parent: string, name: string, value: unknown): Insertion | undefined {
  const root = objectOf(present)
  if (!root) return undefined
  const home = memberOf(root, parent)
  if (home === undefined) return firstOf(present, root, parent, { [name]: value }, 0)
  if (home.type !== 'object' || memberOf(home, name)) return undefined
  return firstOf(present, home, name, value, 1)
}

/** What an entry of a JSON file holds; `undefined` where there is none. */
export function entryIn(present: string, parent: string, name: string): unknown {
  const root = objectOf(present)
  const home = root && memberOf(root, parent)
  const entry = home?.type === 'object' ? memberOf(home, name) : undefined
  return entry && getNodeValue(entry)
}

/** The text with another value for an entry, or without it: for an entry that was laid out anew since. */
export function withEntry(present: string, parent: string, name: string, value: unknown): string {
  const unit = unitOf(present)
  const formattingOptions = { insertSpaces: unit !== '\t', tabSize: unit.length, eol: lineEndOf(present) }
  return applyEdits(present, modify(present, [parent, name], value, { formattingOptions }))
}

const objectOf = (present: string): Node | undefined => {
  const errors: ParseError[] = []
  const root = parseTree(present, errors, { allowTrailingComma: true })
  return root?.type === 'object' && errors.length === 0 ? root : undefined
}

/** What an entry held when it was put in with this text, which may have its object around it. */
export function entryOf(inserted: string, parent: string, name: string): unknown {
  const root = objectOf(inserted.trimStart().startsWith('{') ? inserted : `{${inserted}}`)
  const home = root && memberOf(root, parent)
  const entry = home?.type === 'object' ? memberOf(home, name) : root && memberOf(root, name)
  return entry && getNodeValue(entry)
}

const unitOf = (present: string): string => /^([ \t]+)"/m.exec(present)?.[1] ?? '  '

const memberOf = (object: Node, name: string): Node | undefined =>
  object.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1]

function firstOf(present: string, object: Node, name: string, value: unknown, depth: number): Insertion {
  const unit = unitOf(present)
  const indent = unit.repeat(depth + 1)
  const json = JSON.stringify(value, null, unit).replaceAll('\n', `\n${indent}`)
  const comma = object.children?.length ? ',' : ''
  const entry = `\n${indent}${JSON.stringify(name)}: ${json}${comma}`
  const inside = object.offset + 1
  // What stands behind the brace on its line belongs to the brace.
  const [restOfLine] = /^[ \t]*(?:\/\/[^\r\n]*)?(?=\r?\n)/.exec(present.slice(inside)) ?? []
  if (restOfLine !== undefined) return { at: inside + restOfLine.length, text: entry }
  return { at: inside, text: `${entry}\n${comma === '' ? unit.repeat(depth) : indent}` }
}

/** The edit that puts the text in. */
export const put = (file: string, { at, text }: Insertion): Edit => ({ file, from: at, to: at, text })

/** The edit that puts another text in the place of one that was inserted; `undefined` where that is not there as it was. */
export function exchange(file: string, present: string, old: string, fresh: string): Edit | undefined {
  const written = old.replaceAll('\n', lineEndOf(present))
  const from = present.indexOf(written)
  return from < 0 ? undefined : { file, from, to: from + written.length, text: fresh }
}
