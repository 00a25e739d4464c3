import type { Finding } from '../core/finding.ts'
import type { ProjectMap } from '../core/map.ts'
import type { Report } from '../core/report.ts'
import { guardText, ownerText } from './text.ts'
import { hidden, looked, oneLine, place, plural, shorten, visible } from './wording.ts'

export interface AgentOptions {
  /** Also show findings that are only possible. */
  all?: boolean
  /** Upper bound of the answer in characters. */
  limit?: number
}

const lineLength = 400

/** The report for a language model: one line per fact, the most important first, bounded in length. */
export function agent(report: Report, options: AgentOptions = {}): string {
  const { all = false, limit = 12_000 } = options
  const shown = visible(report.findings, all)
  const problems = report.problems.filter((problem) => problem.message !== report.headline)
  const head = [
    shorten(oneLine(report.headline), lineLength),
    ...problems
      .slice(0, 10)
      .map((one) =>
        shorten(`problem (${one.effect}) ${oneLine(one.where)}: ${oneLine(one.message)}`, lineLength),
      ),
  ]
  const more = problems.length - 10
  if (more > 0) head.push(`… ${plural(more, 'more problem')}`)
  const body = [
    ...shown.map(findingLine),
    ...(report.explanation ? explanationLines(report) : []),
    ...(report.map ? mapLines(report.map) : []),
  ].map((line) => shorten(line, report.explanation ? 2_000 : lineLength))
  const rest = hidden(report.findings, all)
  const tail = [
    ...(rest ? [rest] : []),
    ...(report.coverage.files > 0 ? [`read ${looked(report.coverage)}`] : []),
    ...nextSteps(report, shown).map((step) => `next: ${step}`),
  ]
  return bounded(head, body, tail, limit)
}

function findingLine(finding: Finding): string {
  const what = `${finding.severity} ${finding.certainty} ${finding.fault} ${place(finding.location)}`
  return oneLine(`${what} [${finding.id}] ${finding.found} Do: ${finding.remedy}`)
}

function explanationLines(report: Report): string[] {
  if (!report.explanation) return []
  const { findings, markdown } = report.explanation
  const traces = findings.flatMap((finding) => [
    findingLine(finding),
    oneLine(`why: ${finding.why}`),
    ...finding.evidence.flatMap((evidence) =>
      evidence.steps.map((step) => `path: ${oneLine(place(step.location))} ${oneLine(step.note)}`),
    ),
  ])
  return [...traces, ...markdown.trim().split('\n')]
}

function mapLines(map: ProjectMap): string[] {
  return [
    oneLine(`stack: ${map.stack.join(', ')}`),
    ...map.endpoints.map((endpoint) => {
      const facts = [`guard ${guardText(endpoint.guard)}`]
      if (endpoint.validation.length > 0) facts.push(`validation ${endpoint.validation.join(', ')}`)
      if (endpoint.reads.length > 0) facts.push(`reads ${endpoint.reads.join(', ')}`)
      if (endpoint.writes.length > 0) facts.push(`writes ${endpoint.writes.join(', ')}`)
      if (endpoint.unknown.length > 0) facts.push(`unread ${endpoint.unknown.join(', ')}`)
      return oneLine(`endpoint ${endpoint.id} ${place(endpoint.location)}: ${facts.join('; ')}`)
    }),
    ...map.models.map((model) =>
      oneLine(`model ${model.name} ${place(model.location)}: ${model.role}, belongs to ${ownerText(model)}`),
    ),
    ...map.conventions.map((one) => oneLine(`convention ${one.topic}: ${one.value}`)),
  ]
}

function nextSteps(report: Report, shown: Finding[]): string[] {
  if (report.problems.some((problem) => problem.effect === 'fatal')) return []
  const [first] = shown
  const [explained] = report.explanation?.findings ?? []
  const steps: string[] = []
  if (first) steps.push(`backend-engineer explain ${first.id} (the path through the code)`)
  if (report.operation === 'checkup') steps.push('backend-engineer review (all findings)')
  if (report.operation === 'understand') steps.push('backend-engineer review (what is wrong with it)')
  if (explained)
    steps.push(`change ${place(explained.location)}, then backend-engineer review --only ${explained.fault}`)
  if (report.operation === 'review' && first) {
    steps.push(`after a change, backend-engineer review --only ${first.fault}`)
  }
  return steps.map(oneLine)
}

/** Cuts the body, never the head or the tail, and says how much is missing. */
function bounded(head: string[], body: string[], tail: string[], limit: number): string {
  const size = (lines: string[]) => lines.reduce((sum, line) => sum + line.length + 1, 0)
  const note = 60
  let room = limit - size(head) - size(tail) - note
  const kept: string[] = []
  for (const line of body) {
    room -= line.length + 1
    if (room < 0) break
    kept.push(line)
  }
  const missing = body.length - kept.length
  if (missing > 0) kept.push(`… ${plural(missing, 'more line')} (--format json has all)`)
  return `${[...head, ...kept, ...tail].join('\n').slice(0, Math.max(0, limit - 1))}\n`
}
