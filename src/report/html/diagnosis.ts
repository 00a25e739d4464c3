/** `diagnose` on the page. */
import type { CauseVerdict, ExaminedCause } from '../../core/failure.ts'
import type { Report } from '../../core/report.ts'
import { isOpen, placesText, toldCauses, unknownText, verdictText } from '../diagnosis-lines.ts'
import { html, type Markup, path, prose } from '../markup.ts'
import { place } from '../wording.ts'

const tone: Record<CauseVerdict, string> = { confirmed: 'bad', unconfirmed: 'warn', contradicted: 'good' }

export function diagnosisHtml({ diagnosis }: Report): Markup {
  if (!diagnosis) return html``
  const { error, later } = diagnosis
  const { full, brief } = toldCauses(diagnosis)
  const places = placesText(diagnosis)
  return html`<dl class="told"><dt>Error</dt><dd>${error.name === '' ? '' : `${error.name}: `}${error.message}</dd>
${places.length > 0 && html`<dt>At</dt><dd>${places.map((one, index) => html`${index > 0 && ', '}<span class="mono">${path(one)}</span>`)}</dd>`}
${later.length > 0 && html`<dt>Then</dt><dd>${later.slice(0, 3).join(' · ')}</dd>`}</dl>
${isOpen(diagnosis) && html`${unknownText(diagnosis).map((line) => html`<p>${prose(line)}</p>`)}`}
${full.map(causeHtml)}${brief.length > 0 && html`<h3>Other causes of the same text</h3><ul>${brief.map(briefHtml)}</ul>`}`
}

function causeHtml(cause: ExaminedCause): Markup {
  return html`<article><header><h3>${prose(cause.title)}</h3><span class="badge ${tone[cause.verdict]}">${verdictText[cause.verdict]}</span><span class="badge">${cause.id}</span></header>
<p>${prose(cause.why)}</p>
<ul>${cause.evidence.map(({ location, note }) => html`<li><span class="mono">${path(place(location))}</span> ${prose(note)}</li>`)}</ul>
<h4>What to do</h4><ol>${cause.cure.map(({ what, code }) => html`<li>${prose(what)}${code !== undefined && html`<pre tabindex="0" data-copy><code>${code}</code></pre>`}</li>`)}</ol>
${cause.check.length > 0 && html`<h4>What was not confirmed</h4><ul>${cause.check.map((one) => html`<li>${prose(one)}</li>`)}</ul>`}
<p>${cause.references.map((url, index) => html`${index > 0 && ' · '}<a href="${url}">${url}</a>`)}</p></article>`
}

const briefHtml = ({ title, verdict, why }: ExaminedCause): Markup =>
  html`<li><span class="badge ${tone[verdict]}">${verdictText[verdict]}</span> ${prose(title)}: ${prose(why)}</li>`
