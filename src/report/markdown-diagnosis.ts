/** `diagnose` in Markdown. */
import type { ExaminedCause } from '../core/failure.ts'
import type { Report } from '../core/report.ts'
import { isOpen, placesText, toldCauses, unknownText, verdictText } from './diagnosis-lines.ts'
import { code, fenced, prose } from './markdown-text.ts'
import { place } from './wording.ts'

export function diagnosisBlocks({ diagnosis }: Report): string[] {
  if (!diagnosis) return []
  const { error, later } = diagnosis
  const places = placesText(diagnosis)
  const { full, brief } = toldCauses(diagnosis)
  return [
    [
      `- **error** ${prose(`${error.name === '' ? '' : `${error.name}: `}${error.message}`)}`,
      ...(places.length > 0 ? [`- **at** ${places.map(code).join(', ')}`] : []),
      ...later.slice(0, 3).map((one) => `- **then** ${prose(one)}`),
    ].join('\n'),
    ...full.flatMap(causeBlocks),
    ...(brief.length > 0
      ? [
          '## Other causes of the same text',
          brief
            .map(({ title, verdict, why }) => `- **${verdictText[verdict]}** ${prose(title)}: ${prose(why)}`)
            .join('\n'),
        ]
      : []),
    ...(isOpen(diagnosis) ? unknownText(diagnosis).map(prose) : []),
  ]
}

function causeBlocks(cause: ExaminedCause): string[] {
  return [
    `## ${prose(cause.title)} (${verdictText[cause.verdict]})`,
    prose(cause.why),
    cause.evidence.map(({ location, note }) => `- ${code(place(location))} ${prose(note)}`).join('\n'),
    ...cause.cure.flatMap(({ what, code: text }, index) => [
      `${index + 1}. ${prose(what)}`,
      ...(text === undefined ? [] : [fenced(text, '')]),
    ]),
    ...(cause.check.length > 0
      ? [['Not confirmed; this would tell:', '', ...cause.check.map((one) => `- ${prose(one)}`)].join('\n')]
      : []),
    [
      code(cause.id),
      ...(cause.fault ? [`fault ${code(cause.fault)}`] : []),
      ...cause.references.map((url) => `<${url}>`),
    ].join(' · '),
  ].filter((block) => block !== '')
}
