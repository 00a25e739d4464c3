/** From the words of a question to the sections that answer it. */
import type { Playbook, Section } from './playbook.ts'
import { thingsOf } from './synonyms.ts'
import { isFaint, wordsOf } from './words.ts'

export interface Candidate {
  section: Section
  /** Comparable within one question only, but for `far`. */
  score: number
}

interface Indexed {
  section: Section
  /** How often each stem is in it, each place with its weight. */
  counts: ReadonlyMap<string, number>
  length: number
  /** Stems of each phrase of `asks`. */
  phrases: string[][]
}

/** The sections of all playbooks, ready to be asked. */
export interface Index {
  sections: Indexed[]
  /** How telling a stem is: high when few sections have it. */
  weight(stem: string): number
  /** The same, of a word that stands by itself: one that any sentence may hold says little. */
  alone(stem: string): number
  /** Average length of a section. */
  average: number
  /** Stems that somebody who asks would use. */
  asked: ReadonlySet<string>
}

/** Beside a word that is the same, one for the same thing counts so much. */
const THING = 0.5
/** And one that any sentence may hold, so much. */
const FAINT = 0.4

/** Where a word stands says how much it tells: what people ask, then the heading, then the text. */
const weights = { asks: 4, heading: 3, answer: 1, why: 0.4 } as const

const made = new WeakMap<readonly Playbook[], Index>()

/** Made once for the same playbooks. */
export function indexOf(playbooks: readonly Playbook[]): Index {
  const index = made.get(playbooks) ?? indexed(playbooks)
  made.set(playbooks, index)
  return index
}

function indexed(playbooks: readonly Playbook[]): Index {
  const sections = playbooks.flatMap(({ title, sections }) =>
    sections.map((section) => indexedSection(section, title)),
  )
  const having = new Map<string, number>()
  for (const { counts } of sections)
    for (const stem of counts.keys()) having.set(stem, (having.get(stem) ?? 0) + 1)
  const weight = (stem: string): number => {
    const found = having.get(stem) ?? 0
    const rare = found === 0 ? 0 : Math.log(1 + (sections.length - found + 0.5) / (found + 0.5))
    return rare * (stem.startsWith('=') ? THING : 1)
  }
  const alone = (stem: string): number => weight(stem) * (isFaint(stem) ? FAINT : 1)
  const average = sections.reduce((sum, { length }) => sum + length, 0) / Math.max(1, sections.length)
  return {
    sections,
    weight,
    alone,
    average,
    asked: new Set(sections.flatMap(({ phrases }) => phrases.flat())),
  }
}

function indexedSection(section: Section, title: string): Indexed {
  const counts = new Map<string, number>()
  const add = (text: string, weight: number): void => {
    for (const { stem } of wordsOf(text))
      for (const one of [stem, ...thingsOf(stem)]) counts.set(one, (counts.get(one) ?? 0) + weight)
  }
  for (const phrase of section.asks) add(phrase, weights.asks)
  add(`${section.question} ${section.name} ${title}`, weights.heading)
  add(section.answer.join(' '), weights.answer)
  add(section.why.join(' '), weights.why)
  const length = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const phrases = section.asks.map((phrase) => wordsOf(phrase).map(({ stem }) => stem))
  return { section, counts, length, phrases }
}

// The usual constants of BM25: https://nlp.stanford.edu/IR-book/html/htmledition/okapi-bm25-a-non-binary-model-1.html
const SATURATION = 1.2
const LENGTH = 0.4

/** All sections that share a word with the question, the nearest first. Of two that are equally near, the one listed first. */
export function candidates(index: Index, question: string): Candidate[] {
  const said = [...new Set(wordsOf(question).map(({ stem }) => stem))]
  const stems = [...new Set(said.flatMap((stem) => [stem, ...thingsOf(stem)]))]
  return index.sections
    .map((one) => ({ section: one.section, score: words(index, one, stems) + phrases(index, one, stems) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
}

function words({ alone, average }: Index, { counts, length }: Indexed, stems: readonly string[]): number {
  return stems.reduce((sum, stem) => {
    const count = counts.get(stem) ?? 0
    const norm = SATURATION * (1 - LENGTH + (LENGTH * length) / average)
    return sum + (alone(stem) * count * (SATURATION + 1)) / (count + norm)
  }, 0)
}

/** A question of one word, and somebody who asks this says just that. */
const ONLY = 12

/** Of a phrase, at least so much has to be said. */
const SAID = 0.66

/** A phrase of one word is a term (`n+1`, `cursor`): it tells more than a word, and less than two that stand together. */
const TERM = 0.3

/**
 * A phrase that is said tells more than its words do; one of which a word is missing, less. The best two count: synonyms are no
 * second reason.
 */
function phrases({ weight }: Index, { phrases }: Indexed, stems: readonly string[]): number {
  const said = new Set(stems)
  const [only, ...others] = stems.filter((one) => !one.startsWith('='))
  if (others.length === 0 && phrases.some((phrase) => phrase.length === 1 && phrase[0] === only)) return ONLY
  const scores = phrases
    .map((phrase) => {
      const found = phrase.filter((stem) => said.has(stem))
      const share = found.length / phrase.length
      // Of a phrase of empty words, nothing can be said.
      const told =
        phrase.length === 0 || share < SAID
          ? 0
          : share ** 2 * found.reduce((sum, stem) => sum + weight(stem), 0)
      return phrase.length < 2 ? TERM * told : told
    })
    .sort((a, b) => b - a)
  return (scores[0] ?? 0) + (scores[1] ?? 0) / 2
}

/**
 * Below this the question is about something else: 95 of 100 questions of `fixtures/phrases` that a playbook answers have more, half of
 * what is asked for that no playbook is about has less.
 */
const NEAR = 10

/** From here on, several of its words and mostly a phrase were said: half of the questions that a playbook answers. */
const SURE = 27

/** Below this it shares a word by chance. */
const FAR = 4

export const isNear = ({ score }: Candidate): boolean => score >= NEAR

export const isSure = ({ score }: Candidate): boolean => score >= SURE

export const isFar = ({ score }: Candidate): boolean => score >= FAR
