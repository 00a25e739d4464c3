/** What `diagnose` found, in words that all renderings share. */
import type { CauseVerdict, Diagnosis, ExaminedCause } from '../core/failure.ts'
import { place } from './wording.ts'

export const verdictText: Record<CauseVerdict, string> = {
  confirmed: 'confirmed here',
  unconfirmed: 'not confirmed',
  contradicted: 'ruled out',
}

/** `src/app/api/users/route.ts:7 in POST` */
export const placesText = ({ places }: Diagnosis): string[] =>
  places.slice(0, 4).map(({ location, note }) => `${place(location)}${note === '' ? '' : ` in ${note}`}`)

/** Causes that are told in full: the first, and whatever is as sure. The rest is named. */
export function toldCauses({ causes }: Diagnosis): { full: ExaminedCause[]; brief: ExaminedCause[] } {
  const sure = causes.filter(({ verdict }) => verdict === 'confirmed')
  const full =
    sure.length > 0
      ? sure.slice(0, 2)
      : causes.filter(({ verdict }) => verdict !== 'contradicted').slice(0, 1)
  return { full, brief: causes.filter((one) => !full.includes(one)) }
}

/** What would help where nothing is known. */
export const unknownText = ({ places, error }: Diagnosis): string[] => [
  places.length > 0
    ? 'Start at the places above: they are the last lines of this project that ran.'
    : 'The text names no file of this project: give the whole stack, from the line with the message to the last `at`.',
  ...(error.codes.length > 0 ? [`Codes in it: ${error.codes.join(', ')}.`] : []),
]
