// The sentence of the README on applications that are written in different ways: planned, proven, applied, asked for again,
// undone. `node bench/login.mjs > bench/login.md`, after `npm run build`; with names of applications, only those.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const SENTENCE = 'create a login API that validates user credentials and returns a JWT token'
const root = join(import.meta.dirname, '..')
const tool = join(root, 'dist/cli/main.js')
const base = join(root, 'fixtures/.build', `login-${process.pid}`)
process.once('exit', () => rmSync(base, { recursive: true, force: true }))

const apps = [
  ['examples/workshop', 'own login there, `HttpError`, `ok()`, src, alias, no formatter, no tests'],
  ['fixtures/conventions/clinic', 'model Staff with `mail` and `passwordDigest` (bcryptjs), prettier, Jest'],
  ['fixtures/conventions/gallery', 'next-auth there, biome, alias `~`'],
  ['fixtures/conventions/depot', 'monorepo, Prisma in a package, prettier with four spaces, node:test'],
  ['fixtures/conventions/journal', 'no users, no tests, no formatter', '--set', 'createUser=true'],
]
const wanted = process.argv.slice(2)

const filesOf = (folder) =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-x', '.backend-engineer'], {
    cwd: folder,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '')
    .sort()

function hashOf(folder) {
  const hash = createHash('sha256')
  for (const file of filesOf(folder)) hash.update(`${file}\0`).update(readFileSync(join(folder, file)))
  return hash.digest('hex')
}

/** A repository of its own, of the files that are committed here. */
function copyOf(from) {
  const to = join(base, from.split('/').at(-1))
  for (const file of filesOf(join(root, from))) {
    mkdirSync(dirname(join(to, file)), { recursive: true })
    cpSync(join(root, from, file), join(to, file))
  }
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@localhost', ...args], { cwd: to })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'first')
  return to
}

const run = (...args) =>
  spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
const count = (list = [], verdict) => list.filter((one) => one.verdict === verdict).length

process.stdout.write(`# The login sentence on five applications

Printed by \`node bench/login.mjs\`, Node ${process.version}. In each: \`backend-engineer "${SENTENCE}" --apply\`, the same again, \`undo\`.
Checks: types, build, migration, review, formatter, linter, the project's tests, the new tests; those that the project does
not have are not counted. Files are compared byte for byte.

| application | what differs | seconds | files (new) | checks passed, failed | attacks withstood, broken, not applicable | findings of review | again | undone |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
`)
let bad = 0
const must = (holds, text) => {
  if (holds) return text
  bad += 1
  return `**not: ${text}**`
}
for (const [from, differs, ...more] of apps) {
  if (wanted.length > 0 && !wanted.some((name) => from.endsWith(name))) continue
  const folder = copyOf(from)
  const before = hashOf(folder)
  const began = performance.now()
  const done = run(SENTENCE, folder, '--apply', '--yes', '--format', 'json', ...more)
  const seconds = Math.round((performance.now() - began) / 1000)
  const report = JSON.parse(done.stdout)
  const applied = hashOf(folder)
  const again = run(SENTENCE, folder, '--apply', '--yes', '--format', 'json', ...more)
  const [size] = /\d+ files \(\d+ new\)/.exec(report.headline) ?? ['none']
  const cells = [
    from.split('/').at(-1),
    differs,
    seconds,
    must(done.status === 0 && applied !== before, size),
    `${count(report.checks, 'passed')}, ${count(report.checks, 'failed')}`,
    ['withstood', 'broken', 'not applicable'].map((one) => count(report.attacks, one)).join(', '),
    must(report.findings.length === 0, report.findings.length),
    must(again.status === 0 && hashOf(folder) === applied, 'no change'),
    must(run('undo', folder).status === 0 && hashOf(folder) === before, 'byte for byte'),
  ]
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
}
process.exitCode = bad === 0 ? 0 : 1
