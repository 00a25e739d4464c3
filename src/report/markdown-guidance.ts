/** `guide` as Markdown. */
import type { Guidance, GuidedSection, GuideTopic } from '../core/guidance.ts'
import { code, fenced, prose } from './markdown-text.ts'
import { oneLine, place } from './wording.ts'

export function guidanceBlocks(guidance: Guidance | undefined): string[] {
  if (!guidance) return []
  const several = guidance.sections.length > 1
  return [
    ...guidance.topics.map(topicBlock),
    ...guidance.sections.flatMap((section) => [
      ...(several ? [`## ${prose(section.question)}`] : []),
      ...sectionBlocks(section),
    ]),
  ]
}

const topicBlock = ({ title, topic, sections }: GuideTopic): string =>
  [
    `## ${prose(title)} (${code(topic)})`,
    '',
    ...sections.map(({ id, question }) => `- ${prose(question)} ${code(id)}`),
  ].join('\n')

function sectionBlocks(section: GuidedSection): string[] {
  const facts = section.here.map(({ text, at }) => `- ${at ? `${code(place(at))} ` : ''}${prose(text)}`)
  const sources = section.sources.map((one) => `- ${oneLine(one)}`)
  const none = '- Nothing in this project has to do with it yet.'
  return [
    ...section.answer.map(paragraph),
    ['**Here**', '', ...(facts.length > 0 ? facts : [none])].join('\n'),
    ...section.samples.map(
      ({ file, language, text }) =>
        `${file === undefined ? '' : `${code(file)}\n\n`}${fenced(text, language)}`,
    ),
    ...section.remarks.map(prose),
    ...labelled('Why.', section.why),
    ...labelled('Not when.', section.unless),
    ['**Sources**', '', ...sources].join('\n'),
  ]
}

const paragraph = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line.startsWith('- ') ? `- ${prose(line.slice(2))}` : prose(line)))
    .join('\n')

const labelled = (label: string, paragraphs: readonly string[]): string[] =>
  paragraphs.map((one, index) => (index === 0 ? `**${label}** ${paragraph(one)}` : paragraph(one)))
