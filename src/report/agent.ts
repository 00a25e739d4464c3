import { type Finding, trailsOf } from '../core/finding.ts'
import type { Endpoint, Model, ProjectMap, Query } from '../core/map.ts'
import type { Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { attackLines, checkLines, decisionLines } from './agent-build.ts'
import { changeLines, diffLines, evidenceLines, matrixLines, refutedLines } from './agent-evidence.ts'
import { guidanceLines, ONE_ANSWER } from './agent-guidance.ts'
import { orderedChanges } from './evidence.ts'
import {
  callsText,
  callText,
  columnsOf,
  guardText,
  hidden,
  keyText,
  looked,
  oneLine,
  ownerText,
  pagesOf,
  place,
  queryMarks,
  queryShape,
  shorten,
  topicText,
  typeText,
  useText,
  visible,
  withinText,
} from './wording.ts'

export interface AgentOptions {
  /** Also show findings that are only possible. */
  all?: boolean
  /** Upper bound of the answer in characters. */
  limit?: number
}

const lineLength = 400
/** One endpoint or model that was asked for is told in full. */
const pageLineLength = 2_000

/** Facts of one kind, which get their share of the room. */
interface Part {
  lines: string[]
  /** How much of the room is theirs when it is short. */
  share: number
  /** What stands for the lines that found no room: those from `kept` on. */
  rest(kept: number): string
}

/** The report for a language model: one line per fact, the most important first, bounded in length. */
export function agent(report: Report, options: AgentOptions = {}): string {
  const { all = false, limit = limitOf(report) } = options
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
  const length =
    report.explanation || report.guidance
      ? 2_000
      : report.map && pagesOf(report.map)
        ? pageLineLength
        : lineLength
  const parts = [
    part(shown.map(findingLine), 4, 'more finding', '--format json has all'),
    ...evidenceParts(report, shown),
    part(report.explanation ? explanationLines(report) : [], 4, 'more line', '--format json has all'),
    part(report.guidance ? guidanceLines(report.guidance) : [], 4, 'more line', '--format json has all'),
    ...(report.map ? mapParts(report.map) : []),
  ].map((one) => ({ ...one, lines: one.lines.map((line) => shorten(line, length)) }))
  const rest = hidden(report.findings, all)
  const tail = [
    ...(rest ? [rest] : []),
    ...(report.coverage.files > 0 ? [`read ${looked(report.coverage)}`] : []),
    ...nextSteps(report, shown).map((step) => `next: ${step}`),
  ]
  return bounded(head, parts, tail, limit)
}

/** A page for a map or a review; an answer to one question is shorter. */
const limitOf = ({ guidance }: Report): number => (guidance?.sections.length === 1 ? ONE_ANSWER : 12_000)

function part(lines: string[], share: number, noun: string, how: string): Part {
  return { lines, share, rest: (kept) => `… ${plural(lines.length - kept, noun)} (${how})` }
}

/** What was seen when the application ran, what was changed, and who could do what. */
function evidenceParts(report: Report, shown: Finding[]): Part[] {
  const how = '--format json has all'
  const changes = orderedChanges(report.changes ?? [])
  return [
    part(shown.flatMap(evidenceLines), 2, 'more evidence line', how),
    part(changes.map(changeLines), 2, 'more change', how),
    part(checkLines(report), 2, 'more check', how),
    part(attackLines(report), 2, 'more attack', how),
    part(decisionLines(report), 2, 'more decision', how),
    part(changes.flatMap(diffLines), 3, 'more diff line', how),
    part(report.matrix ? matrixLines(report.matrix) : [], 2, 'more endpoint', how),
    part(refutedLines(report.findings), 1, 'more refuted finding', how),
  ]
}

function findingLine(finding: Finding): string {
  const what = `${finding.severity} ${finding.certainty} ${finding.fault} ${place(finding.location)}`
  const proof = finding.proof ? ` ${finding.proof.verdict}: ${finding.proof.reason}` : ''
  return oneLine(`${what} [${finding.id}]${proof} ${finding.found} Do: ${finding.remedy}`)
}

function explanationLines(report: Report): string[] {
  if (!report.explanation) return []
  const { findings, markdown } = report.explanation
  const traces = findings.flatMap((finding) => [
    findingLine(finding),
    oneLine(`why: ${finding.why}`),
    ...trailsOf(finding.evidence).flatMap((trail) =>
      trail.steps.map((step) => `path: ${oneLine(place(step.location))} ${oneLine(step.note)}`),
    ),
  ])
  return [...traces, ...markdown.trim().split('\n')]
}

function mapParts(map: ProjectMap): Part[] {
  const pages = pagesOf(map)
  const how = '--format json has all'
  const stack = part([oneLine(`stack: ${map.stack.join(', ')}`)], 1, 'more line', how)
  if (pages && 'model' in pages) return [stack, ...modelParts(pages.model, map)]
  const models = part(map.models.map(modelLine), 2, 'more model', 'understand --focus <model> for one')
  if (pages) {
    const lines = pages.endpoints.flatMap((endpoint) => endpointPage(endpoint, map))
    return [stack, part(lines, 6, 'more line', how), models]
  }
  const conventions = map.conventions.map((one) => oneLine(`convention ${topicText(one)}: ${one.value}`))
  const calls = `${callsText(map.queries)} (understand --focus <endpoint or model> for those of one)`
  return [
    stack,
    endpointsPart(map.endpoints),
    models,
    part(conventions, 1, 'more convention', how),
    part(map.queries.length > 0 ? [calls] : [], 1, 'more line', how),
  ]
}

/** When there is no room for all, those that nothing guards come first, and the rest is counted by path. */
function endpointsPart(endpoints: Endpoint[]): Part {
  const open = (one: Endpoint): boolean => one.guard.level === 'none'
  const ordered = [...endpoints.filter(open), ...endpoints.filter((one) => !open(one))]
  const rest = (kept: number): string => {
    const groups = new Map<string, number>()
    const left = ordered.slice(kept)
    for (const { path, kind } of left) {
      const start = path.startsWith('/') ? (/^(\/api)?\/[^/]*/.exec(path)?.[0] ?? path) : kind
      groups.set(start, (groups.get(start) ?? 0) + 1)
    }
    const most = [...groups].sort((a, b) => b[1] - a[1]).slice(0, 8)
    const named = most.map(([start, count]) => `${start} ${count}`).join(', ')
    const also = groups.size > most.length ? ', …' : ''
    return oneLine(
      `… ${plural(left.length, 'more endpoint')}: ${named}${also} (understand --focus <path> for one or those below a path; without a guard come first)`,
    )
  }
  return { lines: ordered.map(endpointLine), share: 5, rest }
}

function endpointLine(endpoint: Endpoint): string {
  const facts = [`guard ${guardText(endpoint.guard)}`]
  if (endpoint.validation.length > 0) facts.push(`validation ${endpoint.validation.join(', ')}`)
  if (endpoint.reads.length > 0) facts.push(`reads ${endpoint.reads.join(', ')}`)
  if (endpoint.writes.length > 0) facts.push(`writes ${endpoint.writes.join(', ')}`)
  if (endpoint.unknown.length > 0) facts.push(`unread ${endpoint.unknown.join(', ')}`)
  return oneLine(`endpoint ${endpoint.id} ${place(endpoint.location)}: ${facts.join('; ')}`)
}

function modelLine(model: Model): string {
  return oneLine(
    `model ${model.name} ${place(model.location)}: ${model.role}, belongs to ${ownerText(model)}`,
  )
}

function endpointPage(endpoint: Endpoint, map: ProjectMap): string[] {
  return [
    endpointLine(endpoint),
    ...endpoint.guard.by.map((one) => oneLine(`guard by ${one.name} ${place(one.location)}`)),
    ...endpoint.queries.flatMap(({ query, via }, index) => {
      const found = map.queries[query]
      const steps = via.map((step) => `${place(step.location)} ${step.note}`)
      return found ? [callLine(found, `call ${index + 1}`, steps)] : []
    }),
  ]
}

function modelParts(model: Model, map: ProjectMap): Part[] {
  const fields = columnsOf(model).map((one) =>
    [one.name, typeText(one), keyText(one)].filter((word) => word !== '').join(' '),
  )
  const relations = model.relations.map((one) => {
    const keys = one.keys.length > 0 ? ` by ${one.keys.join(', ')}` : ''
    return `${one.field} ${typeText({ ...one, type: one.model })}${keys}`
  })
  const indexes = model.indexes.map((one) => `(${one.fields.join(', ')}) ${keyText(one) || 'index'}`)
  const own = [
    modelLine(model),
    `table ${model.table}`,
    `fields ${fields.join('; ')}`,
    ...(relations.length > 0 ? [`relations ${relations.join('; ')}`] : []),
    ...(indexes.length > 0 ? [`indexes ${indexes.join('; ')}`] : []),
  ].map(oneLine)
  const endpoints = map.endpoints.map((one) =>
    oneLine(`${useText(one, model.name)} ${one.id} ${place(one.location)}: guard ${guardText(one.guard)}`),
  )
  const queries = map.queries.filter((query) => query.model === model.name)
  const calls = queries.map((query) => callLine(query, 'call', []))
  const how = '--format json has all'
  return [
    part(own, 3, 'more line', how),
    part(endpoints, 2, 'more endpoint', how),
    part(calls, 3, 'more call', how),
  ]
}

function callLine(query: Query, label: string, via: string[]): string {
  const marks = queryMarks(query).map((mark) => `, ${mark}`)
  const shape = queryShape(query).map(([name, value]) => `; ${name} ${value}`)
  const way = via.length > 0 ? `; via ${via.join(' > ')}` : ''
  const what = `${callText(query)} ${place(query.location)}${withinText(query)}${marks.join('')}`
  return oneLine(`${label}: ${what}${shape.join('')}${way}`)
}

function nextSteps(report: Report, shown: Finding[]): string[] {
  if (report.problems.some((problem) => problem.effect === 'fatal')) return []
  if (report.next) return report.next.map(({ command, why }) => oneLine(`${command} (${why})`))
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

/** Cuts the parts, never the head or the tail, and says how much is missing. */
function bounded(head: string[], parts: Part[], tail: string[], limit: number): string {
  const size = (lines: string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0)
  const rooms = share(
    parts.map(({ lines, share: weight }) => ({ wanted: size(lines), weight })),
    limit - size(head) - size(tail),
  )
  const body = parts.flatMap((one, index) => fitted(one, rooms[index] ?? 0, size))
  return `${[...head, ...body, ...tail].join('\n').slice(0, Math.max(0, limit - 1))}\n`
}

/** What a part leaves unused goes to the others, by weight. */
function share(parts: { wanted: number; weight: number }[], total: number): number[] {
  const given = parts.map(() => 0)
  let open = parts.map((_, index) => index).filter((index) => (parts[index]?.wanted ?? 0) > 0)
  let left = Math.max(0, total)
  for (;;) {
    const weights = open.reduce((sum, index) => sum + (parts[index]?.weight ?? 0), 0)
    const content = open.filter((index) => {
      const { wanted = 0, weight = 0 } = parts[index] ?? {}
      return wanted <= (left * weight) / weights
    })
    if (content.length === 0) {
      for (const index of open) given[index] = (left * (parts[index]?.weight ?? 0)) / weights
      return given
    }
    for (const index of content) {
      given[index] = parts[index]?.wanted ?? 0
      left -= given[index]
    }
    open = open.filter((index) => !content.includes(index))
  }
}

function fitted({ lines, rest }: Part, room: number, size: (lines: string[]) => number): string[] {
  if (size(lines) <= room) return lines
  // The more lines are kept, the shorter the note on the rest; that of none is the longest.
  let left = room - rest(0).length - 1
  let kept = 0
  for (const line of lines) {
    left -= line.length + 1
    if (left < 0) break
    kept++
  }
  return [...lines.slice(0, kept), rest(kept)]
}
