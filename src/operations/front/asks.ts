/** What a sentence says of an operation besides its place: which fault by its name, since which branch, the other way round. */
import { faults } from '../../faults/index.ts'
import { idOf } from '../../knowledge/guide.ts'
import { candidates, indexOf, isSure } from '../../knowledge/retrieve.ts'
import { playbooks } from '../../knowledge/shelf.ts'
import type { Sentence } from './read.ts'

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[-_/]/g, ' ')
    .replace(/[^\p{L}\d+ ]/gu, '')

/** What a fault is called in a sentence: `mass assignment`, `n+1`, `sql injection`. A single word names too many things. */
const namesOf = ({ id, title }: (typeof faults)[number]): string[] =>
  [
    id.split('/')[1] ?? '',
    /^[^:]+(?=:)/.exec(title)?.[0] ?? '',
    ...(/\(([^)]+)\)/.exec(title)?.[1]?.split(', ') ?? []),
  ]
    .map(plain)
    .filter((name) => /[ +]/.test(name))

/** The fault that a sentence names by what it is called; of several, the one with the longest name. */
function faultCalled({ words }: Sentence): string | undefined {
  const said = ` ${plain(words)} `
  const found = faults.flatMap((fault) =>
    namesOf(fault)
      .filter((name) => said.includes(` ${name} `) || said.includes(` ${name}s `))
      .map((name) => ({ id: fault.id, length: name.length })),
  )
  return found.toSorted((a, b) => b.length - a.length)[0]?.id
}

/** A topic and a rule that nobody has: `explain` says which it may be. */
const LIKE_A_FAULT = /(?<![\w/.])[a-z]+\/[a-z]+(?:-[a-z]+)*(?![\w/])/

/** The finding or the fault that a sentence is about, by its id or by what it is called. */
export const explainedIn = (sentence: Sentence): string | undefined =>
  sentence.slots.findings[0] ??
  sentence.slots.faults[0] ??
  faultCalled(sentence) ??
  LIKE_A_FAULT.exec(sentence.words)?.[0]

/** A branch, tag or commit that something is compared with: `against main`, `since v1.4`. */
export const baseOf = ({ text }: Sentence): string | undefined =>
  /\b(?:since|compared (?:to|with)|against|vs\.?|from|than (?:on|in)|diff(?:ed)? (?:to|with))\s+((?:main|master|develop|dev|staging|trunk|HEAD|(?:origin|release|feature|hotfix)\/[\w./-]*\w|v\d[\w.]*\w|v\d))(?![\w/])/.exec(
    text,
  )?.[1]

/** Who may do what, rather than what is there. */
export const isAboutRights = ({ words }: Sentence): boolean =>
  /\bmatrix\b|\bpermissions?\b|\baccess rights\b|\bwho (?:may|can)\b|\bwhich roles? (?:may|can)\b/.test(words)

/** The agent's files are to be taken out, or only looked at. */
export function initInput({ words }: Sentence): { remove: true } | { check: true } | undefined {
  if (/\b(?:remove|uninstall|delete|take out|get rid of|drop)\b/.test(words)) return { remove: true }
  return /\b(?:check|stale|up to date|current|outdated)\b/.test(words) ? { check: true } : undefined
}

/** The section of a playbook that is clearly about a task, as a command: for what this tool does not do but knows how to do. */
export async function playbookFor(text: string): Promise<string | undefined> {
  const [best] = candidates(indexOf(await playbooks()), text)
  return best && isSure(best) ? `backend-engineer guide ${idOf(best.section)}` : undefined
}
