// How well the front door understands phrases: those that it was taught with, and those that it never saw. Prints
// Markdown. After `npm run build`; seconds. `node bench/front.mjs > bench/front.md`
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../dist/core/error.js'
import { NothingBefore } from '../dist/operations/front/follow-up.js'
import { understandWords } from '../dist/operations/front/front.js'
import { operations } from '../dist/operations/index.js'

const root = join(import.meta.dirname, '..')
const names = operations.map(({ name }) => name)
const say = (line = '') => process.stdout.write(`${line}\n`)
const missed = []

say(`# The front door

Printed by \`node bench/front.mjs\`, Node ${process.version}. Phrases in \`fixtures/phrases\`, each written with what it asks for
by people who had not seen how it decides. \`first\`: before anything was tuned; \`more\`: the same again, to teach it
(\`node scripts/teach-front.mjs --folds\` prints how right it is on each fifth when taught with the other four); those of \`more-4\`
and the patterns (\`patterns.txt\`) were written by somebody who knew it, and taught too. \`held-out\`: never taught. \`more-5\`: by
somebody who knew none of it. Which of
\`held-out\`, \`-2\` and \`-3\` had been missed was known when \`more-4\` was written; what resembled one of them was taken out of it again.
\`held-out-4\` is by the writer of \`more-3\`, \`more-4\` and the patterns, who speaks as he speaks: read its figure as an upper bound. \`held-out-5\`:
wordings of what somebody new had asked in vain, by whoever taught the repair: an upper bound as well. \`held-out-6\`: an examination, written by somebody who knew nothing of it and looked at when all was taught. \`follow-ups\` go on from
nothing and have to be asked back. Right: the first that is offered is what was meant, or one of what
the writer would accept. Asked: nothing is done, the choice is shown. Wrong: something else is begun or answered; of these,
\`runs\` starts a copy (it never writes).

| phrases | number | right at once | asked, the right one among them | asked, without it | declined, wrongly | wrong, only reads | wrong, runs |
| --- | --- | --- | --- | --- | --- | --- | --- |`)
for (const file of [
  'first',
  'more',
  'more-2',
  'held-out',
  'held-out-2',
  'held-out-3',
  'more-3',
  'more-4',
  'more-5',
  'held-out-4',
  'held-out-5',
  'held-out-6',
  'follow-ups',
])
  await table(file)
say(`
Before \`more-3\`, \`more-4\`, the patterns and groups of words, with the same phrases (right at once; wrong, runs): \`held-out\` 65.4 % (0),
\`held-out-2\` 97.0 % (0), \`held-out-3\` 87.0 % (0), \`held-out-4\` 83.3 % (2), \`more-3\` 76.2 % (2). \`more-5\`, before it was taught:
83.6 % (4). So expect that of somebody who speaks as nobody before him.`)
if (process.argv.includes('--missed')) process.stderr.write(`${missed.join('\n')}\n`)

async function table(file) {
  const lines = readFileSync(join(root, `fixtures/phrases/${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
  const count = { right: 0, among: 0, without: 0, declined: 0, reads: 0, runs: 0 }
  for (const line of lines) {
    const { say: text, want } = JSON.parse(line)
    const verdict = await judged(text, want)
    count[verdict] += 1
    if (verdict !== 'right')
      missed.push(`${file} ${verdict} ${want.join(' | ')}: ${text.replaceAll('\n', ' ')}`)
  }
  const share = (one) => `${count[one]} (${((100 * count[one]) / lines.length).toFixed(1)} %)`
  say(`| ${[file, lines.length, ...Object.keys(count).map(share)].join(' | ')} |`)
}

async function judged(text, want) {
  const wanted = want.map((one) => one.replace(/^guide .*/, 'guide'))
  const known = await understandWords(text, names, { root: join(root, 'examples/workshop') }).catch(
    (error) => {
      if (error instanceof UserError) return error
      throw error
    },
  )
  if (wanted.includes('ask') && (known instanceof NothingBefore || known[0]?.sure === false)) return 'right'
  if (known instanceof UserError) return wanted.includes('decline') ? 'right' : 'declined'
  const meant = known.map(({ operation, input }) =>
    operation === 'build' ? `build ${input.recipe}` : operation,
  )
  const [first] = known
  if (first.sure) {
    if (wanted.includes(meant[0])) return 'right'
    const { effects } = operations.find(({ name }) => name === first.operation)
    return effects === 'reads' || first.operation === 'init' ? 'reads' : 'runs'
  }
  if (first.operation === 'undo' && wanted.includes('undo')) return 'right'
  return meant.some((one) => wanted.includes(one)) || wanted.includes('decline') ? 'among' : 'without'
}
