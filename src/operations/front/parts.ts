/** Which part of a project a sentence names by what it does: "the login", "the webhooks", "search". */
import type { Outline } from '../../project/outline.ts'

/** A part, in the words of who asked. */
export interface Part {
  said: string
  /** For `--at`; empty: nothing in the project is named after it. */
  places: string[]
}

/** What people say in other words than paths do. */
const SPOKEN: readonly { said: RegExp; path: RegExp }[] = [
  {
    said: /\b(?:log ?-?ins?|sign ?-?ins?|logging in|signing in)\b/,
    path: /^(?:log-?in|sign-?in|authenticate|\[\.\.\.next-?auth\])$/,
  },
  {
    said: /\b(?:sign ?-?ups?|registration|signing up|register endpoint|account creation)\b/,
    path: /^(?:sign-?up|register|registration)$/,
  },
  { said: /\b(?:log ?-?outs?|sign ?-?outs?|logging out)\b/, path: /^(?:log-?out|sign-?out)$/ },
  {
    said: /\b(?:password resets?|forgot(?:ten)? passwords?|reset of (?:the )?passwords?|password recovery)\b/,
    path: /^(?:(?:forgot|reset|recover|change)-?(?:password)?|password-?(?:reset|recovery))$/,
  },
  { said: /\bhooks?\b/, path: /^webhooks?$/ },
  { said: /\b(?:uploads?|attachments?)\b/, path: /^(?:uploads?|files?|attachments?)$/ },
]

/** Of a path they say nothing, or stand in sentences about anything: only with `endpoint` or `route` behind them they are a name. */
const GENERAL =
  /^(?:api|v\d+|trpc|rpc|rest|app|apps|me|all|new|list|get|send|test|user|data|file|project|report|error|check|status|org|auth|admin|public|internal|code|audit|health|query|action|index|login|logout|register|model)$/

/**
 * The parts that a sentence names, each with its places. Nobody should be told of one place when he meant another: a word of a path counts
 * where it stands as a thing (`the search`, `search endpoint`), and everything under a path of that name is meant. `models`: words that are
 * taken already.
 */
export function partsIn(words: string, outline: Outline, models: readonly string[]): Part[] {
  const spoken = SPOKEN.flatMap(({ said, path }) => {
    const match = said.exec(words)?.[0]
    return match === undefined ? [] : [{ said: match, places: placesOf(outline, (part) => path.test(part)) }]
  })
  const taken = new Set([...models.map(plain), ...spoken.flatMap(({ places }) => places).flatMap(lastOf)])
  const segments = new Set(outline.paths.flatMap(partsOf))
  const named = [...segments].flatMap((segment) => {
    const said = spokenAs(words, segment)
    return said === undefined || taken.has(plain(segment))
      ? []
      : [{ said, places: placesOf(outline, (part) => part === segment) }]
  })
  return [...spoken, ...named]
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '')

const lastOf = (path: string): string[] => partsOf(path).slice(-1).map(plain)

/** `WorkOrder`, `work-orders` → `workorder` */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/ies$/, 'y')
    .replace(/s$/, '')

/** Of each path that has the part, the piece up to it; of files of actions, those in a folder of that name. */
function placesOf({ paths, actions }: Outline, isPart: (part: string) => boolean): string[] {
  const pieces = paths.flatMap((path) => {
    const parts = partsOf(path)
    const at = parts.findIndex(isPart)
    return at < 0 ? [] : [`/${parts.slice(0, at + 1).join('/')}`]
  })
  return [...new Set([...pieces, ...actions.filter((file) => partsOf(file).some(isPart))])]
}

/** The words of a sentence that name a part of a path as a thing. */
function spokenAs(words: string, segment: string): string | undefined {
  if (segment.includes('[') || segment.length < 4) return undefined
  const word = segment
    .toLowerCase()
    .replace(/[-_.]+/g, '[ -]?')
    .replace(/(?<!s)s$/, 's?')
  const followed = new RegExp(`\\b${word} (?:endpoints?|routes?|api|handlers?|calls?)\\b`).exec(words)?.[0]
  if (followed !== undefined || GENERAL.test(plain(segment))) return followed
  return new RegExp(`\\b(?:the|our|my|in|on|at|of|for) ${word}\\b(?! (?:of|for)\\b)`).exec(words)?.[0]
}
