/** What the weights of the front door are about: stems, pairs of neighbours, and cues. */
import { stemOf } from '../../recipes/words.ts'
import { CUES } from './cues.ts'
import type { Sentence } from './read.ts'

/** How a feature that is a cue begins; no stem has a colon. */
export const CUE = 'cue: '

/** Beyond this many words, a text is a paste: its end says no more. */
const MOST_WORDS = 80

/**
 * What is in a sentence, and the word that it was typed as (empty where it is no single word): `slow` (a stem), `make fast`
 * (neighbours; `^` begins, `$` ends), `cue: who can`, `pasted`, `long 2` (how long, in steps of four words).
 */
export function featuresOf(sentence: Sentence): Map<string, string> {
  const tokens = (sentence.words.match(/<[a-z-]+>|\p{L}+(?:'\p{L}+)?|\d+|\?/gu) ?? []).slice(0, MOST_WORDS)
  const features = new Map<string, string>()
  let before = '^'
  for (const token of tokens) {
    const stem = /^\d/.test(token) ? '#' : stemOf(token)
    features.set(stem, token)
    features.set(`${before} ${stem}`, '')
    before = stem
  }
  features.set(`${before} $`, '')
  for (const [name, cue] of CUES) if (cue.test(sentence.words)) features.set(`${CUE}${name}`, '')
  if (sentence.pasted) features.set('pasted', '')
  features.set(`long ${Math.min(5, Math.floor(tokens.length / 4))}`, '')
  return features
}
