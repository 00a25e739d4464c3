import { styleText } from 'node:util'
import type { Finding, Severity } from '../core/finding.ts'
import type { Endpoint, EndpointKind, Guard, Model, ProjectMap } from '../core/map.ts'
import type { Explanation, Report } from '../core/report.ts'
import { hidden, looked, oneLine, place, printable, severityOrder, tally, visible } from './wording.ts'

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'blue' | 'green' | 'cyan'
export type Paint = (style: Style, text: string) => string

export const colour: Paint = (style, text) => (text === '' ? '' : styleText(style, text))
export const noColour: Paint = (_style, text) => text

export interface TextOptions {
  paint?: Paint
  /** Also show findings that are only possible. */
  all?: boolean
}

const severityStyle: Record<Severity, Style> = { error: 'red', warning: 'yellow', info: 'blue' }

const kindTitle: Record<EndpointKind, string> = {
  route: 'Routes',
  action: 'Server actions',
  page: 'Pages',
  'pages-api': 'API routes (pages/)',
  'pages-ssr': 'Pages with getServerSideProps',
  procedure: 'Procedures',
  resolver: 'GraphQL resolvers',
  hono: 'Hono routes',
  middleware: 'Middleware',
}

/** The report for a person at a terminal. */
export function text(report: Report, options: TextOptions = {}): string {
  const { paint = noColour, all = false } = options
  const shown = visible(report.findings, all)
  const blocks = [
    paint('bold', printable(report.headline)),
    report.map ? mapText(report.map, paint) : '',
    report.explanation ? explanationText(report.explanation, paint) : '',
    ...severityOrder.map((severity) => findingsText(shown, severity, paint)),
    problemsText(report, paint),
    paint('dim', lastLine(report, shown, all)),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function mapText(map: ProjectMap, paint: Paint): string {
  const blocks = [oneLine(map.stack.join(' · '))]
  for (const [kind, title] of Object.entries(kindTitle)) {
    const endpoints = map.endpoints.filter((endpoint) => endpoint.kind === kind)
    if (endpoints.length === 0) continue
    const rows = endpoints.map((endpoint) => endpointRow(endpoint))
    blocks.push(`${paint('bold', title)}\n${table(endpointHeader, rows, paint)}`)
  }
  if (map.models.length > 0) {
    const rows = map.models.map((model) => [model.name, model.role, ownerText(model), place(model.location)])
    blocks.push(`${paint('bold', 'Models')}\n${table(['model', 'role', 'belongs to', 'at'], rows, paint)}`)
  }
  if (map.conventions.length > 0) {
    const rows = map.conventions.map(({ topic, value, location }) => [
      topic,
      value,
      location ? place(location) : '',
    ])
    blocks.push(`${paint('bold', 'Conventions')}\n${table(['topic', 'habit', 'at'], rows, paint)}`)
  }
  return blocks.filter((block) => block !== '').join('\n\n')
}

const endpointHeader = ['endpoint', 'guard', 'validation', 'reads', 'writes', 'at']

function endpointRow(endpoint: Endpoint): string[] {
  const name = endpoint.method ? `${endpoint.method} ${endpoint.path}` : endpoint.path
  const unread = endpoint.unknown.length > 0 ? ' (partly unread)' : ''
  return [
    `${name}${unread}`,
    guardText(endpoint.guard),
    endpoint.validation.join(', ') || '-',
    endpoint.reads.join(', ') || '-',
    endpoint.writes.join(', ') || '-',
    place(endpoint.location),
  ]
}

export function guardText(guard: Guard): string {
  const by = [...guard.by.map((one) => one.name), ...(guard.proxy === undefined ? [] : [guard.proxy])]
  return by.length > 0 ? `${guard.level}: ${by.join(', ')}` : guard.level
}

export function ownerText(model: Model): string {
  if (model.role === 'user' || model.role === 'tenant') return '(itself)'
  const paths: string[] = []
  if (model.userPath?.length) paths.push(`user by ${model.userPath.join('.')}`)
  if (model.tenantPath?.length) paths.push(`tenant by ${model.tenantPath.join('.')}`)
  return paths.join(', ') || 'nobody'
}

function table(header: string[], rows: string[][], paint: Paint): string {
  const clean = rows.map((row) => row.map(oneLine))
  const widths = header.map((title, column) =>
    Math.min(48, Math.max(title.length, ...clean.map((row) => (row[column] ?? '').length))),
  )
  const line = (cells: string[]) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()
  return [paint('dim', line(header)), ...clean.map(line)].join('\n')
}

function findingsText(shown: Finding[], severity: Severity, paint: Paint): string {
  const findings = shown.filter((finding) => finding.severity === severity)
  return findings.map((finding) => findingText(finding, paint)).join('\n\n')
}

function findingText(finding: Finding, paint: Paint): string {
  const mark = paint(severityStyle[finding.severity], finding.severity)
  const certainty = finding.certainty === 'likely' ? '' : ` (${finding.certainty})`
  const lines = [
    `${mark}${certainty} ${paint('bold', oneLine(finding.subject))} ${paint('dim', oneLine(finding.fault))}`,
    `  ${paint('cyan', oneLine(place(finding.location)))}  ${paint('dim', finding.id)}`,
    field('found', finding.found, paint),
    field('why', finding.why, paint),
    field('do', finding.remedy, paint),
  ]
  for (const evidence of finding.evidence) {
    if (evidence.steps.length === 0) continue
    lines.push(`  ${paint('dim', 'path'.padEnd(5))} ${stepText(evidence.steps[0], paint)}`)
    for (const step of evidence.steps.slice(1)) lines.push(`        ${stepText(step, paint)}`)
  }
  return lines.join('\n')
}

function stepText(step: Finding['evidence'][number]['steps'][number] | undefined, paint: Paint): string {
  return step ? `${paint('cyan', oneLine(place(step.location)))} ${oneLine(step.note)}` : ''
}

function field(name: string, value: string, paint: Paint): string {
  return `  ${paint('dim', name.padEnd(5))} ${printable(value).trim().replace(/\n/g, '\n        ')}`
}

function explanationText(explanation: Explanation, paint: Paint): string {
  const findings = explanation.findings.map((finding) => findingText(finding, paint))
  return [...findings, printable(explanation.markdown).trim()].join('\n\n')
}

function problemsText(report: Report, paint: Paint): string {
  const told = report.problems.filter((problem) => problem.message !== report.headline)
  if (told.length === 0) return ''
  const lines = told.map((problem) => {
    const mark = problem.effect === 'fatal' ? paint('red', 'could not look') : paint('yellow', 'in part')
    return `  ${mark} ${oneLine(problem.where)}: ${oneLine(problem.message)}`
  })
  return `${paint('bold', 'Problems')}\n${lines.join('\n')}`
}

function lastLine(report: Report, shown: Finding[], all: boolean): string {
  const parts: string[] = []
  if (report.coverage.faults > 0 && !report.explanation) parts.push(tally(shown))
  const rest = hidden(report.findings, all)
  if (rest) parts.push(rest)
  if (report.coverage.files > 0) parts.push(`read ${looked(report.coverage)}`)
  parts.push(`${(report.elapsedMs / 1000).toFixed(1)} s`)
  return parts.join(' · ')
}
