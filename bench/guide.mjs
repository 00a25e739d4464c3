// How often `guide` finds the right section, on questions whose sections their writer has named. Prints Markdown. After
// `npm run build`; seconds. `node bench/guide.mjs > bench/guide.md`; `--missed` lists those that went wrong.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { idOf, understandQuestion } from '../dist/knowledge/guide.js'
import { playbooks } from '../dist/knowledge/shelf.js'
import { loadProject } from '../dist/project/load.js'

const root = join(import.meta.dirname, '..')
const books = await playbooks()
const project = await loadProject(join(root, 'examples/workshop'), {})
const missed = []
const say = (line = '') => process.stdout.write(`${line}\n`)

say(`# Which section a question gets

Printed by \`node bench/guide.mjs\`, Node ${process.version}, asked about \`examples/workshop\`. \`sections\`: questions of
\`fixtures/phrases\`, each with the sections that answer it; the phrases under \`asks:\` and the synonyms were chosen on them.
\`sections-held-out\`: written at the same time by the same person, drawn by lot, and asked for the first time when the words had been
chosen; \`sections-held-out-2\`: other wordings of questions that had
gone wrong, by whoever wrote the words for them, and just before: an upper bound. Of 28 wordings written when the first words were there and asked
once, 14 were answered, 8 named, 3 offered; they are in \`sections\` now. \`held-out\`, \`held-out-2\`: by other people, who named the topic, not the section. The right section is the one that is answered, or
it is named beside the answer, or it is among those that are offered where nothing is near enough to be answered. Wrong: something else is
answered, and the right section is not named.

| questions | number | answered | named beside the answer | offered, nothing answered | wrong | nothing |
| --- | --- | --- | --- | --- | --- | --- |`)
for (const file of ['sections', 'sections-held-out', 'sections-held-out-2', 'held-out', 'held-out-2'])
  table(file)
if (process.argv.includes('--missed')) process.stderr.write(`${missed.join('\n')}\n`)

function table(file) {
  const lines = readFileSync(join(root, `fixtures/phrases/${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ want }) => !file.startsWith('held-out') || want.some((one) => one.startsWith('guide ')))
  const count = { answered: 0, named: 0, offered: 0, wrong: 0, nothing: 0 }
  for (const { say: question, want } of lines) {
    const verdict = judged(question, want)
    count[verdict] += 1
    if (verdict !== 'answered') missed.push(`${file} ${verdict} ${want.join(' | ')}: ${question}`)
  }
  const shares = Object.values(count).map((one) => `${one} (${((100 * one) / lines.length).toFixed(1)} %)`)
  say(`| ${[file, lines.length, ...shares].join(' | ')} |`)
}

function judged(question, want) {
  const { sections, near } = understandQuestion(project, books, question)
  const isWanted = (section) => want.includes(idOf(section)) || want.includes(`guide ${section.topic}`)
  if (want.length === 0) return sections.length === 0 ? 'answered' : 'wrong'
  if (sections.some(isWanted)) return 'answered'
  if (near.some(isWanted)) return sections.length > 0 ? 'named' : 'offered'
  return sections.length > 0 ? 'wrong' : 'nothing'
}
