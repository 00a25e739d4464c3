/** `guide` on the page. */
import type { Guidance, GuidedSection, GuideTopic, Sample } from '../../core/guidance.ts'
import { html, type Markup, path, prose } from '../markup.ts'
import { place } from '../wording.ts'

export function guidanceHtml({ sections, topics }: Guidance): Markup {
  const several = sections.length > 1
  return html`${topics.map(topicHtml)}${sections.map((one) => html`${several && html`<h3>${one.question}</h3>`}${sectionHtml(one)}`)}`
}

const topicHtml = ({ title, topic, sections }: GuideTopic): Markup =>
  html`<h3>${title} <code>${topic}</code></h3><ul>${sections.map(({ id, question }) => html`<li>${question} <code>${id}</code></li>`)}</ul>`

function sectionHtml(section: GuidedSection): Markup {
  const facts = section.here.map(
    ({ text, at }) => html`<li>${at && html`<code>${path(place(at))}</code> `}${prose(text)}</li>`,
  )
  return html`${paragraphs(section.answer)}
<h4>Here</h4><ul>${facts.length > 0 ? facts : html`<li>Nothing in this project has to do with it yet.</li>`}</ul>
${section.samples.map(sampleHtml)}${paragraphs(section.remarks)}
${titled('Why', section.why)}${titled('Not when', section.unless)}
<h4>Sources</h4><ul>${section.sources.map((one) => html`<li>${source(one)}</li>`)}</ul>`
}

const sampleHtml = ({ file, text }: Sample): Markup =>
  html`${file !== undefined && html`<p><code>${path(file)}</code></p>`}<pre tabindex="0"><code>${text}</code></pre>`

const titled = (title: string, texts: readonly string[]): Markup =>
  html`${texts.length > 0 && html`<h4>${title}</h4>${paragraphs(texts)}`}`

const paragraphs = (texts: readonly string[]): Markup =>
  html`${texts.flatMap((one) => one.split('\n')).map((line) => html`<p>${prose(line)}</p>`)}`

/** Only addresses of the web become links. */
function source(text: string): Markup {
  const [, url = '', rest = ''] = /^(https:\/\/\S+)(.*)$/.exec(text) ?? []
  return url === '' ? html`${prose(text)}` : html`<a href="${url}">${url}</a>${prose(rest)}`
}
