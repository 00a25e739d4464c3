import { expect, test } from 'vitest'
import { kinds, mutant, written } from '../bench/mutate.mjs'
import { review } from '../src/operations/review.ts'

/** A project is read in a tenth of a second; the machine may be busy. */
const LIMIT = 20_000
const SAMPLE = 60

/** What went wrong with the broken project of a number; the whole run is `bench/mutated-inputs.mjs`. */
async function broken(number: number): Promise<string[]> {
  const one = mutant(number)
  const { root, remove } = written(one)
  const label = `${number} (${one.kinds.join(', ')})`
  try {
    const start = performance.now()
    const options = { only: [], at: [], failOn: 'never' as const, updateBaseline: false, all: true }
    const { problems } = await review.run(options, { root, workFolder: root })
    if (performance.now() - start > LIMIT) return [`${label}: took too long`]
    const stopped = problems.filter(({ message }) =>
      /search for this fault stopped|not be followed/.test(message),
    )
    const fatal = problems.some(({ effect }) => effect === 'fatal')
    const silent = fatal ? [] : one.skipped.filter((file) => !problems.some(({ where }) => where === file))
    return [
      ...stopped.map(({ where, message }) => `${label}: ${where}: ${message}`),
      ...silent.map((file) => `${label}: ${file} was skipped in silence`),
    ]
  } finally {
    remove()
  }
}

test('broken projects are read without a crash, and what was skipped is listed', async () => {
  expect(SAMPLE).toBeGreaterThan(kinds.length)
  const found: string[] = []
  let skipped = 0
  for (let number = 0; number < SAMPLE; number++) {
    skipped += mutant(number).skipped.length
    found.push(...(await broken(number)))
  }
  expect(found).toEqual([])
  expect(skipped).toBeGreaterThan(3)
}, 600_000)
