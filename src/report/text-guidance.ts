/** What a terminal shows of `guide`. */
import type { Fact, Guidance, GuidedSection, GuideTopic, Sample } from '../core/guidance.ts'
import type { Paint } from './paint.ts'
import { oneLine, place, printable } from './wording.ts'
import { wrap } from './wrap.ts'

interface Look {
  paint: Paint
  width: number
}

/** Lines of prose longer than this are hard to read. */
const MEASURE = 100

export function guidanceText(guidance: Guidance | undefined, look: Look): string[] {
  if (!guidance) return []
  const [only, ...others] = guidance.sections
  if (guidance.topics.length > 0) return guidance.topics.map((topic) => topicText(topic, look))
  return only && others.length === 0
    ? sectionText(only, look)
    : guidance.sections.flatMap((one) => [headOf(one, look), ...sectionText(one, look)])
}

const headOf = ({ question, id }: GuidedSection, { paint }: Look): string =>
  `${paint('bold', oneLine(question))}  ${paint('dim', id)}`

function topicText({ title, topic, sections }: GuideTopic, { paint, width }: Look): string {
  const lines = sections.flatMap(({ id, question }) =>
    wrap(`${oneLine(question)}`, width - 2, { hang: 2 })
      .map((line, index) => `  ${line}${index === 0 ? '' : ''}`)
      .concat([`    ${paint('dim', id)}`]),
  )
  return [`${paint('bold', title)}  ${paint('dim', topic)}`, ...lines].join('\n')
}

function sectionText(section: GuidedSection, look: Look): string[] {
  const { paint } = look
  const blocks = [
    section.answer.map((one) => prose(one, look)).join('\n\n'),
    titled('Here', hereText(section.here, look), look),
    ...section.samples.map((sample) => sampleText(sample, look)),
    bullets('', section.remarks, look),
    titled('Why', section.why.map((one) => prose(one, look, 2)).join('\n\n'), look),
    titled('Not when', section.unless.map((one) => prose(one, look, 2)).join('\n\n'), look),
    titled('Sources', section.sources.map((one) => `  ${paint('dim', oneLine(one))}`).join('\n'), look),
  ]
  return blocks.filter((block) => block !== '')
}

const titled = (title: string, body: string, { paint }: Look): string =>
  body === '' ? '' : `${paint('bold', title)}\n${body}`

function hereText(here: readonly Fact[], look: Look): string {
  if (here.length === 0) return '  Nothing in this project has to do with it yet.'
  return here
    .flatMap(({ text, at }) => [
      ...wrap(`- ${oneLine(text)}`, Math.min(MEASURE, look.width) - 2, { hang: 2 }).map(
        (line) => `  ${line}`,
      ),
      ...(at ? [`    ${look.paint('cyan', oneLine(place(at)))}`] : []),
    ])
    .join('\n')
}

/** Lists keep their lines. */
function prose(text: string, { width }: Look, indent = 0): string {
  return printable(text)
    .split('\n')
    .flatMap((line) => wrap(line, Math.min(MEASURE, width) - indent, { hang: line.startsWith('- ') ? 2 : 0 }))
    .map((line) => ' '.repeat(indent) + line)
    .join('\n')
}

/** Code is not wrapped: it is there to be copied. */
function sampleText({ file, text, language }: Sample, { paint }: Look): string {
  const lines = printable(text).trimEnd().split('\n')
  return [
    paint('cyan', oneLine(file ?? language)),
    ...lines.map((line) => (line === '' ? '' : `  ${line}`)),
  ].join('\n')
}

function bullets(title: string, items: readonly string[], look: Look): string {
  if (items.length === 0) return ''
  const lines = items.map((one) => prose(one, look))
  return [...(title === '' ? [] : [title]), ...lines].join('\n')
}
