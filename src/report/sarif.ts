import type { ExaminedCause } from '../core/failure.ts'
import type { Fault } from '../core/fault.ts'
import {
  type Evidence,
  type Finding,
  type Location,
  type Severity,
  type Step,
  type Trail,
  trailsOf,
} from '../core/finding.ts'
import type { Problem, Report, ReportedChange } from '../core/report.ts'
import { printable } from './wording.ts'

/** What SARIF says of a rule. */
export type FaultInfo = Pick<Fault<unknown>, 'id' | 'title' | 'severity' | 'tags' | 'cwe' | 'references'> & {
  /** Its page. */
  page?: string
}

const level: Record<Severity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
}

/** GitHub's scale for security rules: high, medium, low. */
const securitySeverity: Record<Severity, string> = { error: '8.0', warning: '5.0', info: '3.0' }

/** The report as SARIF 2.1.0, for code scanning. It holds every finding; suppressed ones say so. */
export function sarif(report: Report, faults: readonly FaultInfo[], version?: string): string {
  const findings = [...report.findings, ...(report.explanation?.findings ?? [])]
  const causes = (report.diagnosis?.causes ?? []).filter(({ verdict }) => verdict === 'confirmed')
  const known = new Set(faults.map((fault) => fault.id))
  const strangers = new Map(
    findings
      .filter((finding) => !known.has(finding.fault))
      .map((finding) => [finding.fault, stranger(finding)]),
  )
  const rules = [...faults, ...strangers.values(), ...causes.map(ruleOfCause)]
  const ruleIndex = new Map(rules.map((rule, index) => [rule.id, index]))
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'backend-engineer', ...(version ? { version } : {}), rules: rules.map(ruleOf) },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: !report.problems.some((problem) => problem.effect === 'fatal'),
            toolExecutionNotifications: report.problems.map(notificationOf),
          },
        ],
        results: [
          ...findings.map((finding) => resultOf(finding, ruleIndex.get(finding.fault) ?? -1)),
          ...causes.map((cause) => resultOfCause(cause, ruleIndex.get(cause.id) ?? -1)),
        ],
        properties: {
          coverage: report.coverage,
          ...(report.since ? { since: report.since } : {}),
          ...(report.changes ? { changes: report.changes.map(changeOf) } : {}),
          ...(report.matrix ? { matrix: report.matrix } : {}),
          ...(report.access ? { access: report.access } : {}),
          ...(report.accessChanges ? { accessChanges: report.accessChanges } : {}),
        },
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function stranger(finding: Finding): FaultInfo {
  return {
    id: finding.fault,
    title: finding.fault,
    severity: finding.severity,
    tags: [],
    cwe: [],
    references: [],
  }
}

const ruleOfCause = ({ id, title, references }: ExaminedCause): FaultInfo => ({
  id,
  title,
  severity: 'error',
  tags: [],
  cwe: [],
  references,
})

/** A cause that the project was seen to have, at the first place that shows it. */
function resultOfCause({ id, why, cure, evidence }: ExaminedCause, ruleIndex: number) {
  const [first] = evidence
  return {
    ruleId: id,
    ruleIndex,
    kind: 'fail',
    level: level.error,
    message: { text: [why, ...cure.map(({ what }) => what)].join(' ') },
    locations: first ? [locationOf(first.location)] : [],
    properties: { certainty: 'likely' },
  }
}

