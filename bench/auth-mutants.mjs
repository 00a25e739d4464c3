// Plants mistakes into the code of the recipe `auth-password`, one at a time, in a running copy of the example, and
// prints as Markdown what noticed them. After `npm run build`; half an hour.
//   node bench/auth-mutants.mjs [--app FOLDER] [--set name=value] [--mechanical N] [--part K] [--match TEXT] [--log FILE] [--quick] [--survivors] [--tell]
// `--log FILE`: each result, a line; what stands there already is not tried again, but survivors are, unless `--quick`,
// which leaves the attacks out that are not likely to notice anything. `--survivors`: alone
// those that nobody has explained. `--tell`: only prints.
// `--mechanical N`: so many of those made by rule (all: 0 leaves them out); `--part K`: the Kth such share.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MODE_VARIABLE } from '../dist/proof/mutants/on-copy.js'
import { openBench } from '../dist/proof/open.js'
import { addedCode, chosen, mutantsIn, plant } from '../dist/recipes/auth-password/plant.js'
import { explained } from './auth-mutants-explained.mjs'
import { openCopy, versionOf } from './recipe-copy.mjs'

const { values: given } = parseArgs({
  options: {
    app: { type: 'string', default: 'examples/workshop' },
    set: { type: 'string', multiple: true, default: ['register=true'] },
    mechanical: { type: 'string', default: '250' },
    part: { type: 'string', default: '1' },
    match: { type: 'string' },
    log: { type: 'string' },
    quick: { type: 'boolean', default: false },
    survivors: { type: 'boolean', default: false },
    tell: { type: 'boolean', default: false },
  },
})
const METHOD = `# Mutants of the code of \`auth-password\`

How strong the generated tests and the attacks are: mistakes are planted into the code that the recipe writes, one at a time,
and each has to be noticed. Printed by \`node bench/auth-mutants.mjs\`.

- One copy of the application runs as \`next dev\`; a mutant is one changed file. It is tried when the copy says that it has
  loaded that very text (each file notes its number when it is loaded).
- \`next dev\` fixes \`NODE_ENV\`: in the copy the new code reads another variable in its place, which says \`production\`.
- Who is quickest looks first: the attacks that noticed the most in this file for their time, two seconds of them; then \`tsc\`,
  the generated tests on a database of their own, and all other attacks. The first that notices ends it: the columns say who
  was first, not who else would have been.
- An attack that is measured by a clock has to notice twice. An attack that is not withstood without a mutant is not asked.
- Written mutants: \`src/recipes/auth-password/mutants.ts\`. Mechanical ones: \`src/source/mutations.ts\`, by syntax; of them
  those whose id, a digest of the place, comes first: the same code has the same sample.
`.split('\n')
const began = performance.now()
const note = (line) =>
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} ${line}\n`)
const base = mkdtempSync(join(tmpdir(), 'mutants-'))
const stop = new AbortController()
process.once('SIGINT', () => stop.abort(new Error('Interrupted.')))
process.once('SIGTERM', () => stop.abort(new Error('Ended.')))

try {
  await main()
} finally {
  rmSync(base, { recursive: true, force: true })
}

async function main() {
  const copy = await openCopy({
    app: given.app,
    settings: given.set,
    workFolder: base,
    signal: stop.signal,
    progress: note,
  })
  try {
    const { facts, input, draft } = copy
    const added = draft.written.files.filter((file) => draft.written.before(file) === undefined)
    const texts = addedCode(facts, input, new Map(added.map((file) => [file, copy.text(file)])))
    if (given.tell) return tell(texts)
    const tests = draft.written.files.filter((file) => /\.(test|spec)\.ts$/.test(file))
    const bench = await openBench(copy.drafted, copy.context, {
      seed: 1,
      mode: 'dev',
      env: { ...copy.env, [MODE_VARIABLE]: 'production' },
    })
    try {
      await run(bench, facts, input, texts, tests)
    } finally {
      await bench.close()
    }
  } finally {
    await copy.draft.close()
  }
}

/** What the log says, without trying anything; of the sample as far as it goes. */
function tell(texts) {
  const all = mutantsIn(texts)
  const before = earlier()
  const sample = share(all.mechanical)
  const end = sample.findIndex(({ id }) => !before.has(id))
  const tried = [...all.written, ...sample.slice(0, end < 0 ? sample.length : end)].flatMap((mutant) => {
    const one = before.get(mutant.id)
    return one ? [{ mutant, ...one }] : []
  })
  print({ tried }, all)
}

async function run(bench, facts, input, texts, tests) {
  const all = mutantsIn(texts)
  const wanted = (one) =>
    !given.match || `${one.location.file} ${one.kind} ${one.id} ${one.title}`.includes(given.match)
  const written = all.written.filter(wanted)
  const mechanical = share(all.mechanical).filter(wanted)
  const mutants = [...written, ...mechanical]
  const before = earlier()
  const isLeft = (mutant) => {
    const one = before.get(mutant.id)
    if (given.survivors) return one?.result === 'survived' && !explained(mutant)
    return !one || (one.result === 'survived' && !given.quick)
  }
  const left = mutants.filter(isLeft)
  const known = mutants.flatMap((mutant) => {
    const one = before.get(mutant.id)
    return one && !left.includes(mutant) ? [{ mutant, ...one }] : []
  })
  note(
    `${written.length} written, ${mechanical.length} of ${all.mechanical.length} mechanical; ${known.length} are known`,
  )
  let done = 0
  const report = await plant(bench, facts, input, {
    texts,
    tests,
    mutants: left,
    budget: { each: 240_000 },
    signal: stop.signal,
    quick: given.quick,
    progress: note,
    onResult({ mutant, result, by, ms }) {
      done += 1
      note(
        `${done} ${result} ${(ms / 1000).toFixed(1)}s ${mutant.location.file}:${mutant.location.line} ${mutant.id} ${mutant.title} <- ${by ?? ''}`,
      )
      const { id, kind, title, location, before, after } = mutant
      if (given.log)
        appendFileSync(
          given.log,
          `${JSON.stringify({ id, kind, ...location, title, before, after, result, by, ms })}\n`,
        )
    },
  })
  print({ ...report, tried: [...known, ...report.tried] }, all)
}

/** What an earlier run that was cut short wrote into its log; the same code has the same ids. */
function earlier() {
  if (!given.log || !existsSync(given.log)) return new Map()
  const lines = readFileSync(given.log, 'utf8').trim().split('\n').filter(Boolean)
  return new Map(
    lines.map((line) => JSON.parse(line)).map(({ id, result, by, ms }) => [id, { result, by, ms }]),
  )
}

/** The Kth share of so many, in the order of their ids: a run that is cut short has tried a sample, too. */
function share(mutants) {
  const count = given.mechanical === 'all' ? mutants.length : Number(given.mechanical)
  return chosen(mutants, (Number(given.part) - 1) * count, count)
}

function print({ tried, clean }, all) {
  const ms = tried.reduce((sum, one) => sum + one.ms, 0)
  const out = []
  const say = (line = '') => out.push(line)
  for (const line of METHOD) say(line)
  say(`${given.app}, ${given.set.join(', ')}: ${tried.length} mutants, ${(ms / 60_000).toFixed(0)} minutes.`)
  say(
    `Node ${process.versions.node}, ${cpus().length} cores, Next ${versionOf('next')} (\`next dev\`), Prisma ${versionOf('prisma')}, TypeScript ${versionOf('typescript')}, Vitest ${versionOf('vitest')}.`,
  )
  if (clean) {
    const others = clean.filter((one) => one.verdict !== 'withstood')
    say(
      `Without a mutant ${clean.length - others.length} of ${clean.length} attacks were withstood; the others notice nothing: ${others.map(({ attack, verdict }) => `${attack.id} (${verdict})`).join(', ') || 'none'}.`,
    )
  }
  say()
  say('| kind | there are | tried | types | tests | attacks | load, time | survived |')
  say('| --- | --- | --- | --- | --- | --- | --- | --- |')
  const made = [...all.written, ...all.mechanical]
  const count = (list, by) => list.filter((one) => one.result !== 'survived' && by(one)).length
  const row = (name, some, list) =>
    say(
      `| ${[name, some.length, list.length, count(list, ({ by }) => by?.startsWith('types')), count(list, ({ by }) => by?.startsWith('test:')), count(list, ({ by }) => by?.startsWith('attack')), count(list, ({ by }) => !/^(types|test:|attack)/.test(by ?? '')), list.filter(({ result }) => result === 'survived').length].join(' | ')} |`,
    )
  for (const kind of ['written', ...[...new Set(all.mechanical.map(({ kind }) => kind))].sort()])
    row(
      kind,
      made.filter((one) => one.kind === kind),
      tried.filter(({ mutant }) => mutant.kind === kind),
    )
  const mechanical = tried.filter(({ mutant }) => mutant.kind !== 'written')
  row('mechanical, all', all.mechanical, mechanical)
  const survived = tried.filter(({ result }) => result === 'survived')
  const equivalent = survived.filter(({ mutant }) => explained(mutant)?.equivalent)
  const rate = (list, left) =>
    `${list.length - left} of ${list.length}${list.length ? ` (${(((list.length - left) / list.length) * 100).toFixed(1)} %)` : ''}`
  const left = survived.filter(({ mutant }) => mutant.kind !== 'written')
  say()
  say(
    `Noticed of the mechanical ones: ${rate(mechanical, left.length)}; without those that change nothing: ${rate(
      mechanical.filter((one) => !equivalent.includes(one)),
      left.filter((one) => !equivalent.includes(one)).length,
    )}.`,
  )
  if (all.without.length > 0)
    say(
      `Written ones that have no place here: ${all.without.map(({ id, optional }) => `${id} (${optional ?? 'not explained'})`).join(', ')}.`,
    )
  say()
  for (const { mutant } of survived) {
    const why = explained(mutant)
    say(
      `- ${mutant.location.file}:${mutant.location.line} ${mutant.title}: \`${squeezed(mutant.before)}\` → \`${squeezed(mutant.after)}\`. ${why ? `${why.equivalent ? 'Changes nothing' : 'Not noticed'}: ${why.because}` : '**Not explained.**'}`,
    )
  }
  process.stdout.write(`${out.join('\n')}\n`)
  if (
    survived.some(({ mutant }) => !explained(mutant)) ||
    survived.some(({ mutant }) => mutant.kind === 'written')
  )
    process.exitCode = 1
}

function squeezed(text) {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 140 ? `${line.slice(0, 139)}…` : line
}
