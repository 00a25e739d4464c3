import type { Paint } from './paint.ts'
import { oneLine } from './wording.ts'
import { longestPart, wrap } from './wrap.ts'

const gap = 2
/** Rows that are measured to share out the width; more would cost time and change nothing. */
const measured = 120

export interface TableOptions {
  paint: Paint
  width: number
  indent?: number
}

/** Columns that share the width; where they cannot, each row becomes a short paragraph. */
export function table(header: string[], rows: string[][], options: TableOptions): string {
  const { paint, width, indent = 2 } = options
  const clean = rows.map((row) => row.map(oneLine))
  const widths = columnWidths(header, clean, width - indent - gap * (header.length - 1))
  if (!widths) return paragraphs(header, clean, options)
  const line = (cells: string[]): string =>
    `${' '.repeat(indent)}${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' '.repeat(gap))}`.trimEnd()
  const body = clean.flatMap((row) => {
    const cells = row.map((cell, column) => lines(cell, widths[column] ?? 0, column))
    const height = Math.max(...cells.map((cell) => cell.length))
    return Array.from({ length: height }, (_, index) => line(cells.map((cell) => cell[index] ?? '')))
  })
  return [paint('dim', line(header)), ...body].join('\n')
}

/** True when every row fits on one line. */
export function fitsWithoutWrapping(header: string[], rows: string[][], width: number): boolean {
  const needed = naturalWidths(header, rows).reduce((sum, one) => sum + one, 0)
  return needed <= width - 2 - gap * (header.length - 1)
}

/** Where the first column goes on is indented, so that a row can be told from the one above. */
function lines(cell: string, width: number, column: number): string[] {
  return wrap(cell, width, { breakPaths: true, hang: column === 0 && width > 12 ? 2 : 0 })
}

function naturalWidths(header: string[], rows: string[][]): number[] {
  return header.map((title, column) =>
    rows.reduce((longest, row) => Math.max(longest, (row[column] ?? '').length), title.length),
  )
}

function columnWidths(header: string[], rows: string[][], available: number): number[] | undefined {
  const natural = naturalWidths(header, rows)
  const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0)
  if (sum(natural) <= available) return natural
  const step = Math.max(1, Math.ceil(rows.length / measured))
  const sample = rows.filter((_, index) => index % step === 0)
  // A long name is broken at its joints before a column goes below what can be read.
  for (const cap of [24, 20]) {
    const least = header.map((title, column) => {
      const part = sample.reduce((longest, row) => Math.max(longest, longestPart(row[column] ?? '')), 0)
      return Math.min(natural[column] ?? 0, Math.max(title.length, Math.min(cap, part)))
    })
    const spare = available - sum(least)
    if (spare >= 0) return grown(least, natural, spare, sample)
  }
  return undefined
}

/** Gives the spare width to the columns in which each character saves most lines; tall cells weigh more. */
function grown(least: number[], natural: number[], spare: number, rows: string[][]): number[] {
  const widths = [...least]
  const known = new Map<string, number>()
  const cost = (column: number, width: number): number => {
    const key = `${column} ${width}`
    const before = known.get(key)
    if (before !== undefined) return before
    const squares = rows.map((row) => lines(row[column] ?? '', width, column).length ** 2)
    // A row is known by its first column and its last: what it is and where.
    const weight = column === 0 || column === least.length - 1 ? 2 : 1
    const total = weight * squares.reduce((sum, one) => sum + one, 0)
    known.set(key, total)
    return total
  }
  for (let left = spare; left > 0; ) {
    let best = { column: -1, by: 0, gain: 0 }
    for (const [column, width] of widths.entries()) {
      const now = cost(column, width)
      for (let by = 1; by <= Math.min(left, (natural[column] ?? 0) - width); by++) {
        const gain = (now - cost(column, width + by)) / by
        if (gain > best.gain) best = { column, by, gain }
      }
    }
    if (best.column < 0) break
    widths[best.column] = (widths[best.column] ?? 0) + best.by
    left -= best.by
  }
  return widths
}

/** The first cell, below it the others that say something, and the last, a place, on a line of its own. */
function paragraphs(header: string[], rows: string[][], { width, indent = 2 }: TableOptions): string {
  const inner = ' '.repeat(indent + 4)
  const inside = (words: string): string[] =>
    words === '' ? [] : wrap(words, width - inner.length).map((one) => inner + one)
  return rows
    .flatMap((row) => {
      const facts = row.flatMap((cell, index) =>
        index === 0 || index === row.length - 1 || cell === '' || cell === '-'
          ? []
          : [`${header[index]} ${cell}`],
      )
      return [
        ...wrap(row[0] ?? '', width - indent, { hang: 2 }).map((one) => ' '.repeat(indent) + one),
        ...inside(facts.join(' · ')),
        ...inside(row.at(-1) ?? ''),
      ]
    })
    .join('\n')
}
