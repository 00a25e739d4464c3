/** Which faults a sentence is about, when it is to be looked for them alone: "any sql injection?", "fix the idor in …". */
import { faults } from '../../faults/index.ts'
import type { Sentence } from './read.ts'

/** As it may be compared: small letters, without marks. */
export const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[-_/]/g, ' ')
    .replace(/[^\p{L}\d+ ]/gu, '')

/** What a fault is called: `mass assignment`, `n+1`, `sql injection`. A single word names too many things. */
export const namesOf = ({ id, title }: (typeof faults)[number]): string[] =>
  [
    id.split('/')[1] ?? '',
    /^[^:]+(?=:)/.exec(title)?.[0] ?? '',
    ...(/\(([^)]+)\)/.exec(title)?.[1]?.split(', ') ?? []),
  ]
    .map(plain)
    .filter((name) => /[ +]/.test(name))

/** What people call several faults at once, or one that we call otherwise. A topic stands for all of its faults. */
const KINDS: readonly { said: RegExp; only: readonly string[] }[] = [
  {
    said: /\bidors?\b|\bbola\b|\bbroken object level authori[sz]ation\b|\b(?:ownership|tenant|owner) checks?\b/,
    only: ['authorization'],
  },
  {
    said: /\b(?:auth|authori[sz]ation|permission|access) (?:checks?|holes?|bugs?|issues?|problems?)\b|\bauthori[sz]ation\b|\baccess control\b/,
    only: ['authentication', 'authorization'],
  },
  { said: /\brace conditions?\b|\braces\b/, only: ['transactions'] },
  { said: /\bn ?(?:\+|plus) ?(?:1|one)s?\b/, only: ['queries/n-plus-one', 'queries/loop-writes'] },
  {
    said: /\b(?:missing|lacking) ind(?:ex(?:es)?|ices)\b/,
    only: ['schema/missing-composite-index', 'schema/missing-foreign-key-index'],
  },
  { said: /\bsqli\b|\bsql injections?\b/, only: ['input/raw-sql'] },
  { said: /\bssrf\b/, only: ['input/server-side-request'] },
  { said: /\bcors\b/, only: ['response/permissive-cors'] },
  { said: /\btiming attacks?\b/, only: ['authentication/login-timing', 'authentication/timing-comparison'] },
]

/** Then what is named is an example, or what is not meant: all is looked for. */
const NOT_ONLY =
  /\b(?:except|besides|other than|apart from|but not|not (?:the|only|just)|without|ignor\w+|like|such as|e ?g|for example|for instance|includ\w+|incl|also|too|everything|anything|all findings|whatever|and (?:more|others?|so on|the rest|everything|performance|security|speed))\b/

/** Ids of faults and topics, for `--only`; none where the sentence names none, or more than these. */
export function onlyIn({ words }: Sentence): string[] {
  const said = words.replace(/\be\.\s?g\.?/g, 'e g')
  if (NOT_ONLY.test(said)) return []
  const kinds = KINDS.filter((one) => one.said.test(said)).flatMap(({ only }) => only)
  const text = ` ${plain(said)} `
  const called = faults
    .filter((fault) =>
      namesOf(fault).some((name) => text.includes(` ${name} `) || text.includes(` ${name}s `)),
    )
    .map(({ id }) => id)
  const all = [...new Set([...kinds, ...called])]
  // A topic has its faults in it already.
  return all.filter((one) => !one.includes('/') || !all.includes(one.split('/')[0] ?? ''))
}
