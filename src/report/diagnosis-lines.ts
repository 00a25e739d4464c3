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

/** The cause that is told in full, unless all are ruled out; the others are named. */
export function toldCauses({ causes }: Diagnosis): { full: ExaminedCause[]; brief: ExaminedCause[] } {
  const [first, ...rest] = causes
  if (!first || first.verdict === 'contradicted') return { full: [], brief: causes }
  return { full: [first], brief: rest }
}

/** Nothing was confirmed, and more than one cause is left; or none is. */
export const isOpen = ({ causes }: Diagnosis): boolean =>
  causes.every(({ verdict }) => verdict !== 'confirmed') &&
  causes.filter(({ verdict }) => verdict === 'unconfirmed').length !== 1

/** ` (src/lib/db.ts:7)`: where another cause was seen. */
export const placeOfBrief = ({ evidence: [first] }: ExaminedCause): string =>
  first ? ` (${place(first.location)})` : ''

/** What would help where nothing is known, or too much. */
export const unknownText = ({ places, error, causes }: Diagnosis): string[] => [
  places.length > 0
    ? 'Start at the places above: they are the lines of this project that ran last.'
    : 'The text names no file of this project: give the whole stack, from the line with the message to the last `at`.',
  ...(error.codes.length > 0 && causes.length === 0 ? [`Codes in it: ${error.codes.join(', ')}.`] : []),
]
