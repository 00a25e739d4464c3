// Phrases that nobody wrote, to teach the front door with: from the patterns of fixtures/phrases/patterns.txt, filled with what the
// tool knows (faults, texts of errors, what the playbooks answer). The same each time. After `npm run build`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCases } from '../bench/diagnose-cases.mjs'
import { faults } from '../dist/faults/index.js'
import { playbooks } from '../dist/knowledge/shelf.js'

const root = join(import.meta.dirname, '..')
const sections = (await playbooks()).flatMap((book) => book.sections)

/** A linear congruential generator, so that a weight only changes when a phrase does (Numerical Recipes, 7.1). */
export function lots(seed = 11) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** The same for the same text, spread over all of 32 bits (FNV-1a). */
export function seedOf(text) {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193)
  return hash >>> 0
}

let random = lots()
const pick = (list) => list[Math.floor(random() * list.length)]

const MODELS =
  `Invoice Order Customer Project Document Ticket Booking Payment Product Comment Message User Team Member Report
  Subscription Patient Lesson Vehicle Shipment Review Photo Account Device Event Contract Employee Recipe Property Tenant Claim Asset
  Coupon Task Note Board Channel Survey Workspace ApiKey Session Membership WorkOrder AuditEntry`.split(/\s+/)
const spaced = (name) => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
const plural = (name) => `${spaced(name).replace(/y$/, 'ie')}s`
const folder = () => plural(pick(MODELS)).replace(' ', '-')
/** Lines of texts that fixtures printed, without frames of stacks and progress bars. */
const errors = readCases().flatMap(({ text = '' }) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(isMessage)
    .slice(0, 5),
)

function isMessage(line) {
  return line.length > 18 && line.length < 220 && !line.startsWith('at ') && /[a-z] [a-z]/i.test(line)
}

const SLOTS = {
  model: () => (random() < 0.5 ? pick(MODELS) : spaced(pick(MODELS))),
  models: () => plural(pick(MODELS)),
  endpoint: () =>
    `${pick(['', '', '', 'GET ', 'POST ', 'PATCH ', 'DELETE ', 'PUT '])}/api/${folder()}${pick(['', '', '/[id]', '/[id]/export'])}`,
  file: () => `${pick(['src/app/api/', 'app/api/'])}${folder()}${pick(['/route.ts', '/[id]/route.ts'])}`,
  role: () =>
    pick(['viewer', 'a viewer', 'a member', 'MEMBER', 'a guest', 'admin', 'a normal user', 'an editor']),
  people: () =>
    pick(['a user', 'users', 'a member of another org', 'anybody', 'a customer', 'user b', 'guests']),
  duration: () => pick(['3 seconds', '8s', '12 sec', '900ms', 'half a minute', '2.5 s', 'ages']),
  fault: () => pick(faults).id,
  faultname: () =>
    random() < 0.5 ? pick(faults).id.split('/')[1].replaceAll('-', ' ') : pick(faults).title.toLowerCase(),
  finding: () =>
    `${pick('0123456789')}${pick('abcdef')}${Array.from({ length: 8 }, () => pick('0123456789abcdef')).join('')}`,
  branch: () => pick(['main', 'master', 'develop', 'origin/main', 'v1.4', 'HEAD']),
  error: () => pick(errors),
  ask: () => pick(pick(sections).asks),
  question: () => pick([pick(sections).question, pick(sections).question.toLowerCase().replace('?', '')]),
}

/** @returns phrases of all patterns, `times` as many as the file says: `{ say, want }` */
export function madePhrases(times) {
  const own = {}
  return readFileSync(join(root, 'fixtures/phrases/patterns.txt'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const slot = /^= (\w+): (.*)$/.exec(line)
      if (slot) own[slot[1]] = slot[2]
      const pattern = /^(\d+) ([a-z -]+): (.*)$/.exec(line)
      if (!pattern) return []
      const [, number, want, text] = pattern
      // Of its own: another pattern in front of it changes nothing of what it makes.
      random = lots(seedOf(text))
      return Array.from({ length: Number(number) * times }, () => ({ say: filled(text, own), want: [want] }))
    })
}

/** Slots of the file first, as they have alternatives themselves; then the alternatives; then names, whose brackets stay. */
function filled(text, own) {
  return text
    .replace(/\{(\w+)\}/g, (whole, name) => own[name] ?? whole)
    .replace(/\[([^[\]]*)\]/g, (_, list) => pick(list.split('|')))
    .replace(
      /\{(\w+)\}/g,
      (whole, name) =>
        own[name]?.replace(/\[([^[\]]*)\]/g, (_, list) => pick(list.split('|'))) ?? SLOTS[name]?.() ?? whole,
    )
    .replace(/\s+/g, ' ')
    .trim()
}
