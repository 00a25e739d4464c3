// Interrupts the tool in every step, fills its disk, and runs it twenty times in a row; prints what was left, as
// Markdown. `node bench/interruptions.mjs > bench/interruptions.md`, after `npm run build`; Linux, a quarter of an hour.
// With words as arguments, only those parts: `matrix`, `build`, `disk`, `row`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashOf, leftIn, openPlace, runTool, untilEmpty, writeNotes } from '../test/interrupted.mjs'

const base = join(import.meta.dirname, '../fixtures/.build', `interruptions-${process.pid}`)
const app = join(base, 'notes')
const parts = process.argv.slice(2)
const wants = (part) => parts.length === 0 || parts.includes(part)
const say = (line = '') => process.stdout.write(`${line}\n`)
const note = (line) => process.stderr.write(`${line}\n`)
const row = (...cells) => say(`| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`)
const table = (...names) => {
  row(...names)
  row(...names.map(() => '---'))
}
let bad = 0
const wrong = (text) => {
  bad += 1
  return `**${text}**`
}

mkdirSync(base, { recursive: true })
/** Short: a cell has its sockets in it. */
const short = mkdtempSync(join(tmpdir(), 'i-'))
process.once('exit', () => {
  for (const folder of [base, short]) rmSync(folder, { recursive: true, force: true })
})
const place = openPlace(short)
writeNotes(app)
const whole = hashOf(app)

const BUILD = 'building the application'
/** Operation, step, how often it is seen before, milliseconds into it, and the name in the table. */
const steps = [
  ['prove', 'starting Postgres', 1, 30, 'starting Postgres, first run'],
  ['prove', 'starting Postgres', 1, 700, 'making the empty data directory'],
  ['prove', 'starting Postgres', 1, 300],
  ['prove', 'creating tables and rows', 1, 100],
  ['prove', 'copying the project', 1, 150],
  ['prove', 'generating the Prisma client', 1, 300],
  ['prove', BUILD, 1, 1500],
  ['prove', 'starting the application', 1, 150],
  ['prove', 'signing everybody in', 1, 20],
  ['prove', 'proving 1 of', 1, 5],
  ['fix', 'trying 1 repair', 1, 50],
  ['fix', BUILD, 2, 800, 'building with the repair'],
  ['fix', 'starting the application', 2, 150, 'starting with the repair'],
  ['fix', 'proving again', 1, 0],
  ['fix --apply', 'writing the repairs', 1, 0],
]

/** Of `build --apply`, in order; packages are in the cache after the first. */
const buildSteps = [
  ['build --apply', 'planning', 1, 50],
  ['build --apply', 'copying the project', 1, 100],
  ['build --apply', 'fetching', 1, 500],
  ['build --apply', 'formatting as the project does', 1, 50],
  ['build --apply', BUILD, 1, 1500],
  ['build --apply', 'attacking what was added', 1, 3000],
]
const SENTENCE = 'create a login API that validates user credentials and returns a JWT token'
const argumentsOf = (operation) => {
  const [verb, ...flags] = operation.split(' ')
  return verb === 'build'
    ? [verb, SENTENCE, app, '--yes', ...flags]
    : [verb, app, '--only', 'input/raw-sql', ...flags]
}

say('# Interruptions')
say()
say('What is left when the tool is interrupted. Printed by `node bench/interruptions.mjs`.')
say()
if (wants('matrix')) await matrix()
if (wants('build')) await building()
if (wants('disk')) await disk()
if (wants('row')) await inARow()
say(bad === 0 ? 'Nothing was wrong.' : `Wrong: ${bad}.`)
process.exitCode = bad === 0 ? 0 : 1

