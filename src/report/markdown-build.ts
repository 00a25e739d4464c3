/** `build` in Markdown. */
import type { Report } from '../core/report.ts'
import {
  addedRows,
  attackRows,
  attackTally,
  checkRows,
  decisionRows,
  nextRows,
  questionRows,
  type Row,
} from './build-lines.ts'
import { code, prose, table } from './markdown-text.ts'
import { printable } from './wording.ts'

export const plannedBlocks = (report: Report): string[] => [
  ...block('Decisions', ['about', 'choice', 'because'], decisionRows(report)),
  ...block('Questions', ['question', 'answer', 'else'], questionRows(report)),
  ...block('Adds', ['what', 'name', 'why'], addedRows(report)),
]

export const provenBlocks = (report: Report): string[] => [
  ...block('Checks', ['verdict', 'check', 'why'], checkRows(report)),
  ...checkRows(report).flatMap(({ check }) =>
    check.log === undefined ? [] : [`${prose(check.name)} printed:`, fenced(check.log)],
  ),
  ...(report.attacks && report.attacks.length > 0
    ? block(`Attacks (${attackTally(report)})`, ['verdict', 'attack', 'why'], attackRows(report))
    : []),
]

export function nextBlocks(report: Report): string[] {
  const rows = nextRows(report)
  if (rows.length === 0) return []
  return ['## Next', rows.map(({ what, why }, at) => `${at + 1}. ${code(what)} ${prose(why)}`).join('\n')]
}

function block(title: string, header: string[], rows: readonly Row[]): string[] {
  if (rows.length === 0) return []
  return [
    `## ${title}`,
    table(
      header,
      rows.map(({ about, what, why }) => [prose(about), prose(what), prose(why)]),
    ),
  ]
}

/** A fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${printable(text).trimEnd()}\n${fence}`
}
