// Writes tests for endpoints of the example and the fixtures with the recipe `endpoint-tests`, runs them, and tries small
// mistakes in the code of each endpoint. `node bench/endpoint-tests.mjs > bench/endpoint-tests.md`, after `npm run build`;
// Linux, about a minute for each endpoint on a quiet machine. With words as arguments, only those endpoints.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { faults } from '../dist/faults/index.js'
import { runFaults } from '../dist/operations/run-faults.js'
import { readHabits } from '../dist/project/habits/read.js'
import { loadProject } from '../dist/project/load.js'
import { openBench } from '../dist/proof/open.js'
import { withTestDatabase } from '../dist/proof/own-tests.js'
import { copyIn } from '../dist/proof/write-change.js'
import { endpointTests } from '../dist/recipes/endpoint-tests/index.js'
import { mutate } from '../dist/recipes/endpoint-tests/mutants.js'
import { subjectsOf } from '../dist/recipes/endpoint-tests/plan.js'
import { runnerOf } from '../dist/recipes/endpoint-tests/runner.js'

const root = join(import.meta.dirname, '..')
const subjects = [
  ['examples/workshop', 'POST /api/orgs/:orgId/projects'],
  ['examples/workshop', 'GET /api/work-orders/:workOrderId'],
  ['examples/workshop', 'POST /api/orgs/:orgId/invoices/:invoiceId/send'],
  ['examples/workshop', 'PATCH /api/orgs/:orgId/customers/:customerId'],
  ['examples/workshop', 'GET /api/invoices/:invoiceId'],
  ['fixtures/conventions/gallery', 'GET /api/albums'],
  ['fixtures/conventions/gallery', 'PATCH /api/albums/:albumId'],
  ['fixtures/conventions/gallery', 'POST /api/albums/:albumId/photos'],
  ['fixtures/conventions/clinic', 'POST /api/patients'],
  ['fixtures/conventions/clinic', 'POST /api/visits/:id/cancel'],
  ['fixtures/conventions/depot', 'POST /api/items'],
]
/** Mistakes of one endpoint. */
const MOST = 30
const words = process.argv.slice(2)
const wanted = subjects.filter(([app, endpoint]) =>
  words.every((word) => `${app} ${endpoint}`.includes(word)),
)

/** What was measured stays there, so that it can be measured in parts. */
const kept = join(root, 'fixtures/.build/endpoint-tests.json')
const work = join(tmpdir(), `endpoint-tests-${process.pid}`)
const note = (line) => process.stderr.write(`${line}\n`)
mkdirSync(join(root, 'fixtures/.build'), { recursive: true })
process.once('exit', () => rmSync(work, { recursive: true, force: true }))

function before() {
  try {
    return JSON.parse(readFileSync(kept, 'utf8'))
  } catch {
    return {}
  }
}

async function measure(folder, endpoints) {
  const app = join(root, folder)
  const project = await loadProject(app)
  const habits = readHabits(project, {})
  const facts = {
    habits,
    project,
    stamp: '20260101000000',
    findings: () => runFaults(project, faults).findings,
  }
  const runner = runnerOf(habits)
  const context = { root: app, workFolder: work, cacheFolder: join(root, 'fixtures/.build/cache') }
  const bench = await openBench(project, context, { mode: 'dev', seed: 1 })
  try {
    for (const endpoint of endpoints) {
      note(`${folder} ${endpoint}`)
      const plan = await endpointTests.plan(facts, { endpoint })
      const files = (list) => new Map(list.map(({ file, text }) => [file, text]))
      await copyIn(bench.parts.staged.root, files(plan.change.creates))
      const done = await endpointTests.complete(bench, facts, { endpoint })
      await copyIn(bench.parts.staged.root, files(done.files))
      const result = { folder, endpoint, runner: runner.name, known: done.proposals, tests: 0, green: false }
      result.tests = Number(/^\d+/.exec(done.decisions[0]?.choice ?? '0')?.[0])
      const [subject] = subjectsOf(facts, { endpoint }).fresh
      if (done.files.length > 0)
        await withTestDatabase(bench, project, async (test) => {
          const began = performance.now()
          const ran = await test({ files: done.files.map(({ file }) => file), runner: runner.name })
          result.seconds = Math.round((performance.now() - began) / 1000)
          result.green = ran.ran && ran.passed
          if (!result.green) note(ran.log ?? ran.why)
          const report = result.green
            ? await mutate(bench, subject, runner, test, MOST)
            : { why: 'The tests fail.' }
          if ('why' in report) result.why = report.why
          else
            Object.assign(result, {
              mutants: report.tried.length,
              noticed: report.tried.length - report.survivors.length,
              elsewhere: report.elsewhere,
              weights: report.weights,
              survivors: report.survivors.map(({ tried: { mutant }, weight, why }) => ({
                place: `${mutant.location.file}:${mutant.location.line}`,
                title: mutant.title,
                weight,
                why,
              })),
            })
        })
      note(
        `  ${result.tests} tests, green ${result.green}, ${result.noticed} of ${result.mutants} ${result.why ?? ''}`,
      )
      writeFileSync(kept, JSON.stringify({ ...before(), [`${folder} ${endpoint}`]: result }, null, 2))
    }
  } finally {
    await bench.close()
  }
}

