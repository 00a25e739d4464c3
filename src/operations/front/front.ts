/** The front door: from what somebody types to the operation that answers it, and its input. */
import { UserError } from '../../core/error.ts'
import type { Context } from '../../core/operation.ts'
import { readModelNames } from '../../project/model-names.ts'
import { recipes } from '../../recipes/index.ts'
import { faultIds } from '../open.ts'
import { readSentence, type Sentence } from './read.ts'
import { type Intent, type Weighed, weigh } from './weigh.ts'

/** What is going to be done, before it is. */
export interface Understood {
  /** Name of an operation, or `undo`, or `init`. */
  operation: string
  /** For the operation's schema. */
  input: Record<string, unknown>
  /** The same as a command line. */
  command: string
  /** `what is wrong with POST /api/orders` */
  meaning: string
  /** Words of the sentence that said so. */
  words: string[]
  /** Enough of the sentence speaks for it: nobody has to be asked. */
  sure: boolean
}

/**
 * From this share of all that a sentence may mean, it is done without a question: at once what only reads, later what
 * starts a copy or plans a change. Chosen on phrases that the weights had not seen (`bench/front.md`).
 */
const SURE = { reads: 0.4, runs: 0.55 }
/** Below this, it is not a second meaning worth asking about. */
const ALSO = 0.12

const READS: ReadonlySet<Intent> = new Set([
  'understand',
  'review',
  'explain',
  'diagnose',
  'guide',
  'init',
  'decline',
])

/**
 * What a sentence asks for, the likeliest first: one that is `sure`, or several to choose from.
 * Throws a `UserError` that says what there is, for what this tool does not do. `operations`: names of those there are.
 */
export async function understandWords(
  text: string,
  operations: readonly string[],
  { root }: Pick<Context, 'root'>,
): Promise<Understood[]> {
  const sentence = readSentence(text, faultIds)
  const known = weigh(sentence).filter(({ intent }) => isThere(intent, operations))
  const [best] = known
  if (!best) throw notOurs(text)
  const sure = best.share >= (READS.has(best.intent) ? SURE.reads : SURE.runs) && best.intent !== 'undo'
  if (best.intent === 'decline' && sure) throw notOurs(text)
  const meant = sure ? [best] : known.filter(({ share }, at) => at === 0 || share >= ALSO).slice(0, 3)
  const models = await modelsIn(sentence, meant, root)
  const all = meant.flatMap((one) =>
    one.intent === 'decline' ? [] : [understood(one, sentence, models, sure)],
  )
  if (all.length === 0) throw notOurs(text)
  return all
}

const isThere = (intent: Intent, operations: readonly string[]): boolean =>
  intent === 'decline' ||
  intent === 'undo' ||
  intent === 'init' ||
  operations.includes(intent.split(' ')[0] ?? '')

function notOurs(text: string): UserError {
  const said = text.length > 120 ? `${text.slice(0, 117)}…` : text
  const added = recipes.map(({ summary }) => summary.toLowerCase().replace(/\.$/, ''))
  return new UserError(
    `That is not something I do, as far as I understand it: "${said.replace(/\s+/g, ' ')}". Nothing was read or changed.`,
    `I work on the backend of a Next.js + Prisma application: understand it, review it, prove what is wrong, fix it, measure what is slow, explain errors and findings, answer how things should be done, and add: ${added.join('; ')}. Say it in those words, or see \`backend-engineer --help\`.`,
  )
}

/** Models that the sentence names, in any case and number; the schema is only read where an answer depends on it. */
async function modelsIn(sentence: Sentence, meant: readonly Weighed[], root: string): Promise<string[]> {
  if (!meant.some(({ intent }) => intent === 'understand' || intent === 'review')) return []
  if (sentence.slots.endpoints.length > 0 || sentence.slots.files.length > 0) return []
  const plain = sentence.words.replace(/[^a-z0-9]+/g, ' ')
  const names = await readModelNames(root)
  return names.filter((name) => {
    const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
    const forms = [name.toLowerCase(), spaced].flatMap((one) => [one, `${one}s`, one.replace(/y$/, 'ies')])
    return forms.some((form) => ` ${plain} `.includes(` ${form} `))
  })
}

