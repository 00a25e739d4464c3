/** The front door: from what somebody types to the operation that answers it, and its input. */
import { UserError } from '../../core/error.ts'
import type { Context } from '../../core/operation.ts'
import { readOutline } from '../../project/outline.ts'
import { recipes } from '../../recipes/index.ts'
import { faultIds } from '../open.ts'
import { explainedIn, hasPlaybook, initInput, isAboutRights, playbookFor } from './asks.ts'
import { followUpIn, nothingBefore } from './follow-up.ts'
import { languageOf } from './language.ts'
import { onlyIn } from './named-faults.ts'
import { type Part, partsIn } from './parts.ts'
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
 * starts a copy or plans a change, and that only where nothing else has more than `BESIDE`. Chosen on phrases that the weights had not
 * seen: of a thousand that begin something that runs, ten meant something else; without `BESIDE`, eighteen.
 */
const SURE = { reads: 0.4, runs: 0.6 }
const BESIDE = 0.2
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
  const carried = await carriedOver(sentence, root)
  if (carried) return carried
  const known = weighed(sentence, operations)
  const [best] = known
  if (!best) throw await notOurs(text)
  const sure = isSure(known)
  await refuseForeign(sentence, best.intent, sure)
  if (best.intent === 'decline' && sure) throw await notOurs(text)
  const meant = sure ? [best] : known.filter(({ share }, at) => at === 0 || share >= ALSO).slice(0, 3)
  const named = await namedIn(sentence, meant, root)
  const all = meant.flatMap((one) =>
    one.intent === 'decline' ? [] : [understood(one, sentence, named, sure)],
  )
  if (all.length === 0) throw await notOurs(text)
  return all
}

function isSure([best, second]: readonly Weighed[]): boolean {
  if (!best || best.intent === 'undo') return false
  if (READS.has(best.intent)) return best.share >= SURE.reads
  return best.share >= SURE.runs && (second?.share ?? 0) <= BESIDE
}

/** Of a sentence that goes on from nothing: what can be done with what it names, to choose from. */
async function carriedOver(sentence: Sentence, root: string): Promise<Understood[] | undefined> {
  const found = followUpIn(sentence)
  if (!found) return undefined
  if (found.rest === '') throw nothingBefore(sentence.text)
  const isPlace = /^<(?:endpoint|file)>(?: <sign-in>)?$/.test(found.rest)
  const models = isPlace ? [] : namesOf(found.rest, (await readOutline(root)).models)
  // Whatever else is left is a word of its own: `same tests for comments`.
  if (!isPlace && models === undefined) return undefined
  return (['understand', 'review'] as const).map((intent) =>
    understood({ intent, share: 0, words: [] }, sentence, { models: models ?? [], parts: [] }, false),
  )
}

/** What can be done of what may be meant. Nothing is explained that has no name: what then remains is all there is. */
function weighed(sentence: Sentence, operations: readonly string[]): Weighed[] {
  const known = weigh(sentence).filter(
    ({ intent }) =>
      isThere(intent, operations) && (intent !== 'explain' || explainedIn(sentence) !== undefined),
  )
  const all = known.reduce((sum, { share }) => sum + share, 0)
  return known.map((one) => ({ ...one, share: one.share / all }))
}

const isThere = (intent: Intent, operations: readonly string[]): boolean =>
  intent === 'decline' ||
  intent === 'undo' ||
  intent === 'init' ||
  operations.includes(intent.split(' ')[0] ?? '')

async function notOurs(text: string): Promise<UserError> {
  const playbook = await playbookFor(text)
  const added = recipes.map(({ summary }) => summary.toLowerCase().replace(/\.$/, ''))
  return new UserError(
    `That is not something I do, as far as I understand it: "${shortened(text)}". Nothing was read or changed.`,
    `${playbook === undefined ? '' : `Nearest to it in the playbooks: \`${playbook}\`. `}I work on the backend of a Next.js + Prisma application: understand it, review it, prove what is wrong, fix it, measure what is slow, explain errors and findings, answer how things should be done, and add: ${added.join('; ')}. Say it in those words, or see \`backend-engineer --help\`.`,
  )
}

