// Learns from fixtures/phrases which words speak for which operation, and writes src/operations/front/weights.ts.
// `node scripts/teach-front.mjs` after `npm run build`; `--folds` says besides how right it is on phrases it has not seen.
// Multinomial logistic regression, the whole set in each step (Adam), with a small penalty on large weights. In each step half of what is in
// a phrase is left out, by lot: so no word carries a phrase alone, and groups and turns of phrase learn to do without words that
// nobody has said yet. What nobody wrote counts less than what somebody did: it teaches words, not how people speak.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CUE, featuresOf } from '../dist/operations/front/features.js'
import { readSentence } from '../dist/operations/front/read.js'
import { INTENTS, softmax } from '../dist/operations/front/weigh.js'
import { faultIds } from '../dist/operations/open.js'
import { lots, madePhrases, seedOf } from './made-phrases.mjs'

const STEPS = 300
const RATE = 0.1
const PENALTY = 3e-6
/** The weights are the mean of those of the last steps. */
const AVERAGED = 150
/** A feature of one or two phrases says more of the phrase than of what was meant. */
const LEAST = 3
/** In tenths: two neighbours that say less than this are not worth their line. */
const LEAST_OF_PAIR = 10
/** Beside a phrase that somebody wrote. Chosen on phrases that were not taught. */
const COUNTS = { written: 1, section: 0.25, unmarked: 0.4, made: 0.3 }
/** How often a feature is left out in a step: of the general ones, less. Chosen on phrases that were not taught. */
const LEFT_OUT = { general: 0.4, other: 0.5 }
/** What is left of a phrase counts for all of it, up to this. */
const MOST_FOR_ONE = 3
const root = join(import.meta.dirname, '..')

const written = ['first', 'more', 'more-2', 'more-3', 'more-4', 'more-5'].flatMap((name) =>
  read(name, COUNTS.written),
)
const others = [
  ...read('sections', COUNTS.section).map((one) => ({ ...one, wanted: ['guide'] })),
  ...madePhrases(3).map((one) => phrase(one, COUNTS.made)),
]

if (process.argv.includes('--folds')) {
  const folds = 5
  let right = 0
  for (let fold = 0; fold < folds; fold++) {
    const weights = learn(withUnmarked(written.filter((_, at) => at % folds !== fold)))
    right += written.filter((one, at) => at % folds === fold && isRight(one, weights)).length
  }
  process.stdout.write(`${right} of ${written.length} right, each asked of weights that had not seen it.\n`)
}
const weights = learn(withUnmarked(written))
const lines = [...weights]
  .map(([feature, row]) => [feature, row.map((one) => Math.round(one * 10) || '')])
  .filter(([feature, row]) => feature === '' || row.some((one) => Math.abs(one) >= leastOf(feature)))
  .map(([feature, row]) => `${feature}\t${row.join()}`)
writeFileSync(
  join(root, 'src/operations/front/weights.ts'),
  `// Written by scripts/teach-front.mjs from fixtures/phrases: do not edit.
/** Per line: a feature (the first line: none), then its weight in tenths for each of \`INTENTS\`. */
export const WEIGHTS = ${JSON.stringify(`${lines.sort().join('\n')}\n`).replaceAll('\\n', '\\n\\\n')}
`,
)
process.stdout.write(`${lines.length} features.\n`)

function leastOf(feature) {
  return /^\S+ \S+$/.test(feature) && !/^(?:cue:|long) /.test(feature) ? LEAST_OF_PAIR : 1
}

function read(name, counts) {
  return readFileSync(join(root, `fixtures/phrases/${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => phrase(JSON.parse(line), counts))
}

function phrase({ say, want }, counts) {
  const wanted = want.map((one) => one.replace(/^guide .*/, 'guide'))
  return { say, features: [...featuresOf(readSentence(say, faultIds)).keys()], wanted, counts }
}

/** Half of those who ask leave the question mark out: every question once more without it. And what nobody wrote. */
function withUnmarked(phrases) {
  const unmarked = phrases
    .filter(({ say }) => say.trimEnd().endsWith('?'))
    .map(({ say, wanted }) =>
      phrase({ say: say.trimEnd().replace(/\?+$/, ''), want: wanted }, COUNTS.unmarked),
    )
  return [...phrases, ...unmarked, ...others]
}

/** @returns weights of each feature that is in `LEAST` phrases; those of '' hold for every phrase */
function learn(phrases) {
  const counts = new Map()
  for (const { features } of phrases) for (const one of features) counts.set(one, (counts.get(one) ?? 0) + 1)
  const known = ['', ...[...counts].filter(([, count]) => count >= LEAST).map(([feature]) => feature)]
  const place = new Map(known.map((feature, at) => [feature, at]))
  const size = INTENTS.length
  const [weights, mean, square, slope] = [0, 0, 0, 0].map(() => new Float64Array(known.length * size))
  const all = phrases.reduce((sum, { counts }) => sum + counts, 0)
  const rows = phrases.map(({ say, features, wanted, counts }) => ({
    share: counts / all,
    at: features.flatMap((feature) => place.get(feature) ?? []),
    scale: 1 / Math.sqrt(Math.max(1, features.length)),
    intent: INTENTS.indexOf(wanted[0]),
    seed: seedOf(say),
  }))
  const leftOut = known.map((feature) => (isGeneral(feature) ? LEFT_OUT.general : LEFT_OUT.other))
  const kept = new Float64Array(weights.length)
  for (let step = 1; step <= STEPS; step++) {
    for (let at = 0; at < slope.length; at++) slope[at] = PENALTY * weights[at]
    for (const { at: whole, scale: plain, intent, share: part, seed } of rows) {
      // Of its own: another phrase changes nothing of what is left out of this one.
      const random = lots(Math.imul(seed ^ step, 0x9e3779b1) >>> 0)
      const at = whole.filter((one) => random() >= leftOut[one])
      const scale = plain * Math.min(MOST_FOR_ONE, whole.length / Math.max(1, at.length))
      const sums = INTENTS.map((_, to) =>
        at.reduce((sum, one) => sum + weights[one * size + to] * scale, weights[to]),
      )
      for (const [to, share] of softmax(sums).entries()) {
        const error = (share - (to === intent ? 1 : 0)) * part
        slope[to] += error
        for (const one of at) slope[one * size + to] += error * scale
      }
    }
    for (let at = 0; at < weights.length; at++) {
      mean[at] = 0.9 * mean[at] + 0.1 * slope[at]
      square[at] = 0.999 * square[at] + 0.001 * slope[at] ** 2
      const [m, s] = [mean[at] / (1 - 0.9 ** step), square[at] / (1 - 0.999 ** step)]
      weights[at] -= (RATE * m) / (Math.sqrt(s) + 1e-8)
      // What was left out in the last steps would decide otherwise: the mean of many does not know.
      if (step > STEPS - AVERAGED) kept[at] += weights[at] / AVERAGED
    }
  }
  return new Map(known.map((feature, at) => [feature, [...kept.slice(at * size, at * size + size)]]))
}

/** A group of words, or a turn of phrase. */
function isGeneral(feature) {
  return /^=\S+$/.test(feature) || feature.startsWith(CUE)
}

function isRight({ features, wanted }, weights) {
  const scale = 1 / Math.sqrt(Math.max(1, features.length))
  const base = weights.get('')
  const sums = INTENTS.map((_, to) =>
    features.reduce((sum, one) => sum + (weights.get(one)?.[to] ?? 0) * scale, base[to]),
  )
  return wanted.includes(INTENTS[sums.indexOf(Math.max(...sums))])
}
