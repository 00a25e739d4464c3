// The static authorization matrix of the example and of the fixtures against the one that was observed: every endpoint called as
// everybody in a running copy. `npm run build && node bench/matrix.mjs > bench/matrix.md`; ten minutes. `--observed FOLDER` keeps
// what was observed there (`<application>.json`), and takes it from there the next time. Ends with 1 when a difference has no
// explanation, or an explanation no difference (bench/matrix-explained.json).
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** All that a session can be made for. The other applications of fixtures/conventions make theirs by hand: see the end. */
const APPS = [
  'examples/workshop',
  'fixtures/apps/actions-only',
  'fixtures/apps/pages-and-actions',
  'fixtures/apps/trpc-monorepo',
  'fixtures/conventions/gallery',
]
const given = process.argv.indexOf('--observed')
const kept = given > 0 ? process.argv[given + 1] : undefined
if (kept) mkdirSync(kept, { recursive: true })

function report(app, ...argv) {
  const tool = [
    join(root, 'dist/cli/main.js'),
    ...argv,
    app,
    '--format',
    'json',
    '--no-cache',
    '--fail-on',
    'never',
  ]
  return JSON.parse(
    execFileSync(process.execPath, tool, { cwd: root, encoding: 'utf8', maxBuffer: 256 << 20 }),
  )
}

function observedOf(app) {
  const file = kept && join(kept, `${app.split('/').at(-1)}.json`)
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  // The fault is only there so that the run proves nothing else.
  const observed = report(app, 'prove', '--sweep', '--only', 'schema/redundant-index')
  if (file) writeFileSync(file, JSON.stringify(observed))
  return observed
}

const explained = JSON.parse(readFileSync(join(root, 'bench/matrix-explained.json'), 'utf8'))

/** What the static side lets somebody do with rows of another tenant, or with their own. Roles and keys: either way. */
function expected(row, identity, owned) {
  const nobody = identity === 'nobody'
  const cells = (row?.models ?? []).filter(({ model }) => owned.has(model))
  const has = (use, ...levels) => cells.some((one) => one[use] && levels.includes(one[use].level))
  const foreign = nobody ? ['none'] : ['none', 'session']
  // These identities have sessions, and no keys of machines.
  if (/^(api-key|signature|secret)$/.test(row?.guard ?? '')) return ['denied']
  const refused = (use) =>
    cells.some((one) => one[use]?.role && foreign.includes(one[use].level)) ? ['denied'] : []
  if (has('write', ...foreign)) return ['foreign-write', ...refused('write')]
  if (has('read', ...foreign)) return ['foreign-read', ...refused('read')]
  if (nobody || !row) return ['denied']
  const guarded = cells.flatMap(({ read, write }) => [read, write]).filter(Boolean)
  if (guarded.some(({ level }) => level === 'role' || level === 'key')) return ['denied', 'own']
  // Somebody without the role is refused.
  return guarded.some(({ role }) => role) ? ['own', 'denied'] : ['own']
}

/** Every pair of an endpoint and an identity of one application: what was said, what was seen. */
function pairsOf(app) {
  const observed = observedOf(app)
  const { access } = report(app, 'understand', '--matrix')
  const { models } = report(app, 'understand').map
  const owned = new Set(models.filter(({ role }) => role !== 'global').map(({ name }) => name))
  return observed.matrix.rows.flatMap(({ endpoint, cells }) =>
    observed.matrix.identities.flatMap((identity, index) => {
      const row = access.rows.find((one) => one.endpoint === endpoint)
      const seen = cells[index]
      const said = expected(row, identity, owned)
      // Nothing is said of it and nothing was seen of it: it uses no rows.
      if (seen === '-' && !row) return []
      return [{ app, endpoint, identity, seen, said, same: said.includes(seen), untried: seen === '-' }]
    }),
  )
}

const explains = (one, pair) =>
  one.app === pair.app &&
  one.endpoint === pair.endpoint &&
  (one.identity === undefined || one.identity === pair.identity)
const reasonOf = (pair) => explained.find((one) => explains(one, pair))

function section(app, pairs) {
  const tried = pairs.filter(({ untried }) => !untried)
  const differences = tried.filter(({ same }) => !same)
  const untried = [...new Set(pairs.filter((one) => one.untried).map(({ endpoint }) => endpoint))]
  return [
    `## ${app}`,
    '',
    `Identities: ${[...new Set(pairs.map(({ identity }) => identity))].join(', ')}. ${tried.length} pairs tried; ${differences.length || 'no'} ${differences.length === 1 ? 'difference' : 'differences'}.`,
    '',
    ...(differences.length > 0
      ? ['| endpoint | identity | static | observed | why |', '| --- | --- | --- | --- | --- |']
      : []),
    ...differences.map(
      (one) =>
        `| \`${one.endpoint}\` | ${one.identity} | ${one.said.join(' or ')} | ${one.seen} | ${reasonOf(one)?.reason ?? '**not explained**'} |`,
    ),
    ...(differences.length > 0 ? [''] : []),
    ...(untried.length > 0 ? [`Not tried: ${untried.map((one) => `\`${one}\``).join(', ')}.`, ''] : []),
  ].join('\n')
}

const sections = APPS.map((app) => ({ app, pairs: pairsOf(app) }))
const all = sections.flatMap(({ pairs }) => pairs)
const tried = all.filter(({ untried }) => !untried)
const differences = tried.filter(({ same }) => !same)
const unused = explained.filter((one) => !differences.some((pair) => explains(one, pair)))
const open = differences.filter((one) => !reasonOf(one))

console.log(`# The static matrix against the observed one

Method: \`node bench/matrix.mjs\`. Observed: \`prove --sweep\` calls every endpoint of a running copy as everybody, with rows of two
tenants, and sees by marks in the rows what was read or changed. Static: \`understand --matrix\`, from the source alone.

${tried.length} pairs of an endpoint and an identity were tried in ${APPS.length} applications; ${tried.length - differences.length} are the same on both sides, ${differences.length} are not, each of them explained below.
${all.length - tried.length} could not be tried: no legitimate request got through (\`-\`).
The other applications under \`fixtures/conventions\` sign people in by libraries of their own, for which no session can be made
without a file of the project's (\`.backend-engineer/session.mjs\`): they were not swept.
`)
console.log(sections.map(({ app, pairs }) => section(app, pairs)).join('\n'))
for (const one of unused) console.error(`explains nothing: ${one.app} ${one.endpoint} ${one.identity ?? ''}`)
process.exitCode = open.length + unused.length > 0 ? 1 : 0
