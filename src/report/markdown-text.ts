/** Text of the project in Markdown: nothing in it is markup. */
import { oneLine, printable } from './wording.ts'

export function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell || '-').join(' | ')} |`
  return [`| ${header.join(' | ')} |`, line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/**
 * Words of the project as Markdown text: no HTML, no table cell of its own, no link and nobody who is notified; its backticks
 * stay code.
 */
export function prose(value: string): string {
  return oneLine(value)
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.length > 1 && part.startsWith('`') ? part : unlinked(part.replace(/[<>[\]*_\\]/g, escaped)),
    )
    .join('')
    .replace(/\|/g, '\\|')
}

/** GitHub makes links of addresses, `@names` and `#numbers` by itself; a comment between keeps it from that. */
const unlinked = (text: string): string =>
  text.replace(/@(?=\w)|:(?=\/\/)|#(?=\d)|\bwww(?=\.)/g, (mark) => `${mark}<!-- -->`)

function escaped(char: string): string {
  if (char === '<') return '&lt;'
  if (char === '>') return '&gt;'
  return `\\${char}`
}

export function code(value: string): string {
  return `\`${oneLine(value).replace(/`/g, "'").replace(/\|/g, '\\|')}\``
}

/** A block of code, fenced with more backticks than are in it. */
export function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${printable(text).replace(/\n$/, '')}\n${fence}`
}