for (const folder of new Set(wanted.map(([one]) => one)))
  await measure(
    folder,
    wanted.filter(([one]) => one === folder).map(([, endpoint]) => endpoint),
  )

const say = (line = '') => process.stdout.write(`${line}\n`)
const row = (...cells) => say(`| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`)
const all = subjects.flatMap(([folder, endpoint]) => before()[`${folder} ${endpoint}`] ?? [])
const share = ({ noticed, mutants }) => `${((noticed / mutants) * 100).toFixed(0)} %`
const count = (list, of) => list.reduce((sum, one) => sum + (of(one) ?? 0), 0)
const of = ({ tried, noticed }) => `${noticed} of ${tried}`

say('# Tests that are written for endpoints')
say()
say(
  'What the recipe `endpoint-tests` writes for endpoints of the example and the fixtures, and how many small mistakes in the',
)
say(
  'code of each endpoint its tests notice. Printed by `node bench/endpoint-tests.mjs`; at most 45 mistakes for each endpoint,',
)
say(
  'all guards, keys of `where` and checks of input among them. Mistakes in code that is shared with other endpoints count where',
)
say('requests of this one come to; the others are in the column `elsewhere`.')
say()
row(
  'endpoint',
  'app',
  'runner',
  'tests',
  'green',
  'mistakes',
  'noticed',
  'guards',
  'where',
  'checks',
  'elsewhere',
)
row(...Array.from({ length: 11 }, () => '---'))
for (const one of all)
  row(
    `\`${one.endpoint}\``,
    one.folder.split('/').at(-1),
    one.runner,
    one.tests,
    one.green ? 'yes' : '**no**',
    ...(one.mutants === undefined
      ? [`**${one.why ?? 'none'}**`, '', '', '', '', '']
      : [
          one.mutants,
          share(one),
          of(one.weights.guard),
          of(one.weights.where),
          of(one.weights.validation),
          one.elsewhere,
        ]),
  )
const measured = all.filter(({ mutants }) => mutants > 0)
const sum = { noticed: count(measured, (one) => one.noticed), mutants: count(measured, (one) => one.mutants) }
row(
  'all',
  '',
  '',
  count(all, (one) => one.tests),
  '',
  sum.mutants,
  share(sum),
  '',
  '',
  '',
  '',
)
say()
say('## Not noticed')
say()
for (const one of measured.filter(({ survivors }) => survivors.length > 0)) {
  say(`\`${one.endpoint}\` (${one.folder.split('/').at(-1)}):`)
  say()
  for (const { place, title, weight, why } of one.survivors)
    say(`- ${place} \`${title}\`${weight ? ` (**${weight}**)` : ''}: ${why}`)
  say()
}
const known = all.filter((one) => one.known.length > 0)
if (known.length > 0) {
  say('## Faults that the endpoints have')
  say()
  say('A test of what should be stands in the file, marked as failing:')
  say()
  for (const one of known) for (const line of one.known) say(`- ${line}`)
}
