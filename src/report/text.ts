import { type Finding, type Severity, type Step, trailsOf } from '../core/finding.ts'
import type { Endpoint, EndpointKind, ProjectMap } from '../core/map.ts'
import type { Explanation, FindingPath, Report } from '../core/report.ts'
import { accessText } from './access.ts'
import { noColour, type Paint, type Style } from './paint.ts'
import { pathParts } from './path.ts'
import { fitsWithoutWrapping, table } from './table.ts'
import { nextText, plannedText, provenText } from './text-build.ts'
import { diagnosisText } from './text-diagnosis.ts'
import {
  changesText,
  evidenceLines,
  matrixText,
  phasesText,
  proofLines,
  refutedText,
} from './text-evidence.ts'
import { guidanceText } from './text-guidance.ts'
import { endpointPage, modelPage } from './text-pages.ts'
import {
  broughtText,
  callsText,
  guardText,
  hidden,
  inLoops,
  looked,
  oneLine,
  ownerText,
  pagesOf,
  place,
  printable,
  problemMark,
  tally,
  topicText,
  visible,
} from './wording.ts'
import { wrap } from './wrap.ts'

export interface TextOptions {
  paint?: Paint
  /** Also show findings that are only possible. */
  all?: boolean
  /** Characters in a line. */
  width?: number
}

interface Look {
  paint: Paint
  width: number
}

