import type { PlanNode, PlanRun, Plans, Series } from '../../core/finding.ts'
import { thousands } from '../../core/wording.ts'
import { flatPlan, gainText, nodeFacts, nodeName, ownBuffers, runText } from '../evidence.ts'
import { html, type Markup } from '../markup.ts'

/** A statement with its plans side by side. */
export function plansHtml(plans: Plans): Markup {
  const { sql, data, before, after } = plans
  const gain = gainText(plans)
  return html`<h4>Plan of the statement, measured on ${data}</h4>
${gain !== '' && html`<p><span class="badge good">${gain}</span></p>`}
<pre tabindex="0" data-copy><code>${sql}</code></pre>
<div class="pair stretch">
${side(html`${after ? 'Before' : 'As it is'}`, before, true)}
${after && side(html`After: <code>${after.change}</code>`, after, false)}
</div>`
}

/** `judged`: the node that costs most is marked. */
function side(title: Markup, run: PlanRun, judged: boolean): Markup {
  const hottest = !judged ? 0 : Math.max(...flatPlan(run.plan).map(({ node }) => ownBuffers(node)))
  return html`<section class="side"><h5>${title}</h5><p class="label">${runText(run)}</p>
<ul class="plan">${item(run.plan, hottest)}</ul></section>`
}

function item(node: PlanNode, hottest: number): Markup {
  const hot = hottest > 0 && ownBuffers(node) === hottest
  const children = node.children.map((child) => item(child, hottest))
  return html`<li><span class="mono${hot && ' hot'}">${nodeName(node)}</span>${hot && html` <span class="badge">most buffers</span>`}
<span class="cond">${nodeFacts(node)}</span>${node.condition !== undefined && html`<code>${node.condition}</code>`}
${children.length > 0 && html`<ul>${children}</ul>`}</li>`
}

/** Counts at growing data: a chart for the eye, and the numbers. */
export function seriesHtml(series: Series): Markup {
  const { request, unit, points } = series
  const rows = points.map(
    ({ rows, count }) =>
      html`<tr><th scope="row" class="number">${thousands(rows)}</th><td class="number">${thousands(count)}</td></tr>`,
  )
  return html`<h4>The same request at growing data</h4>
<div class="pair"><div>${points.length > 1 && chart(series)}</div>
<div class="scroll" tabindex="0"><table><caption><span class="mono">${request}</span></caption>
<thead><tr><th scope="col" class="number">rows</th><th scope="col" class="number">${unit}</th></tr></thead>
<tbody>${rows}</tbody></table></div></div>`
}

const size = { width: 420, height: 190, left: 56, right: 30, top: 22, bottom: 34 }

function chart({ points, unit }: Series): Markup {
  const mostRows = Math.max(1, ...points.map((one) => one.rows))
  const most = Math.max(1, ...points.map((one) => one.count))
  const x = (rows: number): number => size.left + (rows / mostRows) * (size.width - size.left - size.right)
  const y = (count: number): number =>
    size.height - size.bottom - (count / most) * (size.height - size.top - size.bottom)
  const at = points.map((one) => ({ ...one, x: x(one.rows).toFixed(1), y: y(one.count).toFixed(1) }))
  const base = size.height - size.bottom
  return html`<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${unit} by rows; the table has the numbers">
<line class="axis" x1="${size.left}" y1="${base}" x2="${size.width - size.right}" y2="${base}"/>
<line class="axis" x1="${size.left}" y1="${size.top}" x2="${size.left}" y2="${base}"/>
<text x="${size.left - 8}" y="${base + 4}" text-anchor="end">0</text>
<text x="${size.left - 8}" y="${size.top + 4}" text-anchor="end">${short(most)}</text>
<text x="${size.left}" y="${base + 20}">0 rows</text>
<text x="${size.width - size.right}" y="${base + 20}" text-anchor="end">${short(mostRows)} rows</text>
<polyline class="line" points="${at.map((one) => `${one.x},${one.y}`).join(' ')}"/>
${at.map((one) => html`<circle class="dot" cx="${one.x}" cy="${one.y}" r="4"/>`)}
${at.length > 0 && html`<text class="value" x="${at.at(-1)?.x}" y="${Number(at.at(-1)?.y) - 9}" text-anchor="end">${short(at.at(-1)?.count ?? 0)} ${unit}</text>`}
</svg>`
}

/** `1.2 M`, `45 k` */
function short(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} M`
  return count >= 10_000 ? `${Math.round(count / 1000)} k` : thousands(count)
}
