/** What the weights of the front door are about: stems, pairs of neighbours, and cues. */
import { stemOf } from '../../recipes/words.ts'
import { CUES } from './cues.ts'
import type { Sentence } from './read.ts'

/** Beyond this many words, a text is a paste: its end says no more. */
const MOST_WORDS = 80

/**
 * Names of what is in a sentence: `slow` (a stem), `make fast` (neighbours; `^` begins, `$` ends), `cue 12`, `pasted`,
 * `long 2` (how long, in steps of four words).
 */
export function featuresOf(sentence: Sentence): Set<string> {
  const tokens = (sentence.words.match(/<[a-z-]+>|\p{L}+(?:'\p{L}+)?|\d+|\?/gu) ?? []).slice(0, MOST_WORDS)
  const stems = tokens.map((token) => (/^\d/.test(token) ? '#' : stemOf(token)))
  const features = new Set(stems)
  const padded = ['^', ...stems, '$']
  for (const [index, stem] of padded.slice(1).entries()) features.add(`${padded[index] ?? ''} ${stem}`)
  for (const [index, cue] of CUES.entries()) if (cue.test(sentence.words)) features.add(`cue ${index}`)
  if (sentence.pasted) features.add('pasted')
  features.add(`long ${Math.min(5, Math.floor(tokens.length / 4))}`)
  return features
}
