/** What a language model is told by `guide`: what to do and the code first; why and the sources where there is room. */
import type { Guidance, GuidedSection } from '../core/guidance.ts'
import { oneLine, place, printable } from './wording.ts'

/** Tokens: the answer to one question. */
export const ONE_ANSWER = 900

export function guidanceLines(guidance: Guidance): string[] {
  if (guidance.topics.length > 0)
    return guidance.topics.map(
      ({ topic, sections }) => `${topic}: ${sections.map(({ id }) => id.slice(topic.length + 1)).join(', ')}`,
    )
  return guidance.sections.flatMap((section) => [
    ...(guidance.sections.length > 1 ? [`## ${section.id} ${oneLine(section.question)}`] : []),
    ...sectionLines(section),
  ])
}

function sectionLines({ answer, here, samples, remarks, unless, why, sources }: GuidedSection): string[] {
  const facts = here.length === 0 ? ['here: nothing in this project has to do with it yet'] : []
  return [
    ...answer.flatMap((one) => printable(one).split('\n')),
    ...facts,
    ...here.map(({ text, at }) => oneLine(`here: ${at ? `${place(at)} ` : ''}${text}`)),
    ...samples.flatMap(({ language, file, text }) => [
      `\`\`\`${language}${file === undefined ? '' : ` ${oneLine(file)}`}`,
      ...printable(text)
        .trimEnd()
        .split('\n')
        .filter((line) => line.trim() !== ''),
      '```',
    ]),
    ...remarks.map((one) => oneLine(`note: ${one}`)),
    ...unless.map((one) => oneLine(`not when: ${one}`)),
    ...why.map((one) => oneLine(`why: ${one}`)),
    ...sources.map((one) => oneLine(`source: ${one}`)),
  ]
}