/** The playbooks are in English: a question in another language finds one by its terms, or nothing. */
async function refuseForeign(
  { text, pasted, known }: Sentence,
  intent: Intent,
  sure: boolean,
): Promise<void> {
  if (!sure || pasted || known || (intent !== 'guide' && intent !== 'decline')) return
  const language = languageOf(text)
  if (language === undefined || (intent === 'guide' && (await hasPlaybook(text)))) return
  throw new UserError(
    `"${shortened(text)}" looks like ${language}: I only read English well enough to be sure of what is meant. Nothing was read or changed.`,
    'Say it in English, in a sentence such as "how should I paginate /api/orders?" or "which endpoints have no login?". Answers can be searched by topic with `backend-engineer guide`.',
  )
}

const shortened = (text: string): string =>
  (text.length > 120 ? `${text.slice(0, 117)}…` : text).replace(/\s+/g, ' ')

/** What of the project a sentence names without a path. */
interface Named {
  models: string[]
  parts: Part[]
}

const ABOUT_PLACES: ReadonlySet<Intent> = new Set(['understand', 'review', 'prove', 'fix'])

/** The project is only looked at where an answer depends on it, and where no place is named outright. */
async function namedIn(sentence: Sentence, meant: readonly Weighed[], root: string): Promise<Named> {
  const { endpoints, files, findings } = sentence.slots
  if (!meant.some(({ intent }) => ABOUT_PLACES.has(intent))) return { models: [], parts: [] }
  if (endpoints.length + files.length + findings.length > 0) return { models: [], parts: [] }
  const outline = await readOutline(root)
  const models = modelsIn(sentence, outline.models)
  // Only a review takes a model for a place: for the others, `customers endpoint` is the path of that name.
  const taken = meant.some(({ intent }) => intent === 'review') ? models : []
  return { models, parts: partsIn(sentence.words, outline, taken) }
}

/** "the whole project" is no model, even where there is one of that name. */
const EVERYTHING =
  /\b(?:the|this|that|my|our|your|whole|entire|a)(?: \w+)? (?:project|app|application|service|code)\b/g

const PERSONS =
  '(?:user|member|customer|tenant|client|employee|account|admin|owner|person|org(?:ani[sz]ation)?|company)s?'
const NO_THING = '(?! (?:models?|tables?|lists?|rows?|data|records?|routes?|endpoints?|api|handlers?))'

/** "can a user see …", "users of another org": who does something, not what it is done to. */
const DOERS = [
  new RegExp(
    `\\b(?:an?|any|another|one|some|every|each|no|which|other) (?:[a-z-]+ )?${PERSONS}\\b${NO_THING}`,
    'g',
  ),
  new RegExp(
    `\\b${PERSONS} (?=(?:can|could|may|might|should|must|who|from|of (?:an?|another|other))\\b)`,
    'g',
  ),
]

/** Models that the sentence names, in any case and number. */
function modelsIn(sentence: Sentence, names: readonly string[]): string[] {
  const things = [EVERYTHING, ...DOERS].reduce((words, one) => words.replace(one, ' '), sentence.words)
  const plain = things.replace(/[^a-z0-9]+/g, ' ')
  return names.filter((name) => formsOf(name).some((form) => ` ${plain} `.includes(` ${form} `)))
}

/** The one model that words are the name of, and nothing besides. */
function namesOf(words: string, names: readonly string[]): string[] | undefined {
  const name = names.find((one) => formsOf(one).includes(words))
  return name === undefined ? undefined : [name]
}

function formsOf(name: string): string[] {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return [name.toLowerCase(), spaced].flatMap((one) => [one, `${one}s`, one.replace(/y$/, 'ies')])
}

function understood({ intent, words }: Weighed, sentence: Sentence, named: Named, sure: boolean): Understood {
  const [operation = ''] = intent.split(' ')
  const { input, about } = inputOf(intent, sentence, named)
  const limits = PLACED.has(intent) ? limitsOf(named) : ''
  const meaning = MEANINGS[intent] + (about === undefined ? '' : ` ${about}`) + limits
  return { operation, input, command: commandOf(operation, input), meaning, words, sure }
}

/** A sentence about a part of the project; the others say nothing of places, or are asked about one. */
const PLACED: ReadonlySet<Intent> = new Set(['review', 'prove', 'fix'])

