/** `build` on the page. */
import type { AttackResult, Check, Report } from '../../core/report.ts'
import {
  addedRows,
  attackRows,
  attackTally,
  checkRows,
  decisionRows,
  questionRows,
  type Row,
} from '../build-lines.ts'
import { html, type Markup, prose } from '../markup.ts'
import { evidenceHtml } from './evidence.ts'

/** The headings and contents of the sections before the diff. */
export function plannedHtml(report: Report): Markup {
  const decisions = rowsHtml(
    'What was decided, and why',
    ['about', 'choice', 'because'],
    decisionRows(report),
  )
  const questions = rowsHtml(
    'What could not be read from the project',
    ['question', 'answer', 'else'],
    questionRows(report),
  )
  const added = rowsHtml('What it adds', ['what', 'name', 'why'], addedRows(report))
  return html`${decisions}${questions}${added}`
}

const checkTone: Record<Check['verdict'], string> = { passed: 'good', failed: 'bad', skipped: '' }

export function checksHtml(report: Report): Markup {
  const rows = checkRows(report).map(
    ({
      check,
      why,
    }) => html`<tr><td class="state"><span class="badge ${checkTone[check.verdict]}">${check.verdict}</span></td>
<th scope="row">${check.name}</th><td>${prose(why)}${check.log !== undefined && html`<details><summary>What it printed</summary><pre tabindex="0"><code>${check.log}</code></pre></details>`}</td></tr>`,
  )
  return html`${rows.length > 0 && tableOf('What it was judged by, in a copy with it', ['verdict', 'check', 'why'], rows)}`
}

const attackTone: Record<AttackResult['verdict'], string> = {
  withstood: 'good',
  broken: 'bad',
  inconclusive: 'warn',
  'not applicable': '',
}

export function attacksHtml(report: Report): Markup {
  const rows = attackRows(report).map(
    ({
      attack,
      why,
    }) => html`<tr><td class="state"><span class="badge ${attackTone[attack.verdict]}">${attack.verdict}</span></td>
<th scope="row">${attack.title}</th><td>${prose(why)}${attack.evidence.length > 0 && html`<details><summary>What was sent and seen</summary>${evidenceHtml(attack.evidence)}</details>`}</td></tr>`,
  )
  return html`${rows.length > 0 && tableOf(attackTally(report), ['verdict', 'attack', 'why'], rows)}`
}

export function nextHtml({ next = [] }: Report): Markup {
  const items = next.map(
    ({ command, why }) =>
      html`<li>${prose(why)}<pre tabindex="0" data-copy><code>${command}</code></pre></li>`,
  )
  return html`${items.length > 0 && html`<ol>${items}</ol>`}`
}

function rowsHtml(caption: string, header: string[], rows: readonly Row[]): Markup {
  const lines = rows.map(
    ({ about, what, why }) =>
      html`<tr><th scope="row">${about}</th><td>${prose(what)}</td><td>${prose(why)}</td></tr>`,
  )
  return html`${lines.length > 0 && tableOf(caption, header, lines)}`
}

const tableOf = (caption: string, header: string[], rows: Markup[]): Markup =>
  html`<div class="scroll" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${header.map((one) => html`<th scope="col">${one}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`
