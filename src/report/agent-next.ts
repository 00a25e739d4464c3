/** What is to be done after an answer: one step that is named last, and those that are the reader's own. */
import type { Diagnosis } from '../core/failure.ts'
import type { Finding } from '../core/finding.ts'
import type { Report } from '../core/report.ts'

export interface Step {
  /** As on a command line. */
  command: string
  why: string
}

const ours = 'backend-engineer '

/** `next`: what to call now. `others`: steps that the report names besides, in its order. */
export function stepsOf(report: Report, shown: readonly Finding[]): { next: Step; others: Step[] } {
  const named = report.next ?? []
  // Taking it back is offered, but it is no step forward.
  const own = named.find(({ command }) => command.startsWith(ours) && !/^\S+ undo\b/.test(command))
  const next = own ?? usual(report, shown)
  return { next, others: named.filter((one) => one !== own) }
}

function usual(report: Report, shown: readonly Finding[]): Step {
  if (report.problems.some(({ effect }) => effect === 'fatal')) return afterFailure(report)
  if (report.operation === 'checkup') return step('review', 'all that is wrong with it')
  const [first] = shown
  const { changes = [], explanation, diagnosis } = report
  if (diagnosis) return afterDiagnosis(diagnosis)
  if (changes.some(({ status }) => status === 'applied'))
    return step('review', 'sees that nothing of it is left')
  const held = changes.find(({ status }) => status === 'proven')
  if (held && report.operation === 'fix') return step('fix --apply', 'proves them again and writes them')
  if (held?.findings[0]) return step(`fix --only ${held.findings[0]}`, 'tries the repair, and shows it')
  const proven = shown.filter(({ proof }) => proof?.verdict === 'proven')
  if (proven.length > 0 && report.operation !== 'fix')
    return step(`fix --only ${idsOf(proven)}`, 'repairs in a copy, and proves again')
  const [explained] = explanation?.findings ?? []
  if (explained) return step(`prove --only ${explained.id}`, 'is it real?')
  if (explanation) return step(`review --only ${explanation.fault}`, 'where it is in this project')
  const untried = shown.filter(({ proof }) => !proof)
  if (untried.length > 0) return step(`prove --only ${idsOf(untried)}`, 'is it real?')
  if (first) return step(`explain ${first.id}`, 'the path through the code')
  if (report.operation === 'understand') return step('review', 'what is wrong with it')
  if (report.operation === 'review' && report.findings.some(({ suppressed }) => !suppressed))
    return step('review --all', 'what is only possible')
  return report.operation === 'optimize'
    ? step('review', 'what is wrong with it')
    : step('optimize', 'what is slow, and what helps')
}

/** One copy is brought up for all of them, so more than one at a time; the worst are first. */
const idsOf = (findings: readonly Finding[]): string =>
  findings
    .slice(0, 6)
    .map(({ id }) => id)
    .join(',')

/** The fault that finds the same without an error says where else it is; else the change is looked at when it is made. */
function afterDiagnosis({ causes: [first] }: Diagnosis): Step {
  if (first?.verdict === 'confirmed' && first.fault !== undefined)
    return step(`review --only ${first.fault}`, 'where else it is so')
  if (first?.verdict === 'confirmed') return step('review', 'after the change: nothing new is wrong')
  return step('diagnose --file <log>', 'with the whole message and stack')
}

/** What the source alone shows can still be asked, where there is any. */
function afterFailure({ coverage, operation }: Report): Step {
  if (coverage.files === 0 || coverage.endpoints + coverage.models === 0)
    return step('understand <folder of the application>', 'where package.json names next or @prisma/client')
  return operation === 'review' || operation === 'understand'
    ? step('understand', 'what could be read')
    : step('review', 'what the source alone shows')
}

const step = (command: string, why: string): Step => ({ command: `${ours}${command}`, why })
