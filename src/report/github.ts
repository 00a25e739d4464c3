import { type Finding, type Severity, trailsOf } from '../core/finding.ts'
import type { Problem, Report } from '../core/report.ts'
import { broughtText, hidden, place, printable, problemMark, visible } from './wording.ts'

export interface GithubOptions {
  /** Also show findings that are only possible. */
  all?: boolean
  /** Where the project is in the repository, `apps/web`; empty at its root. */
  folder?: string
}

const level: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' }

/**
 * The report as workflow commands of GitHub Actions, which show findings at their lines in a pull request. The worst come
 * first: GitHub shows ten of each level for a step.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
 */
export function github(report: Report, { all = false, folder = '' }: GithubOptions = {}): string {
  const findings = [...report.findings, ...(report.explanation?.findings ?? [])]
  const shown = visible(findings, all)
  const rest = hidden(findings, all)
  const lines = [
    ...shown.map((finding) => annotation(finding, folder)),
    ...report.problems.map((problem) => problemLine(problem, folder)),
    `${oneLine(report.headline)}${rest === '' ? '' : ` ${rest}.`}`,
  ]
  return `${lines.join('\n')}\n`
}

function annotation(finding: Finding, folder: string): string {
  const { location, certainty, brought, fault, id } = finding
  const sure = certainty === 'likely' ? '' : ` (${certainty})`
  const steps = trailsOf(finding.evidence).flatMap((trail) => trail.steps)
  const message = [
    finding.found,
    finding.why,
    `Do: ${finding.remedy}`,
    ...(brought ? [`New ${broughtText(brought)}.`] : []),
    ...steps.map((step, index) => `${index === 0 ? 'Path: ' : '      '}${place(step.location)} ${step.note}`),
    `explain ${id}`,
  ]
  const properties = {
    file: inFolder(folder, location.file),
    line: String(Math.max(1, location.line)),
    col: String(Math.max(1, location.column)),
    title: `${fault}${sure}`,
  }
  return command(level[finding.severity], properties, message.join('\n'))
}

/** Problems are notices, so that they take no place from findings; what kept the tool from looking is an error. */
function problemLine(problem: Problem, folder: string): string {
  const at = /^(.*\.\w+):(\d+)$/.exec(problem.where)
  const properties = {
    ...(at?.[1] && at[2] ? { file: inFolder(folder, at[1]), line: at[2] } : {}),
    title: `backend-engineer: ${problemMark(problem)}`,
  }
  const text = at ? problem.message : `${problem.where}: ${problem.message}`
  return command(problem.effect === 'fatal' ? 'error' : 'notice', properties, text)
}

const inFolder = (folder: string, file: string): string => (folder === '' ? file : `${folder}/${file}`)

function command(name: string, properties: Record<string, string>, message: string): string {
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapedProperty(value)}`)
  return `::${name} ${written.join(',')}::${escaped(message)}`
}

/** A line of the project must not become a command of its own. */
const escaped = (text: string): string =>
  printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const escapedProperty = (text: string): string => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

const oneLine = (text: string): string => printable(text).replaceAll('\n', ' ').replace(/^::/, ': :')
