/** The rest of a report: the map, who could do what, problems, times. */
import type { ProjectMap } from '../../core/map.ts'
import type { Matrix, MatrixCell, Problem, Report } from '../../core/report.ts'
import { plural } from '../../core/wording.ts'
import { cellText, durationText } from '../evidence.ts'
import { html, type Markup, path, prose } from '../markup.ts'
import { callsText, guardText, ownerText, place, problemMark, topicText } from '../wording.ts'

export function tableHtml(caption: string, header: string[], rows: Markup[]): Markup {
  const titles = header.map((one) => html`<th scope="col">${one}</th>`)
  return html`<div class="scroll" tabindex="0"><table><caption>${caption}</caption><thead><tr>${titles}</tr></thead><tbody>${rows}</tbody></table></div>`
}

const cellTone: Record<MatrixCell, string> = {
  '-': '',
  denied: 'good',
  own: 'good',
  'foreign-read': 'bad',
  'foreign-write': 'bad',
  error: 'warn',
}

export function matrixHtml({ identities, rows }: Matrix): Markup {
  const lines = rows.map(({ endpoint, cells }) => {
    const tried = cells.map(
      (cell) =>
        html`<td>${cell === '-' ? html`<span class="soft">-</span>` : html`<span class="badge ${cellTone[cell]}">${cellText[cell]}</span>`}</td>`,
    )
    return html`<tr><th scope="row" class="mono">${path(endpoint)}</th>${tried}</tr>`
  })
  return html`<p>Every endpoint was called as every identity, with the ids of objects that belong to somebody else. A cell says the most that was seen.</p>
${tableHtml('Observed authorization', ['endpoint', ...identities], lines)}`
}

/** `open`: the tables are what was asked for. */
export function mapHtml(map: ProjectMap, open: boolean): Markup {
  const folded = (title: string, content: Markup): Markup =>
    html`<details${open && html` open`}><summary>${title}</summary>${content}</details>`
  const endpoints = map.endpoints.map(
    (
      one,
    ) => html`<tr><th scope="row" class="mono">${path(one.id)}<p class="where">${path(place(one.location))}</p></th><td>${guardText(one.guard)}</td><td>${one.validation.join(', ') || '-'}</td>
<td>${one.reads.join(', ') || '-'}</td><td>${one.writes.join(', ') || '-'}</td></tr>`,
  )
  const models = map.models.map(
    (one) =>
      html`<tr><th scope="row">${one.name}</th><td>${one.role}</td><td>${ownerText(one)}</td><td class="mono">${path(place(one.location))}</td></tr>`,
  )
  const habits = map.conventions.map(
    (one) =>
      html`<tr><th scope="row">${topicText(one)}</th><td>${prose(one.value)}</td><td class="mono">${one.location ? path(place(one.location)) : '-'}</td></tr>`,
  )
  const declared = (map.policy?.entries ?? []).map(
    (one) =>
      html`<tr><th scope="row">${one.kind}</th><td>${one.name}</td><td>${one.effect}</td><td>${one.reason}</td></tr>`,
  )
  return html`<p>${map.stack.join(' · ')}. ${plural(map.endpoints.length, 'endpoint')}, ${plural(map.models.length, 'model')}, ${callsText(map.queries)}.</p>
${endpoints.length > 0 && folded('Endpoints', tableHtml('Endpoints, what guards them and what they touch', ['endpoint and place', 'guard', 'validation', 'reads', 'writes'], endpoints))}
${models.length > 0 && folded('Models', tableHtml('Models and whom their rows belong to', ['model', 'role', 'belongs to', 'at'], models))}
${declared.length > 0 && folded('Policy', tableHtml('What the team has declared', ['list', 'entry', 'effect', 'reason'], declared))}
${habits.length > 0 && folded('Conventions', tableHtml('Habits of the project', ['topic', 'habit', 'at'], habits))}`
}

export function problemsHtml(problems: readonly Problem[]): Markup {
  const rows = problems.map(
    (
      one,
    ) => html`<tr><td><span class="badge ${one.effect === 'fatal' ? 'bad' : 'warn'}">${problemMark(one)}</span></td>
<th scope="row" class="mono">${path(one.where)}</th><td>${prose(one.message)}</td></tr>`,
  )
  return tableHtml('What could not be looked at', ['effect', 'where', 'what'], rows)
}

export function phasesHtml(phases: NonNullable<Report['phases']>): Markup {
  const longest = Math.max(1, ...phases.map((one) => one.ms))
  const rows = phases.map(
    ({ name, ms }) => html`<tr><th scope="row">${name}</th><td class="number">${durationText(ms)}</td>
<td><svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="${((ms / longest) * 100).toFixed(1)}" height="6"/></svg></td></tr>`,
  )
  return tableHtml('Where the time went', ['step', 'time', ''], rows)
}
