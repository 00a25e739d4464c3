// Holds every text of `fixtures/errors` against its project and prints what `diagnose` says first. Each was printed by
// the case itself (`diagnose-capture.mjs`). `node bench/diagnose.mjs > bench/diagnose.md` after `npm run build`; a
// minute. With words as arguments, the whole answer for the cases whose name has one of them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diagnose } from '../dist/operations/diagnose.js'
import { agent } from '../dist/report/agent.js'
import { text as shown } from '../dist/report/text.js'
import { messageOnly, readCases, sameText, writeProject } from './diagnose-cases.mjs'

const words = process.argv.slice(2)
const cases = readCases().filter(
  ({ name, text }) => text !== undefined && (words.length === 0 || words.some((word) => name.includes(word))),
)

/** What it says of a text in the project of a case. */
async function answer(one, error) {
  const root = mkdtempSync(join(tmpdir(), 'diagnose-'))
  try {
    writeProject(one.files, root)
    return await diagnose.run({ text: error }, { root, workFolder: root })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const results = []
for (const one of cases) {
  const report = await answer(one, one.text)
  const short = await answer(one, messageOnly(one.text))
  const [first] = report.diagnosis.causes
  results.push({
    one,
    report,
    first: first?.id ?? 'none',
    verdict: first?.verdict ?? '-',
    fromMessage: short.diagnosis.causes[0]?.id ?? 'none',
    tokens: Math.round(agent(report).length / 4),
  })
}

/** The message of each case in the project of every other case that prints the same. */
const crossed = []
for (const group of words.length === 0 ? sameText : []) {
  const list = cases.filter((one) => one.group === group)
  for (const printed of list)
    for (const project of list.filter((one) => one !== printed)) {
      const { diagnosis } = await answer(project, messageOnly(printed.text))
      crossed.push({ group, printed, project, first: diagnosis.causes[0]?.id })
    }
}

const say = (line = '') => process.stdout.write(`${line}\n`)
const row = (...cells) => say(`| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`)
const share = (list, of) => {
  const right = list.filter(of).length
  return `${right} of ${list.length} (${((right / list.length) * 100).toFixed(1)} %)`
}

if (words.length > 0) {
  for (const { one, report } of results) {
    say(`## ${one.name}: ${one.cause}`)
    say(shown(report))
  }
} else {
  const known = results.filter(({ one }) => one.cause !== 'none')
  const unknown = results.filter(({ one }) => one.cause === 'none')
  const groups = new Map()
  for (const result of known)
    if (result.one.group) groups.set(result.one.group, [...(groups.get(result.one.group) ?? []), result])
  const { version } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../node_modules/prisma/package.json'), 'utf8'),
  )
  const { version: next } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../node_modules/next/package.json'), 'utf8'),
  )
  say('# What an error means here')
  say()
  say(
    'Printed by `node bench/diagnose.mjs`. Each case of `fixtures/errors` is a small project and what makes it fail; the text',
  )
  say(
    'is what that printed (`node bench/diagnose-capture.mjs`), not a text from documentation. `diagnose` sees the project as it',
  )
  say(
    'would be in a repository: no packages, no database, nothing generated, not the script that made it fail. "From the',
  )
  say('message" is the same text without stack, code frame and paths, as people paste it.')
  say()
  say(
    `Made with Prisma ${version} (adapter-pg), Next.js ${next}, Postgres 18 and Node.js ${process.version.replace(/\..*/, '')}.`,
  )
  say()
  row('measured', 'result')
  row('---', '---')
  row('causes with an error of their own', new Set(known.map(({ one }) => one.cause)).size)
  row(
    'right cause first',
    share(known, ({ one, first }) => first === one.cause),
  )
  row(
    'of those, confirmed by a line of the project',
    share(
      known.filter(({ one, first }) => first === one.cause),
      ({ verdict }) => verdict === 'confirmed',
    ),
  )
  row(
    'right cause first, from the message',
    share(known, ({ one, fromMessage }) => fromMessage === one.cause),
  )
  row(
    'message of one case in the project of another that prints the same: cause of that project first',
    share(crossed, ({ project, first }) => first === project.cause),
  )
  row(
    'errors of other kinds: says that it does not know',
    share(unknown, ({ first }) => first === 'none'),
  )
  row(
    'length of the answer for an agent, at most',
    `${Math.max(...results.map(({ tokens }) => tokens))} tokens (4 characters each)`,
  )
  say()
  say('## The same text, other causes')
  say()
  row('text', 'cases', 'right cause first', 'from the message')
  row('---', '---', '---', '---')
  for (const [group, list] of groups)
    row(
      group,
      list.length,
      list.filter(({ one, first }) => first === one.cause).length,
      list.filter(({ one, fromMessage }) => fromMessage === one.cause).length,
    )
  say()
  say('## Every case')
  say()
  row('case', 'what was printed', 'first', 'verdict', 'from the message')
  row('---', '---', '---', '---', '---')
  for (const { one, report, first, verdict, fromMessage } of results) {
    const mark = (id) => (id === one.cause ? '✓' : `✗ ${id}`)
    row(
      one.name,
      `${report.diagnosis.error.message.slice(0, 90)}`,
      first === one.cause ? `✓ ${first}` : `✗ ${first}, not ${one.cause}`,
      verdict,
      mark(fromMessage),
    )
  }
}
