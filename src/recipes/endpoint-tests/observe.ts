/** Asks everything that the tests will ask, in the project's own runner, and writes down what was answered. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { LiveBench } from '../../proof/live-bench.ts'
import { copyIn } from '../../proof/write-change.ts'
import type { OwnTests, TestRun } from '../../runtime/app/own-tests.ts'
import { importLines, preludeOf } from './prelude.ts'
import type { Probe } from './probes.ts'
import type { Runner } from './runner.ts'
import type { Subject } from './subject.ts'
import { quoted } from './text.ts'

const row = z.record(z.string(), z.unknown())
export type StoredRow = z.infer<typeof row>

const round = z.object({
  north: z.record(z.string(), z.unknown()),
  south: z.record(z.string(), z.unknown()).nullable(),
  status: z.number(),
  body: z.unknown(),
  before: z.record(z.string(), z.array(row)),
  after: z.record(z.string(), z.array(row)),
})
const observed = z.array(z.object({ id: z.string(), error: z.string().optional(), rounds: z.array(round) }))

/** One request, as it was answered once. */
export type Round = z.infer<typeof round>

export interface Observation {
  probe: Probe
  /** Two of them, with other rows. */
  rounds: [Round, Round]
}

export interface Observed {
  seen: Observation[]
  /** Probes that threw, with what they threw. */
  failed: { probe: Probe; error: string }[]
}

const OUT = '.observed-answers.json'

/** `undefined` with the log when the probes did not run at all. */
export async function observe(
  bench: LiveBench,
  subject: Subject,
  runner: Runner,
  probes: readonly Probe[],
  test: (run: TestRun) => Promise<OwnTests>,
): Promise<Observed | { why: string }> {
  const { staged } = bench.parts
  const file = subject.testFile.replace(/(\.(?:test|spec)\.[cm]?tsx?)$/, '-observed$1')
  const out = join(staged.folder, OUT)
  const placed = await copyIn(staged.root, new Map([[file, probeFile(subject, runner, probes, file, out)]]))
  try {
    const ran = await test({ files: [file], runner: runner.name })
    if (!ran.ran) return { why: ran.why }
    const text = await readFile(out, 'utf8').catch(() => undefined)
    if (text === undefined) return { why: `the requests could not be made:\n${ran.log}` }
    return read(observed.parse(JSON.parse(text)), probes)
  } finally {
    await placed.takeBack()
    await rm(out, { force: true })
  }
}

function read(all: z.infer<typeof observed>, probes: readonly Probe[]): Observed {
  const result: Observed = { seen: [], failed: [] }
  for (const { id, error, rounds } of all) {
    const probe = probes.find((one) => one.id === id)
    const [first, second] = rounds
    if (!probe) continue
    if (first && second) result.seen.push({ probe, rounds: [first, second] })
    else result.failed.push({ probe, error: error ?? 'no answer' })
  }
  return result
}

function probeFile(
  subject: Subject,
  runner: Runner,
  probes: readonly Probe[],
  file: string,
  out: string,
): string {
  const { client, dataModel } = subject
  const { imports, mocks, declarations, reset } = preludeOf(subject, runner)
  const models = dataModel.models.filter(({ view, ignored }) => !view && !ignored)
  // Run once and never kept: it has no types.
  const body = `
const plain = (value) => {
  if (value instanceof Date) return { $date: value.toISOString() }
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (value instanceof Uint8Array) return { $bytes: value.length }
  if (Array.isArray(value)) return value.map(plain)
  if (value && typeof value === 'object')
    return typeof value.toJSON === 'function' ? value.toJSON() : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]))
  return value
}
const snapshot = async () => ({ ${models.map(({ name, delegate }) => `${name}: await ${client.use}.${delegate}.findMany()`).join(', ')} })
const probes = [
${probes
  .map(
    ({ id, both, setup, of, call }) =>
      `[${quoted(id)}, ${both}, async (north, south) => {
${setup.join('\n')}
const before = await snapshot()
const { status, body } = await send(${of}${call === '' ? '' : `, ${call}`})
return { status, body, before, after: await snapshot() }
}],`,
  )
  .join('\n')}
]
${runner.test(
  'observes',
  `const all = []
for (const [id, both, ask] of probes) {
  const rounds = []
  let error
  try {
    for (let round = 0; round < 2; round++) {
      await ${reset}()
      const north = await createParty('north')
      const south = both ? await createParty('south') : null
      rounds.push(plain({ north, south, ...(await ask(north, south)) }))
    }
  } catch (thrown) {
    error = String(thrown)
  }
  all.push({ id, error, rounds })
}
writeFileSync(${quoted(out)}, JSON.stringify(all))
await ${client.use}.$disconnect()`,
  170_000,
)}
`
  const text = [...mocks, ...declarations, body].join('\n\n')
  return `${importLines(subject, file, [...imports, { package: 'node:fs', names: ['writeFileSync'] }, ...runner.imports(text)])}\n\n${text}`
}
