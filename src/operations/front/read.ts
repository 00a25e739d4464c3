/** What a sentence names outright: endpoints, files, error codes, ids. The rest is words. */
import { looksLikeFailure } from '../diagnose.ts'

/** Names in a sentence, as they were typed. */
export interface Slots {
  /** `/api/invoices/[id]`; with its method, where one stands before it: `POST /api/orders`. */
  endpoints: string[]
  /** Folders, too: `src/app/api/invoices`. */
  files: string[]
  /** `P2024`, `23505`, `ECONNRESET`: in capitals. */
  codes: string[]
  /** `queries/n-plus-one` */
  faults: string[]
  /** Ids of findings: ten hexadecimal digits. */
  findings: string[]
}

export interface Sentence {
  text: string
  /** In lower case, on one line; what `slots` has stands as `<endpoint>` (`<endpoint> <sign-in>`), `<file>`, `<code>`, … */
  words: string
  slots: Slots
  /** Part of it was pasted from a log: a stack, a message of a library. */
  pasted: boolean
  /** A branch, tag or commit that something is compared with: `against main`, `since v1.4`. */
  base: string | undefined
  /** It has the form of an error, or is one that `diagnose` has a cause of. */
  known: boolean
}

const METHOD = /\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b/
const STACK = /^\s*at .+[:(]\d+|\bat .+:\d+:\d+\)?/m
/** How messages of Prisma, PostgreSQL, Node.js and Next.js begin. */
const MESSAGE =
  /(?:^|\n|:\s|\s)(?:\w*Error|FATAL|ERROR|DETAIL|HINT|PANIC|Unhandled\w*|Uncaught\w*)\s*:\s|\bPrismaClient\w+Error\b|Invalid `[^`]+` invocation|\bconstraint (?:failed|violated)\b|\bviolates \w+[ -]?\w* constraint|⨯/i
const SQLSTATE = /\b(?:0[0-9A-Z]|2[0-9A-F]|3[0-9BDF]|4[0-4]|5[3-8]|72|F0|HV|P0|XX)[0-9A-Z]{3}\b/
const CODES =
  /\bp[1-6]\d{3}\b|\bE(?:CONN[A-Z]+|TIMEDOUT|NOTFOUND|PIPE|ADDRINUSE|ACCES|AI_AGAIN|HOSTUNREACH)\b|\b(?:ERR|NEXT)_[A-Z_]+\b/gi

/** What a change is compared with; in words it stands as `<branch>`: `develop` is no task there. */
const BASE =
  /\b(since|compared (?:to|with)|against|vs\.?|from|than (?:on|in)|diff(?:ed)? (?:to|with)) ((?:main|master|develop|dev|staging|trunk|HEAD|(?:origin|release|feature|hotfix)\/[\w./-]*\w|v\d(?:[\w.]*\w)?)(?![\w/]))/

/** Endpoints at which people sign in and out. */
const SIGN_IN = /\/(?:log-?in|log-?out|sign-?(?:in|up|out)|register|refresh|me)\b/i

/** `faults`: ids of the catalogue; a topic with any rule in it (`queries/whatever`) is taken for an id as well. */
export function readSentence(text: string, faults: readonly string[]): Sentence {
  const topics = new Set(faults.map((id) => id.split('/')[0] ?? id))
  const slots: Slots = { endpoints: [], files: [], codes: [], faults: [], findings: [] }
  const pasted = STACK.test(text) || MESSAGE.test(text) || /\n.*\n/.test(text.trim())
  let rest = ` ${text.replace(/\s+/g, ' ')} `
  const take = (pattern: RegExp, into: keyof Slots, word: string, accept = (_: string): boolean => true) => {
    rest = rest.replace(pattern, (whole: string) => {
      const found = whole.trim().replace(/[.,;:!?)]+$/, '')
      if (!accept(found)) return whole
      if (!slots[into].includes(found)) slots[into].push(found)
      return word === 'endpoint' && SIGN_IN.test(found) ? ` <endpoint> <sign-in> ` : ` <${word}> `
    })
  }
  take(/(?<![\w/])(?:[\w@().[\]-]+\/)+[\w.[\]-]+\.(?:[cm]?[jt]sx?|prisma|sql)\b/g, 'files', 'file')
  // A folder: in words the same as a file.
  take(/(?<![\w/.])(?:src|app|apps|pages|packages|server|lib)(?:\/[\w@().[\]-]+)+(?![\w/])/g, 'files', 'file')
  take(/(?<=[\s`'"(])\b[a-z]+\/[a-z]+(?:-[a-z]+)+\b/g, 'faults', 'fault', (one) =>
    topics.has(one.split('/')[0] ?? ''),
  )
  take(
    /(?:\b(?:get|post|put|patch|delete|head|options)\s+(?:to\s+)?)?(?<![\w.:/])\/(?:api|trpc|[\w[\]-]+\/)[\w/[\].-]*[\w\]]/gi,
    'endpoints',
    'endpoint',
    (one) => !/^\/(?:app|usr|var|home)\//.test(one),
  )
  slots.endpoints = slots.endpoints.map((one) => one.replace(METHOD, (word) => word.toUpperCase()))
  take(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{10}\b/gi, 'findings', 'finding')
  take(CODES, 'codes', 'code')
  take(new RegExp(SQLSTATE, 'g'), 'codes', 'code', (one) => /\d/.test(one) && !/^\d{4}0$/.test(one))
  slots.codes = slots.codes.map((one) => one.toUpperCase())
  const base = BASE.exec(rest)?.[2]
  const words = rest
    .replace(BASE, '$1 <branch>')
    .replace(/[‘’´`]/g, "'")
    .replace(/[“”]/g, '"')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
  return { text, words, slots, pasted, base, known: looksLikeFailure(text) }
}