async function matrix() {
  say('## Ctrl-C and kill -9')
  say()
  say(
    '`processes` and `ports`: how many the run had when it was struck. `left at once`: processes, ports and files when',
  )
  say('the command was back; for a kill, after at most 15 s. `tree`: the user’s files compared with before.')
  say()
  table('operation', 'step', 'signal', 'exit', 'last line', 'processes', 'ports', 'left', 'tree')
  for (const signal of ['SIGINT', 'SIGKILL']) {
    // The first steps are those of a machine on which it never ran.
    rmSync(place.cache, { recursive: true, force: true })
    for (const [operation, step, nth, delay, name = step] of steps)
      await strike(signal, operation, step, nth, delay, name)
    const next = await runTool(['fix', app, '--only', 'input/raw-sql'], place)
    const works = next.code === 0 && /1 repair held/.test(next.stdout)
    const left = [...next.running(), ...leftIn(place)]
    row(
      'fix',
      'to the end, the next run',
      '',
      next.code,
      works ? 'the repair held' : wrong(`does not work: ${next.stdout.split('\n')[0]}`),
      next.processes,
      '',
      left.length === 0 ? 'nothing' : wrong(left.join(', ')),
      tree(false),
    )
  }
  say()
}

/** A change of many files, with packages to fetch; then to its end, and taken back. */
async function building() {
  say('## A build that is applied')
  say()
  table('operation', 'step', 'signal', 'exit', 'last line', 'processes', 'ports', 'left', 'tree')
  for (const signal of ['SIGINT', 'SIGKILL']) {
    rmSync(join(place.cache, 'backend-engineer/packages'), { recursive: true, force: true })
    for (const [operation, step, nth, delay] of buildSteps)
      await strike(signal, operation, step, nth, delay, step)
  }
  const next = await runTool(argumentsOf('build --apply'), place)
  const left = [...next.running(), ...leftIn(place)]
  const done = next.code === 0 && / written as change /.test(next.stdout)
  row(
    'build --apply',
    'to the end, the next run',
    '',
    next.code,
    done ? 'applied' : wrong(`does not work: ${next.stdout.split('\n')[0]}`),
    next.processes,
    '',
    left.length === 0 ? 'nothing' : wrong(left.join(', ')),
    tree(true),
  )
  say()
}

async function strike(signal, operation, step, nth, delay, name) {
  note(`${signal} ${name}`)
  const at = new RegExp(`^${step}`)
  const ended = await runTool(argumentsOf(operation), {
    ...place,
    at,
    nth,
    delay,
    signal,
  })
  const seen = () => [
    ...ended.running(),
    ...ended.listening().map((port) => `port ${port}`),
    ...leftIn(place),
  ]
  const left = await untilEmpty(seen, signal === 'SIGINT' ? 0 : 15_000)
  const after = left.length > 0 && signal === 'SIGKILL' ? await afterNextRun(seen) : left
  const lines = ended.stderr.trim().split('\n')
  const last = signal === 'SIGINT' ? lines.at(-1) : ''
  const applying = operation === 'fix --apply'
  const expected =
    (signal === 'SIGKILL' ? ended.signal === 'SIGKILL' : ended.code === 130) || (applying && ended.code === 0)
  const code = ended.code ?? ended.signal
  row(
    operation,
    name,
    signal,
    // Writing takes a few milliseconds: the signal may come when it is over.
    expected && (ended.sent !== undefined || applying)
      ? code
      : wrong(`${code}${ended.sent === undefined ? ', not struck' : ''}`),
    last,
    ended.processes,
    ended.ports,
    after.length > 0
      ? wrong(after.join(', '))
      : left.length > 0
        ? `${left.join(', ')}; nothing after the next run`
        : 'nothing',
    tree(applying),
  )
}

/** What is still left when another run has begun; it is stopped when it has a database. */
async function afterNextRun(seen) {
  await runTool(['prove', app], { ...place, at: /^creating tables/, signal: 'SIGINT' })
  return seen()
}

