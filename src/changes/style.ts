/** How a file is written, and code rewritten so. */

import { readShape, type Shape } from '../source/read-shape.ts'
import type { Range } from '../source/shape.ts'
import { indentOf } from './layout.ts'

export interface Style {
  quote: "'" | '"'
  semicolons: boolean
  /** One step of indentation. */
  indent: string
  /** A comma after the last item of a list over several lines. */
  trailingCommas: boolean
}

/** Read from the file itself; where it says nothing, as Prettier does, with single quotes. */
export function styleOf(text: string, shape: Shape): Style {
  const strings = shape.strings().filter((one) => !one.inJsx)
  const double = strings.filter((one) => text[one.start] === '"').length
  const statements = shape.statements().filter((one) => one.ends)
  const closed = statements.filter((one) => text[one.end - 1] === ';').length
  const tall = shape.lists().filter((one) => text.slice(one.last, one.end).includes('\n'))
  const commas = tall.filter((one) => /^\s*,/.test(text.slice(one.last))).length
  return {
    quote: double * 2 > strings.length ? '"' : "'",
    semicolons: statements.length === 0 || closed * 2 >= statements.length,
    indent: indentOf(text),
    trailingCommas: commas * 2 >= tall.length,
  }
}

const wrappers = {
  statements: ['async function* f() {\n', '\n}'],
  /** Items of an object literal. */
  members: ['({\n', '\n})'],
  expression: ['(\n', '\n)'],
  /** `import` and `export`, which stand nowhere but at the top. */
  module: ['\n', '\n'],
} as const

/**
 * Code in the style of a file. It is given with two spaces of indentation, single quotes and no semicolons. `margin` goes
 * in front of every line but the first. Throws when the code does not parse: that is a mistake of who wrote the fix.
 */
export function inStyle(code: string, kind: keyof typeof wrappers, style: Style, margin: string): string {
  const [open, close] = wrappers[kind]
  const wrapped = `${open}${code}${close}`
  const shape = readShape('code.tsx', wrapped)
  if (!shape) throw new Error(`This is not TypeScript: ${code}`)
  const changes: { at: Range; text: string }[] = []
  for (const one of shape.strings()) {
    const raw = wrapped.slice(one.start + 1, one.end - 1)
    if (!one.inJsx && !/['"\\]/.test(raw))
      changes.push({ at: one, text: `${style.quote}${raw}${style.quote}` })
  }
  for (const { start, end, ends } of shape.statements()) {
    const inside = start >= open.length && end <= wrapped.length - close.length
    if (style.semicolons && ends && inside && wrapped[end - 1] !== ';')
      changes.push({ at: { start: end, end }, text: ';' })
  }
  const templates = shape.templates()
  for (const { index } of wrapped.matchAll(/\n(?=[^\n])/g)) {
    if (index < open.length || index >= open.length + code.length) continue
    if (templates.some((one) => one.start < index && index < one.end)) continue
    const spaces = /^ */.exec(wrapped.slice(index + 1))?.[0].length ?? 0
    const indent = margin + style.indent.repeat(spaces / 2)
    changes.push({ at: { start: index + 1, end: index + 1 + spaces }, text: indent })
  }
  let result = wrapped
  for (const { at, text } of changes.sort((a, b) => b.at.start - a.at.start || b.at.end - a.at.end))
    result = result.slice(0, at.start) + text + result.slice(at.end)
  return result.slice(open.length, result.length - close.length)
}
