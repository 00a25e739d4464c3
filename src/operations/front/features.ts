/** What the weights of the front door are about: stems, what they are alike to, pairs of neighbours, and cues. */
import { stemOf } from '../../recipes/words.ts'
import { groupsOf } from './alike.ts'
import { CUES } from './cues.ts'
import type { Sentence } from './read.ts'

/** How a feature that is a cue begins; no stem has a colon. */
export const CUE = 'cue: '

/** `slooow`: no English word has a letter three times in a row. */
const DRAWN_OUT = /(\p{L})\1{2,}/gu

/** Beyond this many words, a text is a paste: its end says no more. */
const MOST_WORDS = 80

/**
 * What is in a sentence, and the word that it was typed as (empty where it is no single word): `slow` (a stem), `=slow` (it or one
 * of its like), `=make fast` (neighbours, each as its group where it has one; `^` begins, `$` ends), `cue: who can`, `pasted`, `long 2`
 * (how long, in steps of four words). `spelt`: the stem that a mistyped one stands for.
 */
export function featuresOf(
  { words, pasted, known }: Sentence,
  spelt: (stem: string) => string = (stem) => stem,
): Map<string, string> {
  const tokens = (words.match(/<[a-z-]+>|\p{L}+(?:'\p{L}+)?|\d+|\?/gu) ?? []).slice(0, MOST_WORDS)
  const features = new Map<string, string>()
  let before = '^'
  for (const token of tokens) {
    const stem = /^\d/.test(token) ? '#' : spelt(stemOf(token.replace(DRAWN_OUT, '$1')))
    const groups = groupsOf(stem)
    features.set(stem, token)
    for (const group of groups) features.set(group, token)
    const kind = groups[0] ?? stem
    features.set(`${before} ${kind}`, '')
    before = kind
  }
  features.set(`${before} $`, '')
  for (const [name, cue] of CUES) if (cue.test(words)) features.set(`${CUE}${name}`, '')
  if (pasted) features.set('pasted', '')
  if (known) features.set('known failure', '')
  features.set(`long ${Math.min(5, Math.floor(tokens.length / 4))}`, '')
  return features
}