/** What a part was taken for: whoever meant another one has to see it. */
function limitsOf({ models, parts }: Named): string {
  const found = parts.filter(({ places }) => places.length > 0)
  const missing = parts.filter(({ places }) => places.length === 0).map(({ said }) => `"${said}"`)
  const narrow = found.length + models.length > 0
  if (missing.length > 0)
    return narrow
      ? `; no path is named after ${missing.join(', ')}`
      : ` everywhere: no path is named after ${missing.join(', ')}`
  return found.length === 0
    ? ''
    : `, and nowhere else: that is what ${found.map(({ said }) => `"${said}"`).join(', ')} was taken for`
}

const MEANINGS: Record<Exclude<Intent, 'decline'>, string> & Record<Intent, string> = {
  understand: 'show what is there',
  review: 'look for what is wrong',
  prove: 'attack a running copy to see what is real',
  fix: 'plan repairs and prove them in a copy',
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
  sentence: Sentence,
  { models, parts }: Named,
): { input: Record<string, unknown>; about?: string } {
  const { text, slots, words } = sentence
  const within = PLACED.has(intent) ? parts.flatMap(({ places }) => places) : []
  const places = [
    ...new Set([...slots.endpoints, ...slots.files, ...within, ...(intent === 'review' ? models : [])]),
  ]
  const named = [...slots.findings, ...slots.faults.filter((one) => faultIds.includes(one))]
  const ids = named.length === 0 && PLACED.has(intent) ? onlyIn(sentence) : named
  const at = places.length > 0 ? { at: places } : {}
  const only = ids.length > 0 ? { only: ids } : {}
  const about = [...ids, ...places].join(', ')
  switch (intent) {
    case 'understand': {
      const [focus, ...others] = [...slots.endpoints, ...models]
      if (focus === undefined && isAboutRights(sentence)) return rightsOf(sentence)
      const later = others.length > 0 ? ` (one at a time: then ${others.join(', ')})` : ''
      return focus === undefined ? { input: {} } : { input: { focus }, about: `about ${focus}${later}` }
    }
    case 'review': {
      const since = sentence.base
      const what = [about === '' ? '' : `in ${about}`, since === undefined ? '' : `since ${since}`]
      return {
        input: { ...only, ...at, ...(since !== undefined && { changedSince: since }) },
        ...(what.some((one) => one !== '') && { about: what.filter((one) => one !== '').join(', ') }),
      }
    }
    case 'fix':
      return { input: { ...only, ...at }, ...(about !== '' && { about: `of what is at ${about}` }) }
    case 'prove': {
      const sweep = /\bwho can\b|\bas (?:everybody|everyone|anybody)\b|\bevery(?:thing| endpoint)\b/.test(
        words,
      )
      return {
        input: { ...only, ...at, ...(sweep && { sweep }) },
        ...(about !== '' && { about: `at ${about}` }),
      }
    }
    case 'optimize':
      return {
        input: slots.endpoints.length > 0 ? { only: slots.endpoints } : {},
        ...(about !== '' && { about: `at ${about}` }),
      }
    case 'build auth-password':
    case 'build endpoint-tests':
      return {
        input: { task: text, recipe: intent.slice('build '.length) },
        ...(about !== '' && { about: `(${about})` }),
      }
    case 'explain':
      return explained(explainedIn(sentence) ?? '')
    case 'init': {
      const input = initInput(sentence) ?? {}
      const about = 'remove' in input ? '(take it out again)' : '(only whether it is up to date)'
      return { input, ...(Object.keys(input).length > 0 && { about }) }
    }
    case 'diagnose':
      return { input: { text } }
    case 'guide':
      return { input: { question: text } }
    default:
      return { input: {} }
  }
}

const explained = (id: string): { input: { id: string }; about: string } => ({ input: { id }, about: id })

function rightsOf(sentence: Sentence): { input: Record<string, unknown>; about: string } {
  const since = sentence.base
  return since === undefined
    ? { input: { matrix: true }, about: '(who may do what)' }
    : { input: { matrixSince: since }, about: `(what of who may do what changed since ${since})` }
}

/** As it would be typed. */
function commandOf(operation: string, input: Record<string, unknown>): string {
  const flags = Object.entries(input).map(([name, value]) => {
    if (POSITIONAL.has(name)) return quoted(String(value))
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    if (value === true) return flag
    return `${flag} ${quoted(Array.isArray(value) ? value.join(',') : String(value))}`
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
