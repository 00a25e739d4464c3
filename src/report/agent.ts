import { type Finding, trailsOf } from '../core/finding.ts'
import type { Explanation, Problem, Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { accessLines } from './access.ts'
import { attackLines, checkLines, decisionLines } from './agent-build.ts'
import { diagnosisLines } from './agent-diagnosis.ts'
import { changeLines, diffLines, evidenceLines, matrixLines, refutedLines } from './agent-evidence.ts'
import { findingLine, findingLines } from './agent-findings.ts'
import { guidanceLines, ONE_ANSWER } from './agent-guidance.ts'
import { mapParts } from './agent-map.ts'
import { type Step, stepsOf } from './agent-next.ts'
import { firstPage, laterPage, lineCount, type Part, part, sizeOf } from './agent-parts.ts'
import { orderedChanges } from './evidence.ts'
import { excerptLines } from './path.ts'
import { hidden, looked, oneLine, pagesOf, place, shorten, visible } from './wording.ts'

export interface AgentOptions {
  /** Also show findings that are only possible. */
  all?: boolean
  /** Upper bound of the answer in tokens. */
  limit?: number
  /** Goes on where an earlier answer was cut: the number that it named. */
  cursor?: number
  /** The last line, from the step that comes next; without it, the step's command. */
  next?: (step: Step) => string
}

const usualLimit = 1_450
/** A plan is read before it is agreed to: there is room for its diff. */
const planLimit = 4_000
/** Kept for the last line, so that what stands before it is the same whatever it says. */
const lastLine = 80
const lineLength = 400
/** One endpoint or model that was asked for is told in full. */
const pageLineLength = 2_000

/**
 * The report for a language model: one line per fact, the most important first, bounded in length. What was cut is named
 * with the cursor that shows it. The last line is what to do next.
 */
export function agent(report: Report, options: AgentOptions = {}): string {
  const { all = false, cursor = 0, next = commandText } = options
  const limit = options.limit ?? limitOf(report)
  const shown = visible(report.findings, all)
  const steps = stepsOf(report, shown)
  const headline = shorten(oneLine(report.headline), lineLength)
  const length =
    report.explanation || report.guidance || (report.map && pagesOf(report.map)) ? pageLineLength : lineLength
  const parts = partsOf(report, shown, limit).map((one) => ({
    ...one,
    lines: one.lines.map((line) => shorten(line, length)),
  }))
  const last = oneLine(`next: ${next(steps.next)}`)
  if (cursor > 0) {
    const body =
      cursor < lineCount(parts)
        ? laterPage(parts, cursor, limit - sizeOf([headline]) - lastLine)
        : [`There is nothing from ${cursor} on: the answer has ${plural(lineCount(parts), 'line')}.`]
    return whole([headline, ...body, last])
  }
  const head = [headline, ...problemsOf(report).fatal]
  const rest = hidden(report.findings, all)
  const tail = [
    ...(rest ? [rest] : []),
    ...(report.coverage.files > 0 ? [`read ${looked(report.coverage)}`] : []),
    ...steps.others.map(({ command, why }) => oneLine(`afterwards: ${command} (${why})`)),
  ]
  const room = limit - sizeOf(head) - sizeOf(tail) - lastLine
  return whole([...head, ...firstPage(parts, room), ...tail, last])
}

/** The answer to one question is shorter than a review, a plan longer. */
function limitOf({ guidance, changes }: Report): number {
  if (guidance?.sections.length === 1) return ONE_ANSWER
  return changes?.length ? planLimit : usualLimit
}

const commandText = ({ command, why }: Step): string => `${command} (${why})`

const whole = (lines: string[]): string => `${lines.join('\n')}\n`

/** What kept the question from being answered comes first; the rest has its share of the room. */
function problemsOf({ problems, headline }: Report): { fatal: string[]; partial: string[] } {
  const told = problems.filter(({ message }) => message !== headline)
  const lines = (effect: Problem['effect']): string[] =>
    told
      .filter((one) => one.effect === effect)
      .map((one) => shorten(`problem (${effect}) ${oneLine(one.where)}: ${oneLine(one.message)}`, lineLength))
  return { fatal: lines('fatal').slice(0, 3), partial: [...lines('partial'), ...lines('notice')] }
}

/** Half of the room is for findings in full; where they need more, they are grouped. */
function partsOf(report: Report, shown: Finding[], limit: number): Part[] {
  return [
    part(problemsOf(report).partial, 1, 'more problem'),
    part(diagnosisLines(report), 6, 'more line'),
    part(findingLines(shown, lineLength, limit * 0.5), 4, 'more finding'),
    ...evidenceParts(report, shown),
    part(report.explanation ? explanationLines(report) : [], 4, 'more line'),
    part(report.guidance ? guidanceLines(report.guidance) : [], 6, 'more line'),
    ...(report.map ? mapParts(report.map) : []),
  ]
}

/** What was seen when the application ran, what was changed, and who could do what. */
function evidenceParts(report: Report, shown: Finding[]): Part[] {
  const changes = orderedChanges(report.changes ?? [])
  return [
    part(shown.flatMap(evidenceLines), 2, 'more evidence line'),
    part(changes.map(changeLines), 2, 'more change'),
    part(checkLines(report), 2, 'more check'),
    part(attackLines(report), 2, 'more attack'),
    part(decisionLines(report), 2, 'more decision'),
    part(changes.flatMap(diffLines), 3, 'more diff line'),
    part(accessLines(report), 2, 'more endpoint'),
    part(report.matrix ? matrixLines(report.matrix) : [], 2, 'more endpoint'),
    part(refutedLines(report.findings), 1, 'more refuted finding'),
  ]
}

/** What is known where the path ends; its steps are told already. */
function pathLines({ path }: Explanation): string[] {
  if (!path) return []
  const asked = path.guards.map((one) => oneLine(`asked: ${place(one.location)} ${one.text}`))
  return [
    ...path.hops.flatMap((hop) => excerptLines(hop).filter((line) => line.startsWith('>'))),
    ...(asked.length > 0 ? asked : ['asked: nothing that was seen']),
    ...path.inputs.map((one) => oneLine(`given: ${one}`)),
    ...path.silent.map((one) => oneLine(`silent when: ${one}`)),
  ]
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
  return [...traces, ...pathLines(report.explanation), ...markdown.trim().split('\n')]
}
