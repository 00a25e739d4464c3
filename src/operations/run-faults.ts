import { createHash } from 'node:crypto'
import type { Fault } from '../core/fault.ts'
import type { Certainty, Draft, Finding, Severity } from '../core/finding.ts'
import { nearest } from '../core/nearest.ts'
import type { Problem } from '../core/report.ts'
import { type Baseline, emptyBaseline } from './baseline.ts'
import { commentFor, type IgnoreComment, ignoreComments } from './suppression.ts'

/** What suppression needs to know of a subject; a Project has it. */
export interface Source {
  /** The reason for which the team's policy accepts a finding of a fault with these weaknesses. */
  accepts?(draft: Draft, cwe: readonly number[]): string | undefined
  sourceText(file: string): string | undefined
}

export interface FaultRun {
  findings: Finding[]
  problems: Problem[]
}

const severities: Severity[] = ['error', 'warning', 'info']
const certainties: Certainty[] = ['proven', 'likely', 'possible', 'refuted']

/**
 * Looks for every fault in the subject. A fault that throws becomes a problem, and the rest goes on.
 * `knownFaults`: ids that comments may name, when `faults` is only a part of the catalogue.
 */
export function runFaults<Subject extends Source>(
  subject: Subject,
  faults: readonly Fault<Subject>[],
  baseline: Baseline = emptyBaseline,
  knownFaults: readonly string[] = faults.map((fault) => fault.id),
): FaultRun {
  const findings: Finding[] = []
  const problems: Problem[] = []
  for (const fault of faults) {
    const drafts: Draft[] = []
    try {
      for (const draft of fault.find(subject)) drafts.push(draft)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const message = `The search for this fault stopped: ${reason}. Findings may be missing; please report this.`
      problems.push({ where: fault.id, message, effect: 'partial' })
    }
    const identified = identify(fault, drafts)
    for (const [index, finding] of identified.entries()) {
      const draft = drafts[index]
      const reason = draft && subject.accepts?.(draft, fault.cwe)
      if (reason !== undefined) finding.suppressed = { by: 'policy', reason }
    }
    findings.push(...identified)
  }
  problems.push(...suppress(subject, findings, baseline, knownFaults))
  return { findings: findings.sort(byWeight), problems }
}

/** `only` holds fault ids (`queries/n-plus-one`) or topics (`queries`); empty means all. */
export function isSelected(only: readonly string[], fault: string): boolean {
  return only.length === 0 || only.some((name) => fault === name || fault.startsWith(`${name}/`))
}

function identify<Subject>(fault: Fault<Subject>, drafts: Draft[]): Finding[] {
  const seen = new Map<string, number>()
  return drafts.sort(byPlace).map((draft) => {
    const key = [fault.id, draft.location.file, draft.subject].join('\0')
    const ordinal = seen.get(key) ?? 0
    seen.set(key, ordinal + 1)
    const text = ordinal === 0 ? key : `${key}\0${ordinal}`
    const id = createHash('sha256').update(text).digest('hex').slice(0, 10)
    return { ...draft, id, fault: fault.id, severity: fault.severity }
  })
}

/** Marks suppressed findings in place; returns what is wrong with the comments. */
function suppress(
  subject: Source,
  findings: Finding[],
  baseline: Baseline,
  knownFaults: readonly string[],
): Problem[] {
  const accepted = new Set(baseline.findings.map((entry) => entry.id))
  const comments = new Map<string, IgnoreComment[]>()
  for (const finding of findings) {
    const { file, line } = finding.location
    let inFile = comments.get(file)
    if (!inFile) {
      inFile = ignoreComments(subject.sourceText(file) ?? '')
      comments.set(file, inFile)
    }
    const comment = commentFor(inFile, finding.fault, line)
    if (comment) finding.suppressed = { by: 'comment', reason: comment.reason }
    else if (finding.suppressed === undefined && accepted.has(finding.id))
      finding.suppressed = { by: 'baseline', reason: 'accepted in the baseline' }
  }
  return [...comments].flatMap(([file, inFile]) =>
    inFile.flatMap((comment) => {
      const message = complaint(comment, knownFaults)
      return message ? [{ where: `${file}:${comment.line}`, message, effect: 'partial' as const }] : []
    }),
  )
}

/** What is wrong with a comment, so that it suppresses nothing. */
export function complaint(comment: IgnoreComment, knownFaults: readonly string[]): string | undefined {
  const form = '`// backend-engineer-ignore <fault-id> <reason>`'
  if (comment.fault === '') return `This comment names no fault and suppresses nothing. Write ${form}.`
  if (!knownFaults.includes(comment.fault)) {
    const guess = nearest(comment.fault, knownFaults)
    return `This comment names the unknown fault ${comment.fault}.${guess ? ` Did you mean ${guess}?` : ''}`
  }
  if (comment.reason === '') return `This comment gives no reason and suppresses nothing. Write ${form}.`
  return undefined
}

function byPlace(a: Draft, b: Draft): number {
  return (
    compare(a.location.file, b.location.file) ||
    a.location.line - b.location.line ||
    a.location.column - b.location.column
  )
}

function byWeight(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    certainties.indexOf(a.certainty) - certainties.indexOf(b.certainty) ||
    compare(a.location.file, b.location.file) ||
    a.location.line - b.location.line ||
    compare(a.id, b.id)
  )
}

/** By code unit, so that the order is the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
