import type { Finding, Location, Severity } from '../core/finding.ts'
import type { Coverage } from '../core/report.ts'

export const severityOrder: readonly Severity[] = ['error', 'warning', 'info']

/** What a reader is shown: open findings, and those that are only possible when `all` is wanted. */
export function visible(findings: readonly Finding[], all: boolean): Finding[] {
  return findings.filter(
    (finding) =>
      !finding.suppressed &&
      (all
        ? finding.certainty !== 'refuted'
        : finding.certainty === 'likely' || finding.certainty === 'proven'),
  )
}

/** `3 possible findings not shown (--all), 1 suppressed`; empty when nothing is hidden. */
export function hidden(findings: readonly Finding[], all: boolean): string {
  const possible = findings.filter((one) => !one.suppressed && one.certainty === 'possible').length
  const suppressed = findings.filter((one) => one.suppressed).length
  const parts: string[] = []
  if (possible > 0 && !all) parts.push(`${plural(possible, 'possible finding')} not shown (review --all)`)
  if (suppressed > 0) parts.push(`${suppressed} suppressed`)
  return parts.join(', ')
}

/** `2 errors, 1 warning`; `no findings`. */
export function tally(findings: readonly Finding[]): string {
  const parts = severityOrder.flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length
    return count === 0 ? [] : [severity === 'info' ? `${count} info` : plural(count, severity)]
  })
  return parts.length > 0 ? parts.join(', ') : 'no findings'
}

/** What was looked at, so that "found nothing" can be told from "looked at nothing". */
export function looked(coverage: Coverage): string {
  const parts = [
    `${plural(coverage.files, 'file')} (${plural(coverage.lines, 'line')})`,
    plural(coverage.endpoints, 'endpoint'),
    plural(coverage.queries, 'query'),
    plural(coverage.models, 'model'),
  ]
  if (coverage.faults > 0) parts.push(plural(coverage.faults, 'kind of fault', 'kinds of fault'))
  return parts.join(', ')
}

export function plural(count: number, one: string, many?: string): string {
  const number = String(count).replace(/\B(?=(\d{3})+$)/g, ',')
  if (count === 1) return `${number} ${one}`
  return `${number} ${many ?? (one.endsWith('y') ? `${one.slice(0, -1)}ies` : `${one}s`)}`
}

export function place(location: Location): string {
  return `${location.file}:${location.line}`
}

/** Text from a project, made safe for a terminal: no escape sequences and no other control characters. */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (char) => (char === '\n' ? char : '\ufffd'))
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim()
}

export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}
