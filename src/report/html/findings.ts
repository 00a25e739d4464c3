import type { Finding, Proof, Severity } from '../../core/finding.ts'
import type { ReportedChange } from '../../core/report.ts'
import { plural } from '../../core/wording.ts'
import { diffFiles, diffLinesOf, diffSize, orderedChanges } from '../evidence.ts'
import { html, type Markup, path, prose } from '../markup.ts'
import { place, severityOrder } from '../wording.ts'
import { evidenceHtml } from './evidence.ts'

const severityTone: Record<Severity, string> = { error: 'bad', warning: 'warn', info: 'calm' }

export const anchor = (finding: Pick<Finding, 'id'>): string =>
  `finding-${finding.id.replace(/[^\w-]/g, '_')}`

/** What was proven first, then by severity. */
export function ordered(findings: readonly Finding[]): Finding[] {
  const proven = (one: Finding): number => (one.certainty === 'proven' ? 0 : 1)
  const rank = (one: Finding): number => severityOrder.indexOf(one.severity)
  return [...findings].sort((a, b) => proven(a) - proven(b) || rank(a) - rank(b))
}

export function findingsTable(findings: readonly Finding[]): Markup {
  const rows = findings.map(
    (finding) => html`<tr><td class="state">${severityBadge(finding)} ${certaintyBadge(finding)}</td>
<th scope="row"><a href="#${anchor(finding)}">${finding.subject}</a><p class="where mono">${path(place(finding.location))}</p></th></tr>`,
  )
  return html`<div class="scroll" tabindex="0"><table><caption>Findings, proven ones first</caption>
<thead><tr><th scope="col">severity, certainty</th><th scope="col">what and where</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

const severityBadge = ({ severity }: Finding): Markup =>
  html`<span class="badge ${severityTone[severity]}">${severity}</span>`

function certaintyBadge({ certainty, proof }: Finding): Markup {
  const open = proof?.verdict === 'inconclusive' ? ', not proven' : ''
  const tone = certainty === 'proven' ? 'bad' : certainty === 'refuted' ? 'good' : ''
  return html`<span class="badge ${tone}">${certainty}${open}</span>`
}

export function findingHtml(finding: Finding, changes: readonly ReportedChange[]): Markup {
  const cures = changes.filter((one) => one.findings.includes(finding.id))
  return html`<article id="${anchor(finding)}"><header><h3>${prose(finding.subject)}</h3>${severityBadge(finding)}${certaintyBadge(finding)}
<span class="badge">${finding.fault}</span></header>
<p class="where"><span class="mono">${path(place(finding.location))}</span> · id <span class="mono">${finding.id}</span></p>
${finding.proof && proofHtml(finding.proof)}
<dl class="told"><dt>Found</dt><dd>${prose(finding.found)}</dd><dt>Why</dt><dd>${prose(finding.why)}</dd>
<dt>Do</dt><dd>${prose(finding.remedy)}</dd>
${cures.map((one) => html`<dt>Change</dt><dd><a href="#${changeAnchor(one, changes)}">${prose(one.title)}</a> (${one.status})</dd>`)}</dl>
${evidenceHtml(finding.evidence)}
${finding.proof?.test && html`<details><summary>A test that fails as long as this is so: ${finding.proof.test.path}</summary><pre tabindex="0" data-copy><code>${finding.proof.test.text}</code></pre></details>`}
</article>`
}

const verdictTone: Record<Proof['verdict'], string> = { proven: 'bad', refuted: 'good', inconclusive: 'warn' }

function proofHtml({ verdict, reason }: Proof): Markup {
  return html`<p class="verdict ${verdictTone[verdict]}"><strong>${verdict}</strong> ${prose(reason)}</p>`
}

/** What the run showed not to be so. */
export function refutedTable(findings: readonly Finding[]): Markup {
  const rows = findings.map(
    (one) =>
      html`<tr><th scope="row">${one.subject}<p class="where mono">${path(place(one.location))}</p></th><td>${prose(one.proof?.reason ?? one.found)}</td></tr>`,
  )
  return html`<div class="scroll" tabindex="0"><table><caption>Suspected from the source, and refuted by running the application</caption>
<thead><tr><th scope="col">what and where</th><th scope="col">why not</th></tr></thead><tbody>${rows}</tbody></table></div>`
}

const statusTone: Record<ReportedChange['status'], string> = {
  applied: 'good',
  proven: 'good',
  planned: 'calm',
  withheld: 'warn',
}

const changeAnchor = (change: ReportedChange, all: readonly ReportedChange[]): string =>
  `change-${all.indexOf(change) + 1}`

export function changesHtml(changes: readonly ReportedChange[], findings: readonly Finding[]): Markup {
  const known = new Map(findings.map((one) => [one.id, one]))
  const articles = orderedChanges(changes).map((change) => {
    const { added, removed } = diffSize(change.diff)
    const files = diffFiles(change.diff)
    const cured = change.findings.flatMap((id) => known.get(id) ?? [])
    const links = cured.map(
      (one, index) => html`${index > 0 && ', '}<a href="#${anchor(one)}">${one.subject}</a>`,
    )
    return html`<article id="${changeAnchor(change, changes)}"><header><h3>${prose(change.title)}</h3><span class="badge ${statusTone[change.status]}">${change.status}</span></header>
<p class="where">${plural(files.length, 'file')}, ${plural(added, 'line')} added, ${removed} removed</p>
<dl class="told"><dt>Reason</dt><dd>${prose(change.reason)}</dd><dt>Status</dt><dd>${prose(change.why)}</dd>
${links.length > 0 && html`<dt>Cures</dt><dd>${links}</dd>`}</dl>
<h4>Diff</h4>${diffHtml(change.diff)}${evidenceHtml(change.evidence)}</article>`
  })
  return html`${articles}`
}

const diffTone = { file: 'file', hunk: 'hunk', added: 'add', removed: 'del', same: '' }

function diffHtml(diff: string): Markup {
  const lines = diffLinesOf(diff).map(
    ({ kind, text }) => html`<span class="${diffTone[kind]}">${text}
</span>`,
  )
  return html`<pre class="diff" tabindex="0" data-copy><code>${lines}</code></pre>`
}
