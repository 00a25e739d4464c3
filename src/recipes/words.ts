/** From plain words to a recipe. */
import type { ListedRecipe } from './index.ts'

export interface Match {
  recipe: ListedRecipe
  /** Share of the best phrase whose words are in the text: 0 to 1. */
  score: number
  /** Words of the text that named it, in the order of the text. */
  words: string[]
}

/** Below this, the text is about something else. */
const THRESHOLD = 0.75

/** Words that any task may hold. */
const empty = new Set(
  `a an the this that these those and or of for to in on at with from by as is are be it its my our your me i we you us
  please can could would should need want like have has get give let make makes create creates add adds build builds
  implement write set up setup new some any which who whom when where how using use uses based simple basic proper
  secure safe api apis app application backend server project code next nextjs js prisma postgres`.split(
    /\s+/,
  ),
)

/** A question, or another task about what is there: nothing is to be built. */
const OTHER_TASK =
  /^\s*(?:is|are|was|does|do|did|has|have|why|what|when|where|which|who|how|explain|describe|show|review|check|audit|fix|repair|debug|optimi[sz]e|speed|remove|delete|drop|rename|refactor|migrate|upgrade|document)\b|\?\s*$/i

/**
 * The recipe that a text asks for; `undefined` when none is named clearly enough. Of two that are named alike, the one
 * that is named by more words is meant, then the one that is named first.
 */
export function matchRecipe(text: string, recipes: readonly ListedRecipe[]): Match | undefined {
  if (OTHER_TASK.test(text)) return undefined
  const said = stemsOf(text)
  const named = new Set(said.map(({ stem }) => stem))
  const meant = recipes.filter(
    ({ unless = [] }) => !unless.some((phrase) => stemsOf(phrase).every(({ stem }) => named.has(stem))),
  )
  const matches = meant.flatMap((recipe) => recipe.phrases.map((phrase) => matchOf(recipe, phrase, said)))
  const first = (one: Match): number => said.findIndex(({ word }) => one.words.includes(word))
  const [best] = matches
    .filter(({ score }) => score >= THRESHOLD)
    .sort((a, b) => b.score - a.score || b.words.length - a.words.length || first(a) - first(b))
  return best
}

interface Stem {
  word: string
  stem: string
}

function matchOf(recipe: ListedRecipe, phrase: string, said: readonly Stem[]): Match {
  const wanted = new Set(stemsOf(phrase).map(({ stem }) => stem))
  const found = said.filter(({ stem }) => wanted.has(stem))
  const stems = new Set(found.map(({ stem }) => stem))
  return {
    recipe,
    score: wanted.size === 0 ? 0 : stems.size / wanted.size,
    words: [...new Set(found.map(({ word }) => word))],
  }
}

function stemsOf(text: string): Stem[] {
  const plain = text
    .toLowerCase()
    .replace(/\b(log|sign)(?:ging|ing)?[ -](in|on|up|out)\b/g, '$1$2')
    .replace(/\bsignin\b/g, 'login')
    .replace(/\bsignout\b/g, 'logout')
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => !empty.has(word))
    .map((word) => ({ word, stem: stemOf(word) }))
}

/** `tokens`, `validates`, `validating` and `validation` are one word; `status` and `access` stay. */
export function stemOf(word: string): string {
  const single = word.replace(/ies$/, 'y').replace(/([^su])s$/, '$1')
  return single.length > 5 ? single.replace(/(?:ations?|ating|ated|ates?|ing|ed|e)$/, '') : single
}