/** Below this nothing can be laid out. */
const narrowest = 40

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
  const { paint = noColour, all = false, width = 120 } = options
  const look = { paint, width: Math.max(narrowest, width) }
  const shown = visible(report.findings, all)
  const blocks = [
    painted('bold', wrapped(report.headline, look.width), paint),
    report.map ? mapText(report.map, look) : '',
    ...accessText(report, look),
    report.explanation ? explanationText(report.explanation, look) : '',
    ...guidanceText(report.guidance, look),
    ...diagnosisText(report, look),
    ...findingsText(shown, look),
    ...plannedText(report, look),
    changesText(report.changes ?? [], look),
    ...provenText(report, look),
    report.matrix && report.matrix.rows.length > 0 ? matrixText(report.matrix, look) : '',
    refutedText(report.findings, look),
    problemsText(report, look),
    nextText(report, look),
    phasesText(report.phases ?? [], look),
    painted('dim', wrap(lastLine(report, shown, all), look.width), paint),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function painted(style: Style, lines: string[], paint: Paint): string {
  return lines.map((line) => paint(style, line)).join('\n')
}

/** Lines of the project stay lines. */
function wrapped(text: string, width: number, hang = 0): string[] {
  return printable(text)
    .trim()
    .split('\n')
    .flatMap((line) => wrap(line, width, { hang }))
}

function mapText(map: ProjectMap, look: Look): string {
  const pages = pagesOf(map)
  if (pages && 'model' in pages) return modelPage(pages.model, map, look)
  const { paint } = look
  const blocks: string[] = []
  if (pages) blocks.push(...pages.endpoints.map((endpoint) => endpointPage(endpoint, map, look)))
  else {
    blocks.push(wrap(oneLine(map.stack.join(' · ')), look.width).join('\n'))
    blocks.push(...endpointTables(map, look))
  }
  if (map.models.length > 0) {
    const rows = map.models.map((model) => [model.name, model.role, ownerText(model), place(model.location)])
    blocks.push(`${paint('bold', 'Models')}\n${table(['model', 'role', 'belongs to', 'at'], rows, look)}`)
  }
  if (map.conventions.length > 0) {
    const rows = map.conventions.map((convention) => [
      topicText(convention),
      convention.value,
      convention.location ? place(convention.location) : '',
    ])
    blocks.push(`${paint('bold', 'Conventions')}\n${table(['topic', 'habit', 'at'], rows, look)}`)
  }
  if (map.policy && !pages) {
    const rows = map.policy.entries.map((one) => [one.kind, one.name, one.effect, one.reason])
    blocks.push(
      `${paint('bold', `Policy (${map.policy.file})`)}\n${table(['list', 'entry', 'effect', 'reason'], rows, look)}`,
    )
  }
  if (!pages && map.queries.length > 0) {
    const line = `${callsText(map.queries)}. \`understand --focus\` with an endpoint or a model shows them.`
    blocks.push(wrap(line, look.width).join('\n'))
  }
  return blocks.filter((block) => block !== '').join('\n\n')
}

const endpointHeader = ['endpoint', 'guard', 'validation', 'reads', 'writes', 'at']
const headerWithQueries = ['endpoint', 'guard', 'validation', 'reads', 'writes', 'queries', 'at']

function endpointTables(map: ProjectMap, look: Look): string[] {
  const kinds = Object.entries(kindTitle).flatMap(([kind, title]) => {
    const endpoints = map.endpoints.filter((endpoint) => endpoint.kind === kind)
    return endpoints.length > 0 ? [{ title, endpoints }] : []
  })
  const counted = map.endpoints.map((endpoint) => endpointRow(endpoint, map))
  // The count of queries is worth a column, not a wrapped line.
  const withQueries = fitsWithoutWrapping(headerWithQueries, counted, look.width)
  return kinds.map(({ title, endpoints }) => {
    const rows = endpoints.map((endpoint) => endpointRow(endpoint, withQueries ? map : undefined))
    const header = withQueries ? headerWithQueries : endpointHeader
    return `${look.paint('bold', title)}\n${table(header, rows, look)}`
  })
}

function endpointRow(endpoint: Endpoint, counted: ProjectMap | undefined): string[] {
  const name = endpoint.method ? `${endpoint.method} ${endpoint.path}` : endpoint.path
  const unread = endpoint.unknown.length > 0 ? ' (partly unread)' : ''
  return [
    `${name}${unread}`,
    guardText(endpoint.guard),
    endpoint.validation.join(', ') || '-',
    endpoint.reads.join(', ') || '-',
    endpoint.writes.join(', ') || '-',
    ...(counted ? [queriesCell(endpoint, counted)] : []),
    place(endpoint.location),
  ]
}

function queriesCell(endpoint: Endpoint, map: ProjectMap): string {
  const loops = endpoint.queries.filter(({ query }) => map.queries[query]?.inLoop).length
  if (endpoint.queries.length === 0) return '-'
  return `${endpoint.queries.length}${loops > 0 ? `, ${loops} ${inLoops(loops)}` : ''}`
}

/** What was proven comes first; what could not be decided is told from it. */
function findingsText(shown: Finding[], look: Look): string[] {
  const open = shown.filter(({ proof }) => proof?.verdict === 'inconclusive')
  const rest = shown.filter((one) => !open.includes(one))
  const title = `Not decided (${open.length}): what the source says stands, the run neither proved nor refuted it`
  return [
    ...rest.map((finding) => findingText(finding, look)),
    ...(open.length > 0 ? [painted('bold', wrapped(title, look.width), look.paint)] : []),
    ...open.map((finding) => findingText(finding, look)),
  ]
}

function findingText(finding: Finding, look: Look): string {
  const { paint, width } = look
  const lines = [
    headText(finding, look),
    ...placeText(finding, look),
    ...(finding.brought ? [field('new', broughtText(finding.brought), look)] : []),
    ...proofLines(finding, look),
    field('found', finding.found, look),
    field('why', finding.why, look),
    field('do', finding.remedy, look),
  ]
  for (const trail of trailsOf(finding.evidence)) {
    for (const [index, step] of trail.steps.entries()) {
      const name = index === 0 ? paint('dim', 'path'.padEnd(5)) : '     '
      lines.push(`  ${name} ${stepText(step, width - 8, paint).join('\n        ')}`)
    }
  }
  lines.push(...evidenceLines(finding.evidence, look))
  return lines.join('\n')
}

/** `error (possible) subject fault`, the fault on a line of its own where it does not fit. */
function headText(finding: Finding, { paint, width }: Look): string {
  const certainty = finding.certainty === 'likely' ? '' : ` (${finding.certainty})`
  const mark = `${finding.severity}${certainty}`
  const fault = oneLine(finding.fault)
  const lines = wrap(`${mark} ${oneLine(finding.subject)}`, width, { hang: 2 })
  const fits = (lines.at(-1) ?? '').length + 1 + fault.length <= width
  const subject = lines.map((line, index) =>
    index === 0
      ? `${paint(severityStyle[finding.severity], finding.severity)}${certainty}${bold(line.slice(mark.length), paint)}`
      : bold(line, paint),
  )
  return `${subject.join('\n')}${fits ? ' ' : '\n  '}${paint('dim', fault)}`
}

function bold(line: string, paint: Paint): string {
  const words = line.trimStart()
  return `${' '.repeat(line.length - words.length)}${paint('bold', words)}`
}

function placeText(finding: Finding, { paint, width }: Look): string[] {
  const lines = wrap(oneLine(place(finding.location)), width - 2, { hang: 2 })
  const fits = (lines.at(-1) ?? '').length + 4 + finding.id.length <= width
  const places = lines.map((line) => `  ${paint('cyan', line)}`).join('\n')
  return [`${places}${fits ? '  ' : '\n  '}${paint('dim', finding.id)}`]
}

function stepText(step: Step, width: number, paint: Paint): string[] {
  const at = oneLine(place(step.location))
  const lines = wrap(`${at} ${oneLine(step.note)}`, width, { hang: 2 })
  return lines.map((line) => (line.startsWith(at) ? paint('cyan', at) + line.slice(at.length) : line))
}

function field(name: string, value: string, { paint, width }: Look): string {
  return `  ${paint('dim', name.padEnd(5))} ${wrapped(value, width - 8).join('\n        ')}`
}

function explanationText(explanation: Explanation, look: Look): string {
  const findings = explanation.findings.map((finding) => findingText(finding, look))
  return [...findings, ...pathText(explanation.path, look), printable(explanation.markdown).trim()].join(
    '\n\n',
  )
}

/** Each hop with the lines around it. */
function pathText(path: FindingPath | undefined, { paint, width }: Look): string[] {
  if (!path) return []
  return pathParts(path).map(({ title, items }) => {
    const lines = items.flatMap(({ text, code }, index) => {
      const [first = '', ...rest] = wrap(text, width - 5, { hang: 2 })
      const block = code.map((line) => paint('dim', `       ${line}`))
      return [`  ${String(index + 1).padStart(2)} ${first}`, ...rest.map((line) => `     ${line}`), ...block]
    })
    return `${paint('bold', title)}\n${lines.join('\n')}`
  })
}

function problemsText(report: Report, { paint, width }: Look): string {
  const told = report.problems.filter((problem) => problem.message !== report.headline)
  if (told.length === 0) return ''
  const lines = told.flatMap((problem) => {
    const fatal = problem.effect === 'fatal'
    const mark = problemMark(problem)
    const [first = '', ...rest] = wrap(
      `${mark} ${oneLine(problem.where)}: ${oneLine(problem.message)}`,
      width - 2,
      { hang: 2 },
    )
    return [paint(fatal ? 'red' : 'yellow', mark) + first.slice(mark.length), ...rest]
  })
  return `${paint('bold', 'Problems')}\n${lines.map((line) => `  ${line}`).join('\n')}`
}

function lastLine(report: Report, shown: Finding[], all: boolean): string {
  const parts: string[] = []
  if (report.coverage.faults > 0 && !report.explanation && !report.guidance) parts.push(tally(shown))
  const rest = hidden(report.findings, all)
  if (rest) parts.push(rest)
  if (report.coverage.files > 0) parts.push(`read ${looked(report.coverage)}`)
  parts.push(`${(report.elapsedMs / 1000).toFixed(1)}s`)
  return parts.join(' · ')
}
