/** Tries mistakes many at a time: a copy of the file with each, and a copy of the test that is given it instead. */
import { readFile, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { z } from 'zod'
import { type Mutant, mutated } from '../../proof/mutants/mutants.ts'
import type { TriedMutant } from '../../proof/mutants/run.ts'
import { copyIn } from '../../proof/write-change.ts'
import type { OwnTests } from '../../runtime/app/own-tests.ts'
import type { Runner } from './runner.ts'
import type { Subject } from './subject.ts'

interface Trial {
  root: string
  subject: Subject
  runner: Runner
  mutants: readonly Mutant[]
  texts: ReadonlyMap<string, string>
  run(files: readonly string[], options?: readonly string[]): Promise<OwnTests>
}

type Result = Pick<TriedMutant, 'result' | 'by'>

/** Of one run of the runner: more would take longer than a run may. */
const BATCH = 15

const results = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), title: z.string().optional() })).default([]),
    }),
  ),
})

/** `why`: without a mistake the tests fail, too. */
export async function tryMutants(trial: Trial): Promise<{ tried: TriedMutant[] } | { why: string }> {
  const { mutants, runner } = trial
  if (runner.name === 'node:test') return { tried: await eachInPlace(trial, mutants) }
  const files = [...new Set(mutants.map(({ location }) => location.file))]
  const sound = await soundFiles(trial, files)
  const tried: TriedMutant[] = []
  const batched = mutants.filter(({ location }) => sound.has(location.file))
  for (let at = 0; at < batched.length; at += BATCH)
    tried.push(...(await batch(trial, batched.slice(at, at + BATCH))))
  tried.push(
    ...(await eachInPlace(
      trial,
      mutants.filter(({ location }) => !sound.has(location.file)),
    )),
  )
  return { tried }
}

/** Files that can be put in place of themselves without the tests noticing. */
async function soundFiles(trial: Trial, files: readonly string[]): Promise<Set<string>> {
  const variants = files.map((file, i) => ({ id: `none${i}`, file, text: trial.texts.get(file) ?? '' }))
  const seen = await runVariants(trial, variants)
  return new Set(variants.filter(({ id }) => seen?.get(id)?.result === 'survived').map(({ file }) => file))
}

interface Variant {
  id: string
  file: string
  text: string
}

async function batch(trial: Trial, mutants: readonly Mutant[]): Promise<TriedMutant[]> {
  const began = performance.now()
  const variants = mutants.map((mutant): Variant => {
    const { file } = mutant.location
    return { id: mutant.id, file, text: mutated(file, trial.texts.get(file) ?? '', mutant) }
  })
  const seen = await runVariants(trial, variants)
  const ms = (performance.now() - began) / mutants.length
  const tried: TriedMutant[] = []
  for (const mutant of mutants) {
    const result = seen?.get(mutant.id)
    if (result) tried.push({ mutant, ...result, ms })
    // One of the others kept the run from ending: each alone.
    else tried.push(...(await eachInPlace(trial, [mutant])))
  }
  return tried
}

/** Results by id; `undefined` when the run did not end. */
async function runVariants(
  trial: Trial,
  variants: readonly Variant[],
): Promise<Map<string, Result> | undefined> {
  const { root, subject, runner, run } = trial
  const own = await readFile(join(root, subject.testFile), 'utf8')
  const texts = new Map<string, string>()
  const tests = new Map<string, string>()
  for (const { id, file, text } of variants) {
    const ending = posix.extname(file)
    const copy = `${file.slice(0, -ending.length)}.mistake-${id}${ending}`
    const test = subject.testFile.replace(/(\.(?:test|spec)\.[cm]?tsx?)$/, `-mistake-${id}$1`)
    texts.set(copy, text)
    texts.set(test, givenInstead(runner, own, relative(test, file), relative(test, copy)))
    tests.set(id, test)
  }
  const placed = await copyIn(root, texts)
  const out = join(root, '.results-of-mistakes.json')
  try {
    const options =
      runner.name === 'jest'
        ? ['--json', `--outputFile=${out}`]
        : ['--reporter=json', `--outputFile=${out}`, '--pool=threads']
    const ran = await run([...tests.values()], options)
    if (!ran.ran) return undefined
    const { testResults } = results.parse(JSON.parse(await readFile(out, 'utf8')))
    return new Map(
      [...tests].flatMap(([id, test]): [string, Result][] => {
        const found = testResults.find(({ name }) => name.endsWith(test))
        return found ? [[id, resultOf(found)]] : []
      }),
    )
  } finally {
    await placed.takeBack()
    await rm(out, { force: true })
  }
}

function resultOf({ status, assertionResults }: z.infer<typeof results>['testResults'][number]): Result {
  if (status === 'passed') return { result: 'survived' }
  const by = assertionResults.find((one) => one.status === 'failed')?.title
  return { result: 'killed', ...(by === undefined ? {} : { by }) }
}

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to)
  return path.startsWith('.') ? path : `./${path}`
}

/** The test with another file in place of one, which stops where it fails first. */
function givenInstead(runner: Runner, text: string, file: string, copy: string): string {
  if (runner.name === 'jest') {
    const bare = (path: string): string => path.replace(/\.tsx?$/, '')
    return `jest.mock('${bare(file)}', () => jest.requireActual('${bare(copy)}'));\n${text}`
  }
  const head = /import \{[^}]*\bvi\b[^}]*\} from ['"]vitest['"]/.test(text)
    ? ''
    : "import { vi } from 'vitest';\n"
  return `${head}import { afterEach as afterOne, beforeEach as beforeOne } from 'vitest';
vi.mock('${file}', () => import('${copy}'));
let failedBefore = false;
beforeOne(({ skip }) => { if (failedBefore) skip(); });
afterOne(({ task }) => { if (task.result?.state === 'fail') failedBefore = true; });
${text}`
}

/** One after the other, in the file itself. */
async function eachInPlace(
  { root, subject, texts, run }: Trial,
  mutants: readonly Mutant[],
): Promise<TriedMutant[]> {
  const tried: TriedMutant[] = []
  for (const mutant of mutants) {
    const { file } = mutant.location
    const began = performance.now()
    const placed = await copyIn(root, new Map([[file, mutated(file, texts.get(file) ?? '', mutant)]]))
    try {
      const ran = await run([subject.testFile])
      const result: Result = !ran.ran ? { result: 'timeout' } : { result: ran.passed ? 'survived' : 'killed' }
      tried.push({ mutant, ...result, ms: performance.now() - began })
    } finally {
      await placed.takeBack()
    }
  }
  return tried
}
