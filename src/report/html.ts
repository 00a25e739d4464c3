import { createHash } from 'node:crypto'
import type { Finding } from '../core/finding.ts'
import type { Report } from '../core/report.ts'
import { durationText } from './evidence.ts'
import { attacksHtml, checksHtml, nextHtml, plannedHtml } from './html/build.ts'
import { diagnosisHtml } from './html/diagnosis.ts'
import { changesHtml, findingHtml, findingsTable, ordered, refutedTable } from './html/findings.ts'
import { guidanceHtml } from './html/guidance.ts'
import { mapHtml, matrixHtml, phasesHtml, problemsHtml } from './html/project.ts'
import { css, script } from './html/style.ts'
import { type Markup, html as markup } from './markup.ts'
import { hidden, looked, visible } from './wording.ts'

export interface HtmlOptions {
  /** Also show findings that are only possible. */
  all?: boolean
}

interface Section {
  id: string
  title: string
  content: Markup
}

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Only our own style and script: what an answer of the application smuggles in is not run even if it got through. */
const policy = `default-src 'none'; style-src ${hash(css)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`

/** The report as one file that loads nothing and reads the same without its script. */
export function html(report: Report, options: HtmlOptions = {}): string {
  const { all = false } = options
  const sections = sectionsOf(report, all)
  const contents = sections.map((one) => markup`<li><a href="#${one.id}">${one.title}</a></li>`)
  const blocks = sections.map(
    ({ id, title, content }) => markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}</section>
`,
  )
  const body = markup`<a class="skip" href="#content">Skip to the content</a>
<header class="top"><p class="name">backend-engineer ${report.operation}${report.map && ` · ${report.map.name}`}</p>
<h1>${report.headline}</h1>
${facts(report, all)}
${sections.length > 1 && markup`<nav aria-label="Contents"><ul class="contents">${contents}</ul></nav>`}</header>
<main id="content">
${blocks}</main>
<footer class="foot">${lastLine(report, all)}</footer>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${markup`${report.headline}`.text}</title>
<style>${css}</style>
</head>
<body>
${body.text}
<script>${script}</script>
</body>
</html>
`
}

function sectionsOf(report: Report, all: boolean): Section[] {
  const findings = shownOf(report, all)
  const changes = report.changes ?? []
  const refuted = report.findings.filter((one) => one.certainty === 'refuted' && !one.suppressed)
  const problems = report.problems.filter((one) => one.message !== report.headline)
  const { explanation, guidance, matrix, map, phases } = report
  const sections: (Section | undefined)[] = [
    section('cause', 'The cause', diagnosisHtml(report)),
    section(
      'findings',
      'Findings',
      findings.length > 0 && markup`${findings.length > 1 && findingsTable(findings)}`,
    ),
    section(
      'evidence',
      'Evidence',
      findings.length > 0 && markup`${findings.map((one) => findingHtml(one, changes))}`,
    ),
    section('plan', 'Decisions', plannedHtml(report)),
    section('changes', 'Changes', changes.length > 0 && changesHtml(changes, findings)),
    section('checks', 'Checks', checksHtml(report)),
    section('attacks', 'Attacks', attacksHtml(report)),
    section(
      'matrix',
      'Who can do what',
      matrix !== undefined && matrix.rows.length > 0 && matrixHtml(matrix),
    ),
    section('refuted', 'Refuted', refuted.length > 0 && refutedTable(refuted)),
    section(
      'rule',
      explanation?.title ?? '',
      explanation !== undefined && markup`<pre class="prose">${explanation.markdown}</pre>`,
    ),
    section('answer', 'Answer', guidance !== undefined && guidanceHtml(guidance)),
    section('map', 'The application', map !== undefined && mapHtml(map, findings.length === 0)),
    section('problems', 'Problems', problems.length > 0 && problemsHtml(problems)),
    section('next', 'Next', nextHtml(report)),
    section('times', 'Times', phases !== undefined && phases.length > 0 && phasesHtml(phases)),
  ]
  return sections.flatMap((one) => one ?? [])
}

function section(id: string, title: string, content: Markup | false): Section | undefined {
  return content === false || content.text === '' ? undefined : { id, title, content }
}

function shownOf(report: Report, all: boolean): Finding[] {
  const shown = [...(report.explanation?.findings ?? []), ...visible(report.findings, all)]
  return ordered([...new Map(shown.map((one) => [one.id, one])).values()])
}

function facts(report: Report, all: boolean): Markup {
  const findings = shownOf(report, all)
  const changes = report.changes ?? []
  const counts: [number, string][] = [
    [findings.filter((one) => one.certainty === 'proven').length, 'proven'],
    [findings.filter((one) => one.certainty === 'likely').length, 'likely'],
    [findings.filter((one) => one.certainty === 'possible').length, 'possible'],
    [report.findings.filter((one) => one.certainty === 'refuted').length, 'refuted'],
    [changes.filter((one) => one.status === 'applied').length, 'changes applied'],
    [changes.filter((one) => one.status === 'proven').length, 'changes proven'],
    [changes.filter((one) => one.status === 'planned').length, 'changes planned'],
    [changes.filter((one) => one.status === 'withheld').length, 'changes withheld'],
    [report.coverage.endpoints, 'endpoints read'],
  ]
  const items = counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => markup`<li><strong>${count}</strong><span>${what}</span></li>`)
  return markup`${items.length > 0 && markup`<ul class="facts">${items}</ul>`}`
}

function lastLine(report: Report, all: boolean): string {
  const parts = [
    ...(hidden(report.findings, all) === '' ? [] : [hidden(report.findings, all)]),
    ...(report.coverage.files > 0 ? [`read ${looked(report.coverage)}`] : []),
    durationText(report.elapsedMs),
  ]
  return parts.join(' · ')
}
