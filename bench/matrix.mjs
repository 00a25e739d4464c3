// The static authorization matrix of the example against the one that was observed: every endpoint called as everybody in a
// running copy. `npm run build && node bench/matrix.mjs > bench/matrix.md`; a few minutes. `--observed FILE` takes the observed
// side from the JSON of an earlier `prove --sweep --format json`. Ends with 1 when a difference has no explanation, or an
// explanation no difference (bench/matrix-explained.json).
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const app = 'examples/workshop'
const given = process.argv.indexOf('--observed')

function report(...argv) {
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

const observed =
  given > 0
    ? JSON.parse(readFileSync(process.argv[given + 1], 'utf8'))
    : // The fault is only there so that the run proves nothing else.
      report('prove', '--sweep', '--only', 'schema/redundant-index')
const { access } = report('understand', '--matrix')
const { models } = report('understand').map
const owned = new Set(models.filter(({ role }) => role !== 'global').map(({ name }) => name))
const explained = JSON.parse(readFileSync(join(root, 'bench/matrix-explained.json'), 'utf8'))

/** What the static side lets somebody do with rows of another tenant, or with their own. Roles and keys: either way. */
function expected(row, identity) {
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

const rows = []
for (const { endpoint, cells } of observed.matrix.rows)
  for (const [index, identity] of observed.matrix.identities.entries()) {
    const row = access.rows.find((one) => one.endpoint === endpoint)
    const seen = cells[index]
    const said = expected(row, identity)
    if (seen === '-' && !row) continue
    rows.push({ endpoint, identity, seen, said, same: said.includes(seen), untried: seen === '-' })
  }

const tried = rows.filter(({ untried }) => !untried)
const differences = tried.filter(({ same }) => !same)
const reasonOf = ({ endpoint, identity }) =>
  explained.find(
    (one) => one.endpoint === endpoint && (one.identity === undefined || one.identity === identity),
  )
const unused = explained.filter((one) => !differences.some((difference) => reasonOf(difference) === one))
const open = differences.filter((one) => !reasonOf(one))

console.log(`# The static matrix against the observed one, on ${app}

Method: \`node bench/matrix.mjs\`. Observed: \`prove --sweep\` calls every endpoint of a running copy as everybody, with rows of two
tenants, and sees by marks in the rows what was read or changed. Static: \`understand --matrix\`, from the source alone.

${tried.length} pairs of an endpoint and an identity were tried; ${tried.length - differences.length} are the same on both sides, ${differences.length} are not. ${rows.length - tried.length} could not be tried: no
legitimate request got through (\`-\`). Identities: ${observed.matrix.identities.join(', ')}.

${differences.length > 0 ? '| endpoint | identity | static | observed | why |\n| --- | --- | --- | --- | --- |' : 'No difference.'}`)
for (const one of differences)
  console.log(
    `| \`${one.endpoint}\` | ${one.identity} | ${one.said.join(' or ')} | ${one.seen} | ${reasonOf(one)?.reason ?? '**not explained**'} |`,
  )
const untried = [...new Set(rows.filter((one) => one.untried).map(({ endpoint }) => endpoint))]
if (untried.length > 0) console.log(`\nNot tried: ${untried.map((one) => `\`${one}\``).join(', ')}.`)
for (const one of unused) console.error(`explains nothing: ${one.endpoint} ${one.identity ?? ''}`)
process.exitCode = open.length + unused.length > 0 ? 1 : 0
