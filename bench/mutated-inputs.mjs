// Reads broken projects and says what broke: a crash, an analysis that stopped, a hang, a file that was skipped in silence.
// After `npm run build`.
//   node bench/mutated-inputs.mjs [--count 2000] [--from 0] [--seconds 30]
// One process reads one project after the other. Another one watches it: a project that takes longer than `--seconds`, or ends
// the process, is noted, and the reading goes on after it.
import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { kinds, mutant, written } from './mutate.mjs'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    from: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '30' },
  },
})
const from = Number(values.from)
const end = from + Number(values.count)
const limit = Number(values.seconds) * 1000

if (process.send) await read()
else await watch()

async function read() {
  const { review } = await import('../dist/operations/review.js')
  const { understand } = await import('../dist/operations/understand.js')
  for (let number = from; number < end; number++) {
    const one = mutant(number)
    const project = written(one)
    process.send({ number, step: 'begun' })
    const start = performance.now()
    const faults = []
    const looked = { problems: [] }
    try {
      const context = { root: project.root }
      const found = await review.run(
        { only: [], at: [], failOn: 'never', updateBaseline: false, all: true },
        context,
      )
      await understand.run({}, context)
      looked.problems = found.problems
      JSON.stringify(found)
    } catch (error) {
      // What the user did wrong is said in two sentences; everything else is ours.
      if (error.constructor.name !== 'UserError')
        faults.push(`crash: ${error.stack.split('\n').slice(0, 4).join(' ')}`)
      else looked.user = error.message
    }
    for (const { where, message } of looked.problems)
      if (/search for this fault stopped|could not be followed/i.test(message))
        faults.push(`stopped: ${where}: ${message}`)
    if (looked.user === undefined && !looked.problems.some(({ effect }) => effect === 'fatal'))
      for (const file of one.skipped)
        if (!looked.problems.some(({ where }) => where.startsWith(file)))
          faults.push(`skipped in silence: ${file}`)
    project.remove()
    process.send({ number, step: 'done', ms: performance.now() - start, faults })
  }
}

async function watch() {
  const times = []
  const faults = []
  let next = from
  while (next < end) next = await readFrom(next)
  times.sort((a, b) => a - b)
  const at = (part) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0)
  console.log(`${end - from} projects, ${kinds.length} kinds of damage: ${faults.length} faults`)
  console.log(`milliseconds each: median ${at(0.5)}, 99 of 100 within ${at(0.99)}, longest ${at(1)}`)
  for (const { number, fault } of faults)
    console.log(`${number} (${mutant(number).kinds.join(', ')}): ${fault}`)
  process.exitCode = faults.length > 0 ? 1 : 0

  /** Gives the number to go on with. */
  function readFrom(start) {
    return new Promise((resolve) => {
      const reader = fork(import.meta.filename, ['--from', String(start), '--count', String(end - start)])
      let current = start
      let timer
      reader.on('message', ({ number, step, ms, faults: found }) => {
        clearTimeout(timer)
        current = number
        timer = setTimeout(() => {
          faults.push({ number, fault: `hang: longer than ${values.seconds} seconds` })
          reader.kill('SIGKILL')
        }, limit)
        if (step !== 'done') return
        times.push(ms)
        faults.push(...found.map((fault) => ({ number, fault })))
      })
      reader.on('exit', (code, signal) => {
        clearTimeout(timer)
        if (code === 0) return resolve(end)
        if (signal !== 'SIGKILL')
          faults.push({ number: current, fault: `the process ended: ${signal ?? code}` })
        resolve(current + 1)
      })
    })
  }
}