function ruleOf(fault: FaultInfo) {
  const helpUri = fault.references.find((reference) => /^https?:\/\//.test(reference))
  const cwe = fault.cwe.map((number) => `external/cwe/cwe-${String(number).padStart(3, '0')}`)
  return {
    id: fault.id,
    // GitHub lists rules by it, to filter findings.
    name: fault.title,
    shortDescription: { text: fault.title },
    ...helpOf(fault),
    ...(helpUri ? { helpUri } : {}),
    defaultConfiguration: { level: level[fault.severity] },
    properties: {
      tags: [...fault.tags, ...cwe, ...owaspTags(fault.references)],
      ...(fault.tags.includes('security') ? { 'security-severity': securitySeverity[fault.severity] } : {}),
    },
  }
}

/** What the page says besides its examples: GitHub shows it beside the alert. */
function helpOf({ title, page }: FaultInfo) {
  if (page === undefined) return {}
  const sections = page.split(/^(?=## )/m).filter((one) => !/^## Examples\b/.test(one))
  const finds = sections.find((one) => one.startsWith('## What it finds'))
  const text = finds?.replace(/^.*\n/, '').trim()
  const markdown = printable(sections.join('')).trim()
  return {
    fullDescription: { text: text === undefined || text === '' ? title : text },
    help: { text: markdown, markdown },
  }
}

/** `…/API-Security/editions/2023/en/0xa1-…` → `external/owasp/api1-2023`; the tenth is `0xaa`. */
function owaspTags(references: readonly string[]): string[] {
  const numbers = references.flatMap(
    (url) => /owasp\.org\/API-Security\/editions\/2023\/\w+\/0xa([1-9a])-/.exec(url)?.[1] ?? [],
  )
  return [...new Set(numbers)].map((number) => `external/owasp/api${number === 'a' ? '10' : number}-2023`)
}

function resultOf(finding: Finding, ruleIndex: number) {
  const refuted = finding.certainty === 'refuted'
  const { suppressed } = finding
  const flows = trailsOf(finding.evidence).filter((trail) => trail.steps.length > 0)
  return {
    ruleId: finding.fault,
    ruleIndex,
    kind: refuted ? 'pass' : 'fail',
    level: refuted ? 'none' : level[finding.severity],
    message: { text: messageOf(finding) },
    locations: [locationOf(finding.location)],
    ...(flows.length > 0
      ? {
          codeFlows: flows.map(({ steps }) => ({
            threadFlows: [
              { locations: steps.map((step) => ({ location: locationOf(step.location, step.note) })) },
            ],
          })),
        }
      : {}),
    ...relatedOf(finding, flows),
    ...exploitOf(finding.evidence),
    partialFingerprints: { 'backendEngineer/v1': finding.id },
    ...(finding.brought ? { baselineState: 'new' } : {}),
    ...(suppressed
      ? {
          suppressions: [
            {
              kind: suppressed.by === 'comment' ? 'inSource' : 'external',
              status: 'accepted',
              justification: suppressed.reason,
            },
          ],
        }
      : {}),
    properties: {
      certainty: finding.certainty,
      subject: finding.subject,
      ...(finding.endpoint ? { endpoint: finding.endpoint } : {}),
      ...(finding.brought ? { since: finding.brought.since } : {}),
      ...(finding.proof ? { proof: { verdict: finding.proof.verdict, reason: finding.proof.reason } } : {}),
    },
  }
}

/** The other places of the path, for viewers that show no code flows. */
function relatedOf({ location }: Finding, flows: readonly Trail[]) {
  const isHere = (step: Step): boolean =>
    step.location.file === location.file && step.location.line === location.line
  const steps = flows.flatMap((trail) => trail.steps).filter((step) => !isHere(step))
  if (steps.length === 0) return {}
  return {
    relatedLocations: steps.map((step, index) => ({
      id: index + 1,
      ...locationOf(step.location, step.note),
    })),
  }
}

function messageOf({ found, why, remedy, proof }: Finding): string {
  const said = proof
    ? ` ${proof.verdict.charAt(0).toUpperCase()}${proof.verdict.slice(1)}: ${proof.reason}`
    : ''
  return `${found} ${why} ${remedy}${said}`
}

/** SARIF has one request and one answer for a result: those of the exploit. */
function exploitOf(evidence: readonly Evidence[]) {
  const exploit = evidence
    .flatMap((one) => (one.kind === 'exchange' ? one.exchanges : []))
    .find((one) => one.role === 'exploit')
  if (!exploit) return {}
  const { request, response } = exploit
  return {
    webRequest: {
      method: request.method,
      target: request.url,
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: { text: request.body } }),
    },
    webResponse: {
      statusCode: response.status,
      headers: response.headers,
      body: { text: response.body },
    },
  }
}

const changeOf = ({ title, reason, diff, findings, status, why }: ReportedChange) => ({
  title,
  reason,
  status,
  why,
  findings,
  diff,
})

function locationOf(location: Location, note?: string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(location.file) },
      region: { startLine: Math.max(1, location.line), startColumn: Math.max(1, location.column) },
    },
    ...(note === undefined ? {} : { message: { text: note } }),
  }
}

const notificationLevel: Record<Problem['effect'], string> = {
  fatal: 'error',
  partial: 'warning',
  notice: 'note',
}

function notificationOf(problem: Problem) {
  return {
    level: notificationLevel[problem.effect],
    message: { text: `${problem.where}: ${problem.message}` },
  }
}

/** `app/[id]/route.ts` → a valid relative URI; `[` and `]` must be escaped there. */
function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/')
}
