/** What a terminal shows of proofs, evidence, changes and the matrix. */
import type { Evidence, Finding, PlanNode, PlanRun } from '../core/finding.ts'
import type { Matrix, Report, ReportedChange } from '../core/report.ts'
import {
  cellText,
  type DiffLine,
  diffLinesOf,
  durationText,
  exchangeText,
  flatPlan,
  gainText,
  nodeFacts,
  nodeName,
  orderedChanges,
  runText,
  seriesText,
} from './evidence.ts'
import type { Paint, Style } from './paint.ts'
import { table } from './table.ts'
import { oneLine, place, printable } from './wording.ts'
import { wrap } from './wrap.ts'

interface Look {
  paint: Paint
  width: number
}

/** Lines of a named field, beside a column of five. */
export function fieldLines(name: string, lines: readonly string[], { paint }: Look): string[] {
  return lines.map((line, index) => `  ${paint('dim', (index === 0 ? name : '').padEnd(5))} ${line}`)
}

export function proofLines({ proof }: Finding, look: Look): string[] {
  if (!proof) return []
  const lines = wrap(`${proof.verdict}: ${oneLine(proof.reason)}`, look.width - 8)
  const [first = '', ...rest] = lines
  const style: Style = proof.verdict === 'proven' ? 'red' : proof.verdict === 'refuted' ? 'green' : 'yellow'
  const marked = look.paint(style, proof.verdict) + first.slice(proof.verdict.length)
  const test = proof.test ? fieldLines('test', wrapped(proof.test.path, look), look) : []
  return [...fieldLines('proof', [marked, ...rest], look), ...test]
}

/** Paths through the code are the finding's own; this is what was seen when the application ran. */
export function evidenceLines(evidence: readonly Evidence[], look: Look): string[] {
  return evidence.flatMap((one) => linesOf(one, look))
}

function linesOf(one: Evidence, look: Look): string[] {
  switch (one.kind) {
    case 'trace':
      return []
    case 'exchange':
      return [
        ...fieldLines(
          'sent',
          one.exchanges.flatMap((exchange) => wrapped(exchangeText(exchange), look)),
          look,
        ),
        // Not wrapped: it is to be copied.
        ...fieldLines(
          'curl',
          one.reproduce.flatMap((line) => printable(line).split('\n')),
          look,
        ),
      ]
    case 'series':
      return fieldLines('grows', wrapped(seriesText(one), look), look)
    case 'plan': {
      const gain = gainText(one)
      return [
        ...fieldLines('sql', wrapped(`${one.sql} (${one.data})`, look), look),
        ...runLines(one.after ? 'was' : 'plan', one.before, '', look),
        ...(one.after ? runLines('now', one.after, ` with ${one.after.change}`, look) : []),
        ...(gain === '' ? [] : fieldLines('gain', [look.paint('green', gain)], look)),
      ]
    }
  }
}

function wrapped(text: string, { width }: Look): string[] {
  return wrap(oneLine(text), width - 8, { hang: 2 })
}

function runLines(name: string, run: PlanRun, suffix: string, look: Look): string[] {
  const nodes = flatPlan(run.plan).flatMap(({ node, depth }) =>
    wrap(oneLine(nodeText(node)), look.width - 10 - 2 * depth, { hang: 2 }).map(
      (line) => `${'  '.repeat(depth + 1)}${line}`,
    ),
  )
  return fieldLines(name, [...wrapped(`${runText(run)}${suffix}`, look), ...nodes], look)
}

function nodeText(node: PlanNode): string {
  return `${nodeName(node)}: ${nodeFacts(node)}${node.condition === undefined ? '' : `; ${node.condition}`}`
}

const statusStyle: Record<ReportedChange['status'], Style> = {
  applied: 'green',
  proven: 'green',
  planned: 'blue',
  withheld: 'yellow',
}

export function changesText(changes: readonly ReportedChange[], look: Look): string {
  return orderedChanges(changes)
    .map((change) => {
      const { paint, width } = look
      const [first = '', ...rest] = wrap(`${change.status} ${oneLine(change.title)}`, width, { hang: 2 })
      const words = first.slice(change.status.length)
      const reason = fieldLines('for', wrapped(change.reason, look), look)
      const why = fieldLines('why', wrapped(change.why, look), look)
      const cures =
        change.findings.length > 0 ? fieldLines('cures', wrapped(change.findings.join(', '), look), look) : []
      return [
        paint(statusStyle[change.status], change.status) + paint('bold', words),
        ...rest.map((line) => paint('bold', line)),
        ...reason,
        ...why,
        ...cures,
        ...diffLines(change.diff, look),
        ...evidenceLines(change.evidence, look),
      ].join('\n')
    })
    .join('\n\n')
}

const diffStyle: Record<DiffLine['kind'], Style | undefined> = {
  file: 'bold',
  hunk: 'cyan',
  added: 'green',
  removed: 'red',
  same: undefined,
}

/** As it is, so that it can be copied: a diff is not wrapped. */
function diffLines(diff: string, { paint }: Look): string[] {
  return diffLinesOf(printable(diff)).map(({ kind, text }) => {
    const style = diffStyle[kind]
    return `  ${style ? paint(style, text) : text}`
  })
}

export function matrixText({ identities, rows }: Matrix, look: Look): string {
  const lines = rows.map(({ endpoint, cells }) => [endpoint, ...cells.map((cell) => cellText[cell])])
  return `${look.paint('bold', 'Who can do what')}\n${table(['endpoint', ...identities.map(oneLine)], lines, look)}`
}

/** What was suspected and is not so. */
export function refutedText(findings: readonly Finding[], look: Look): string {
  const refuted = findings.filter((one) => one.certainty === 'refuted' && !one.suppressed)
  if (refuted.length === 0) return ''
  const lines = refuted.flatMap((one) =>
    wrap(
      oneLine(`${one.subject} ${place(one.location)}: ${one.proof?.reason ?? one.found}`),
      look.width - 2,
      { hang: 2 },
    ),
  )
  return `${look.paint('bold', 'Refuted')}\n${lines.map((line) => `  ${line}`).join('\n')}`
}

/** `read 0.8 s, build 31.2 s` */
export function phasesText(phases: NonNullable<Report['phases']>, { paint, width }: Look): string {
  const words = phases.map(({ name, ms }) => `${oneLine(name)} ${durationText(ms)}`).join(', ')
  return wrap(words, width)
    .map((line) => paint('dim', line))
    .join('\n')
}
