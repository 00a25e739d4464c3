/** Sentences that go on from something said before: here nothing was, for each command is read alone. */
import { UserError } from '../../core/error.ts'
import type { Sentence } from './read.ts'

/** What points back: at something that was named, or at what was done. */
const BACK = new Set(
  `it its it's that that's this those these them they same other others another next rest one ones again continue proceed further
  else too also more on ahead going why come`.split(/\s+/),
)

/** May stand beside it and names nothing either: a question, a request, a part that every project has. */
const EMPTY = new Set(
  `and or but so then now a an the for of in to with from about as well is are was do does did go keep carry what how which
  show me us give tell explain see let i we you can could would please pls thanks ok okay yes yeah sure well just thing
  code endpoint endpoints route routes model models table tables file files example details`.split(/\s+/),
)

/** Answers, thanks and praise: nothing was asked before, and nothing is asked now. */
const ANSWERS = new Set(
  `yes yeah yep no nope ok okay sure thanks thank thx ty cheers great nice perfect awesome cool excellent lgtm looks good hi hello hey
  morning`.split(/\s+/),
)

/** How a sentence begins that carries over to another thing what was said of one. */
const CARRIES =
  /^(?:(?:ok|okay|yes|and|now|then|do|so|please),? )*(?:(?:the )?same\b|(?:what|how) about\b|for\b|also\b)|^and\b/

interface FollowUp {
  /** What is left when the words without content are taken away. */
  rest: string
}

/**
 * Whether a sentence means something only after another: "why?", "and the other endpoint?", "same for Customer". What it names then
 * (`Customer`, nothing) is `rest`. Undefined for one that can stand alone.
 */
export function followUpIn({ words, pasted }: Sentence): FollowUp | undefined {
  if (pasted) return undefined
  const tokens = words.match(/<[a-z-]+>|[\p{L}\d_]+(?:'\p{L}+)?/gu) ?? []
  // Nothing but marks: `???`.
  if (tokens.length === 0) return { rest: '' }
  const rest = tokens.filter((token) => !BACK.has(token) && !EMPTY.has(token) && !ANSWERS.has(token))
  const carries = CARRIES.test(words)
  if (rest.length === 0) {
    const isShowCode = /\bshow\b|\bsee\b|\bgive\b/.test(words) && /\bcode\b/.test(words)
    const points = tokens.some((token) => BACK.has(token) || ANSWERS.has(token))
    return carries || isShowCode || points ? { rest: '' } : undefined
  }
  return carries && rest.length <= 2 ? { rest: rest.join(' ') } : undefined
}

/** Nothing can be guessed of what a sentence goes on from. */
export class NothingBefore extends UserError {}

export const nothingBefore = (text: string): NothingBefore =>
  new NothingBefore(
    `"${text.trim()}" goes on from something, and nothing was said before it: each command is read alone. Nothing was done.`,
    'Say all of it in one sentence, with the endpoint, the model or the finding that you mean, such as "is /api/orders safe?" or "show me where Order is used".',
  )