function understood(
  { intent, words }: Weighed,
  sentence: Sentence,
  models: readonly string[],
  sure: boolean,
): Understood {
  const [operation = ''] = intent.split(' ')
  const { input, about } = inputOf(intent, sentence, models)
  const meaning = MEANINGS[intent] + (about === undefined ? '' : ` ${about}`)
  return { operation, input, command: commandOf(operation, input), meaning, words, sure }
}

const MEANINGS: Record<Exclude<Intent, 'decline'>, string> & Record<Intent, string> = {
  understand: 'show what is there',
  review: 'look for what is wrong',
  prove: 'attack a running copy, to see what is real',
  fix: 'plan repairs, and prove them in a copy',
  optimize: 'measure in a running copy what is slow',
  'build auth-password': 'add sign-in with a password',
  'build endpoint-tests': 'write tests for an endpoint',
  diagnose: 'find out what the error means here',
  audit: 'do everything, as one report',
  explain: 'explain',
  undo: 'take back the last change that this tool made',
  init: 'set this tool up for coding agents',
  guide: 'say how it should be done here',
  decline: 'nothing',
}

/** The input of an operation, from what the sentence names. */
function inputOf(
  intent: Intent,
  { text, slots, words }: Sentence,
  models: readonly string[],
): { input: Record<string, unknown>; about?: string } {
  const places = [...slots.endpoints, ...slots.files, ...(intent === 'review' ? models : [])]
  const ids = [...slots.findings, ...slots.faults.filter((one) => faultIds.includes(one))]
  const at = places.length > 0 ? { at: places } : {}
  const only = ids.length > 0 ? { only: ids } : {}
  const about = [...ids, ...places].join(', ')
  const named = about === '' ? {} : { about }
  switch (intent) {
    case 'understand': {
      const [focus] = [...slots.endpoints, ...models]
      return focus === undefined ? { input: {} } : { input: { focus }, about: `about ${focus}` }
    }
    case 'review':
    case 'fix':
      return { input: { ...only, ...at }, ...(about !== '' && { about: `in ${about}` }) }
    case 'prove': {
      const sweep = /\bwho can\b|\bas (?:everybody|everyone|anybody)\b|\bevery(?:thing| endpoint)\b/.test(
        words,
      )
      return { input: { ...only, ...at, ...(sweep && { sweep }) }, ...named }
    }
    case 'optimize':
      return { input: slots.endpoints.length > 0 ? { only: slots.endpoints } : {}, ...named }
    case 'build auth-password':
    case 'build endpoint-tests':
      return { input: { task: text, recipe: intent.slice('build '.length) }, ...named }
    case 'explain':
      return { input: { id: [...slots.findings, ...slots.faults][0] ?? '' }, ...named }
    case 'diagnose':
      return { input: { text } }
    case 'guide':
      return { input: { question: text } }
    default:
      return { input: {} }
  }
}

/** As it would be typed. */
function commandOf(operation: string, input: Record<string, unknown>): string {
  const flags = Object.entries(input).map(([name, value]) => {
    if (POSITIONAL.has(name)) return quoted(String(value))
    if (value === true) return `--${name}`
    return `--${name} ${quoted(Array.isArray(value) ? value.join(',') : String(value))}`
  })
  return ['backend-engineer', operation, ...flags].join(' ')
}

const POSITIONAL: ReadonlySet<string> = new Set(['task', 'text', 'question', 'id'])

const quoted = (text: string): string =>
  /^[\w/.:,-]+$/.test(text) ? text : `'${text.replace(/\s+/g, ' ').replaceAll("'", "'\\''")}'`

/** A word that needs no sentence around it: a code of an error, the id of a finding. */
export const isName = (text: string): boolean => {
  const { codes, findings } = readSentence(text, faultIds).slots
  return codes.length + findings.length > 0
}
