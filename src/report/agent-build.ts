/** `build` for a language model: one line per fact. */
import type { Report } from '../core/report.ts'
import { addedRows, attackRows, checkRows, decisionRows, questionRows, type Row } from './build-lines.ts'
import { oneLine } from './wording.ts'

const line = (name: string, { about, what, why }: Row): string =>
  oneLine(`${name} ${about}: ${what}${why === '' ? '' : `. ${why}`}`)

export const decisionLines = (report: Report): string[] => [
  ...decisionRows(report).map((row) => line('decided', row)),
  ...questionRows(report).map((row) => line('asked', row)),
  ...addedRows(report).map((row) => line('adds', row)),
]

/** What failed comes first; the end of its log follows. */
export const checkLines = (report: Report): string[] =>
  checkRows(report)
    .sort((a, b) => Number(b.about === 'failed') - Number(a.about === 'failed'))
    .flatMap((row) => [
      line('check', row),
      ...(row.check.verdict === 'failed' ? (row.check.log ?? '').split('\n').slice(-15) : [])
        .filter((text) => text.trim() !== '')
        .map((text) => oneLine(`  ${text}`)),
    ])

export const attackLines = (report: Report): string[] => attackRows(report).map((row) => line('attack', row))
