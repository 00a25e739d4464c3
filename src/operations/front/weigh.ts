/** What a sentence asks for, without a language model: a linear model whose weights stand in `weights.ts`. */
import { editDistance } from '../../core/nearest.ts'
import { groupedStems } from './alike.ts'
import { featuresOf } from './features.ts'
import type { Sentence } from './read.ts'
import { WEIGHTS } from './weights.ts'

/** What a sentence can ask for. `decline`: something that this tool does not do. */
export const INTENTS = [
  'understand',
  'review',
  'prove',
  'fix',
  'optimize',
  'build auth-password',
  'build endpoint-tests',
  'diagnose',
  'audit',
  'explain',
  'undo',
  'init',
  'guide',
  'decline',
] as const
export type Intent = (typeof INTENTS)[number]

export interface Weighed {
  intent: Intent
  /** 0 to 1; all of a sentence come to 1. */
  share: number
  /** Words of the sentence that spoke for it most, at most four. */
  words: string[]
}

/** By feature: weights in tenths, in the order of `INTENTS`. */
type Table = ReadonlyMap<string, readonly number[]>

/** A line of `weights.ts`: the feature, a tab, then a number for each intent; an empty one is 0. */
function read(text: string): Table {
  const rows = text.split('\n').filter((line) => line !== '')
  return new Map(
    rows.map((line) => {
      const [feature = '', numbers = ''] = line.split('\t')
      return [feature, numbers.split(',').map(Number)]
    }),
  )
}

let table: Table | undefined

function tableOf(): Table {
  table ??= read(WEIGHTS)
  return table
}

interface Known {
  /** As it was typed. */
  word: string
  row: readonly number[]
}

/** All intents, the likeliest first. */
export function weigh(sentence: Sentence): Weighed[] {
  const weights = tableOf()
  const features = featuresOf(sentence, spelt)
  const known = [...features].flatMap(([feature, word]): Known[] => {
    const row = weights.get(feature)
    return row ? [{ word, row }] : []
  })
  const scale = 1 / Math.sqrt(Math.max(1, features.size))
  const base = weights.get('') ?? []
  const sums = INTENTS.map((_, at) =>
    known.reduce((sum, { row }) => sum + (row[at] ?? 0) * scale, base[at] ?? 0),
  )
  const shares = softmax(sums.map((sum) => sum / 10))
  return INTENTS.map((intent, at) => ({ intent, share: shares[at] ?? 0, words: wordsFor(at, known) })).sort(
    (a, b) => b.share - a.share,
  )
}

const WORD = /^\p{L}{4,}$/u

/** Stems that have a weight or are alike to one that has, by their first letter. */
let spelling: ReadonlyMap<string, readonly string[]> | undefined

function spellingOf(): ReadonlyMap<string, readonly string[]> {
  const byLetter = new Map<string, string[]>()
  for (const stem of new Set([...tableOf().keys(), ...groupedStems])) {
    if (WORD.test(stem)) byLetter.set(stem.charAt(0), [...(byLetter.get(stem.charAt(0)) ?? []), stem])
  }
  return byLetter
}

/** The one known stem that has the same letters in another order, else the one that differs by a letter; else the stem itself. */
function spelt(stem: string): string {
  spelling ??= spellingOf()
  const known = spelling.get(stem.charAt(0)) ?? []
  if (!WORD.test(stem) || known.includes(stem)) return stem
  const near = known.filter((one) => Math.abs(one.length - stem.length) <= 1)
  const letters = [...stem].sort().join('')
  const [swapped, ...others] = near.filter((one) => [...one].sort().join('') === letters)
  if (swapped !== undefined && others.length === 0) return swapped
  const [changed, ...more] = near.filter((one) => editDistance(one, stem) === 1)
  return changed !== undefined && more.length === 0 ? changed : stem
}

export function softmax(sums: readonly number[]): number[] {
  const most = Math.max(...sums)
  const powers = sums.map((sum) => Math.exp(sum - most))
  const all = powers.reduce((sum, one) => sum + one, 0)
  return powers.map((one) => one / all)
}

/** They count, but say nothing to who reads why. */
const SMALL =
  /^(?:an?|the|this|that|it|its|is|are|was|be|do|does|did|how|what|why|who|when|where|which|to|of|in|on|at|for|with|by|from|and|or|not|no|so|up|as|if|i|me|my|we|us|our|you|your|can|could|would|should|has|have|had)$/

/** What speaks most for an intent; pairs and turns of phrase are no words. */
function wordsFor(at: number, known: readonly Known[]): string[] {
  const words = known
    .filter(({ word, row }) => /^[\p{L}'-]{2,}$/u.test(word) && !SMALL.test(word) && (row[at] ?? 0) > 3)
    .toSorted((a, b) => (b.row[at] ?? 0) - (a.row[at] ?? 0))
  return [...new Set(words.map(({ word }) => word))].slice(0, 4)
}
