import type { Evidence, Exchanges, Trail } from '../../core/finding.ts'
import { type Exchange, roleText } from '../evidence.ts'
import { html, type Markup, path, prose } from '../markup.ts'
import { place } from '../wording.ts'
import { plansHtml, seriesHtml } from './plans.ts'

export function evidenceHtml(evidence: readonly Evidence[]): Markup {
  return html`${evidence.map(one)}`
}

function one(evidence: Evidence): Markup {
  switch (evidence.kind) {
    case 'trace':
      return trailHtml(evidence)
    case 'exchange':
      return exchangesHtml(evidence)
    case 'series':
      return seriesHtml(evidence)
    case 'plan':
      return plansHtml(evidence)
  }
}

function trailHtml({ steps }: Trail): Markup {
  const items = steps.map(
    (step) => html`<li><span class="mono">${path(place(step.location))}</span> ${prose(step.note)}</li>`,
  )
  return html`${steps.length > 0 && html`<h4>Path through the code</h4><ol class="path">${items}</ol>`}`
}

function exchangesHtml({ exchanges, reproduce }: Exchanges): Markup {
  return html`<h4>Requests that were sent, and what came back</h4>
${exchanges.map(exchangeHtml)}
${reproduce.length > 0 && html`<details><summary>Reproduce it with curl</summary><pre tabindex="0" data-copy><code>${reproduce.join('\n')}</code></pre></details>`}`
}

const roleTone = { 'pre-control': 'calm', exploit: 'bad', 'near-miss': 'calm' } as const

function exchangeHtml(exchange: Exchange): Markup {
  const { role, as, request, response, saw } = exchange
  const asked = [`${request.method} ${request.url}`, ...headersOf(request.headers)]
  return html`<section class="exchange ${role}"><h5><span class="badge ${roleTone[role]}">${roleText[role]}</span> as ${as}</h5>
<p class="saw">${prose(saw)}</p>
<div class="pair"><div><p class="label">Request</p>${message(asked, request.body)}</div>
<div><p class="label">Answer</p>${message([String(response.status), ...headersOf(response.headers)], response.body)}</div></div></section>`
}

const headersOf = (headers: Record<string, string>): string[] =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`)

function message([first = '', ...headers]: string[], body: string | undefined): Markup {
  const head = headers.map((line) => `\n${line}`).join('')
  const content = body === undefined || body === '' ? '' : `\n\n${readable(body)}`
  return html`<pre tabindex="0"><code>${first}<span class="head">${head}</span>${content}</code></pre>`
}

/** JSON over several lines; what is no JSON, or was cut, as it came. */
function readable(body: string): string {
  if (!/^\s*[[{]/.test(body)) return body
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch (error) {
    if (error instanceof SyntaxError) return body
    throw error
  }
}
