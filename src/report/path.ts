/** The path of a finding as code, for a terminal and for Markdown. */
import type { Excerpt, FindingPath } from '../core/report.ts'
import { oneLine, place, printable, shorten } from './wording.ts'

/** Longer lines of code are cut. */
const longest = 110

/** Numbered lines; the place itself has an arrow, and what is said of a line stands behind it. */
export function excerptLines({ location, lines }: Excerpt): string[] {
  const width = String(lines.at(-1)?.line ?? 0).length
  return lines.map(({ line, text, mark }) => {
    const pointer = line === location.line ? '>' : ' '
    const said = mark === undefined ? '' : `  ← ${mark}`
    return `${pointer} ${String(line).padStart(width)} | ${shorten(printable(text), longest)}${said}`.trimEnd()
  })
}

/** The parts of a path: a title, and what is in it. */
export function pathParts(path: FindingPath): { title: string; items: { text: string; code: string[] }[] }[] {
  const plain = (texts: readonly string[]) => texts.map((text) => ({ text: oneLine(text), code: [] }))
  const guards = path.guards.map((one) => ({
    text: oneLine(`${place(one.location)} ${one.text}`),
    code: excerptLines(one),
  }))
  return [
    {
      title: 'The path',
      items: path.hops.map((hop) => ({
        text: oneLine(`${place(hop.location)} ${hop.note}`),
        code: excerptLines(hop),
      })),
    },
    {
      title: 'What the caller was asked for by then',
      items: guards.length > 0 ? guards : plain(['nothing that was seen']),
    },
    { title: 'What it is given', items: plain(path.inputs) },
    { title: 'What would make it silent', items: plain(path.silent) },
  ].filter(({ items }) => items.length > 0)
}