/** Compares, and takes back what was applied. */
function tree(applying) {
  if (hashOf(app) === whole) return 'as before'
  if (!applying) return wrong('changed')
  const undone = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../dist/cli/main.js'), 'undo', app],
    { encoding: 'utf8' },
  )
  rmSync(join(app, '.backend-engineer'), { recursive: true, force: true })
  return hashOf(app) === whole ? 'applied; undone byte for byte' : wrong(`changed: ${undone.stderr.trim()}`)
}

async function disk() {
  say('## A full disk')
  say()
  say(
    'The folder for runs and the temporary folder are on a tmpfs of this size. `left`: processes, and files on it.',
  )
  say()
  table('size', 'step', 'exit', 'what was said', 'left', 'tree')
  const bin = openPlace(join(short, 'small'))
  for (const size of [0.25, 1, 45, 60, 80, 100, 400, 700, 1000]) {
    note(`tmpfs of ${size} MB`)
    const script = `mount -t tmpfs -o size=${size * 1024}k tmpfs "$1" && mkdir "$1/cache" "$1/tmp" && shift && "$@"; code=$?
      find ${bin.cache}/../cache/backend-engineer/runs ${bin.tmp} -mindepth 1 2>/dev/null | head -20 >&2; exit $code`
    const wrap = ['unshare', '-rm', 'sh', '-c', script, 'sh', join(short, 'small')]
    const ended = await runTool(['fix', app, '--only', 'input/raw-sql', '--format', 'json'], { ...bin, wrap })
    const left = await untilEmpty(ended.running, 0)
    const { lines, files, step } = said(ended)
    const report = reportOf(ended.stdout)
    const message = report ?? lines.join(' ')
    const clear = ended.code === 0 || (/disk is full/i.test(message) && !/bug/.test(message))
    row(
      `${size} MB`,
      step,
      ended.code,
      clear ? message : wrong(message),
      [...left, ...files].join(', ') || 'nothing',
      tree(false),
    )
  }
  say()
}

function said({ stderr }) {
  const all = stderr.trim().split('\n')
  const files = all.filter((line) => line.includes('/small/'))
  const steps = all.filter((line) =>
    /^(?:starting|creating|copying|building|generating|signing|proving|trying)/.test(line),
  )
  return {
    files,
    step: steps.at(-1) ?? '',
    lines: all.filter((line) => !files.includes(line) && !steps.includes(line)),
  }
}

function reportOf(stdout) {
  try {
    const { headline, problems } = JSON.parse(stdout)
    return problems.find((one) => one.effect === 'fatal')?.message ?? headline
  } catch {
    return undefined
  }
}

async function inARow() {
  say('## Twenty in a row')
  say()
  const counts = () => ({
    processes: readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length,
    shared: existsSync('/dev/shm') ? readdirSync('/dev/shm').length : 0,
    segments:
      spawnSync('ipcs', ['-m'], { encoding: 'utf8' })
        .stdout?.split('\n')
        .filter((line) => /^0x/.test(line)).length ?? 0,
  })
  const before = counts()
  const left = []
  const times = []
  for (let number = 1; number <= 20; number++) {
    note(`run ${number} of 20`)
    const ended = await runTool(
      ['prove', app, '--only', 'input/raw-sql', '--dev', '--fail-on', 'never'],
      place,
    )
    times.push(ended.ms)
    if (ended.code !== 0) left.push(wrong(`run ${number} ended with ${ended.code}`))
    left.push(...ended.running(), ...leftIn(place))
  }
  const after = counts()
  times.sort((a, b) => a - b)
  say(
    `Left of 20 runs of \`prove --dev\`: ${left.length === 0 ? 'no process, no file' : wrong(left.join(', '))}.`,
  )
  say(
    `The machine’s files in /dev/shm before and after: ${before.shared}, ${after.shared}; segments of shared memory:`,
  )
  say(
    `${before.segments}, ${after.segments}; processes of everybody: ${before.processes}, ${after.processes}.`,
  )
  say(`Median of a run ${(times[10] / 1000).toFixed(1)} s. Tree: ${tree(false)}.`)
  say()
}
