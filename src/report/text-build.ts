/** What a terminal shows of `build`. */
import type { Report } from '../core/report.ts'
import {
  addedRows,
  attackRows,
  attackTally,
  checkRows,
  decisionRows,
  nextRows,
  orderedAttacks,
  questionRows,
  type Row,
} from './build-lines.ts'
import type { Paint, Style } from './paint.ts'
import { table } from './table.ts'
import { evidenceLines } from './text-evidence.ts'
import { oneLine, printable } from './wording.ts'

interface Look {
  paint: Paint
  width: number
}

/** Before the diff: what a reader checks first. */
export function plannedText(report: Report, look: Look): string[] {
  return [
    block('Decisions', ['about', 'choice', 'because'], decisionRows(report), look),
    block('Questions', ['question', 'answer', 'else'], questionRows(report), look),
    block('Adds', ['what', 'name', 'why'], addedRows(report), look),
  ]
}

/** Behind the diff: what was seen, and what is left to do. */
export function provenText(report: Report, look: Look): string[] {
  return [
    block('Checks', ['verdict', 'check', 'why'], checkRows(report), look),
    ...checkRows(report).flatMap(({ check }) =>
      check.log === undefined ? [] : [logText(check.name, check.log)],
    ),
    block(
      report.attacks ? `Attacks (${attackTally(report)})` : '',
      ['verdict', 'attack', 'why'],
      attackRows(report),
      look,
    ),
    ...brokenText(report, look),
  ]
}

export function nextText(report: Report, look: Look): string {
  const rows = nextRows(report)
  if (rows.length === 0) return ''
  const lines = rows.map(
    ({ what, why }) => `  ${printable(what)}${why === '' ? '' : look.paint('dim', `  # ${oneLine(why)}`)}`,
  )
  return [look.paint('bold', 'Next'), ...lines].join('\n')
}

function block(title: string, header: string[], rows: readonly Row[], look: Look): string {
  if (rows.length === 0) return ''
  const cells = rows.map(({ about, what, why }) => [oneLine(about), oneLine(what), oneLine(why)])
  return `${look.paint('bold', title)}\n${table(header, cells, look)}`
}

/** As it came: a log is read by those who know its tool. */
function logText(name: string, log: string): string {
  const lines = printable(log).trimEnd().split('\n')
  return [`${name} printed:`, ...lines.map((line) => `  ${line}`)].join('\n')
}

/** Requests of the attacks that were not withstood. */
function brokenText(report: Report, look: Look): string[] {
  const style: Style = 'red'
  return orderedAttacks(report)
    .filter(({ verdict }) => verdict === 'broken' || verdict === 'inconclusive')
    .map(({ verdict, title, evidence }) =>
      [`${look.paint(style, verdict)} ${oneLine(title)}`, ...evidenceLines(evidence, look)].join('\n'),
    )
}
