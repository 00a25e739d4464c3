/** `diagnose` for a language model: one line per fact, code as it is. */
import type { ExaminedCause } from '../core/failure.ts'
import type { Report } from '../core/report.ts'
import { isOpen, placeOfBrief, placesText, toldCauses, unknownText, verdictText } from './diagnosis-lines.ts'
import { oneLine, place, printable } from './wording.ts'

export function diagnosisLines({ diagnosis }: Report): string[] {
  if (!diagnosis) return []
  const { error, later } = diagnosis
  const places = placesText(diagnosis)
  const { full, brief } = toldCauses(diagnosis)
  return [
    oneLine(`error ${error.name === '' ? '' : `${error.name}: `}${error.message}`),
    ...(places.length > 0 ? [`at ${places.join(', ')}`] : []),
    ...later.slice(0, 3).map((one) => oneLine(`later: ${one}`)),
    ...full.flatMap(causeLines),
    ...brief.map((cause) =>
      oneLine(`also ${cause.id} (${verdictText[cause.verdict]})${placeOfBrief(cause)}: ${cause.why}`),
    ),
    ...(isOpen(diagnosis) ? unknownText(diagnosis) : []),
  ]
}

const causeLines = (cause: ExaminedCause): string[] => [
  oneLine(`cause ${cause.id} (${verdictText[cause.verdict]}): ${cause.title}. ${cause.why}`),
  ...cause.evidence.map(({ location, note }) => oneLine(`seen ${place(location)} ${note}`)),
  ...cause.cure.flatMap(({ what, code }) => [
    oneLine(`do: ${what}`),
    ...(code === undefined ? [] : printable(code).trimEnd().split('\n')),
  ]),
  ...cause.check.map((one) => oneLine(`check: ${one}`)),
]
