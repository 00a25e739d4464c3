/** What a sentence says of an operation besides its place: which fault by its name, since which branch, the other way round. */
import { faults } from '../../faults/index.ts'
import { idOf } from '../../knowledge/guide.ts'
import { candidates, indexOf, isNear } from '../../knowledge/retrieve.ts'
import { playbooks } from '../../knowledge/shelf.ts'
import { namesOf, plain } from './named-faults.ts'
import type { Sentence } from './read.ts'

/** What people say in place of the names that we have. */
const ALSO_CALLED: Readonly<Record<string, string>> = {
  idor: 'authorization/unscoped-access',
  idors: 'authorization/unscoped-access',
  bola: 'authorization/unscoped-access',
  'broken object level authorization': 'authorization/unscoped-access',
  ssrf: 'input/server-side-request',
  sqli: 'input/raw-sql',
  cors: 'response/permissive-cors',
  'race condition': 'transactions/check-then-act',
  'timing attack': 'authentication/login-timing',
}

/** The fault that a sentence names by what it is called; of several, the one with the longest name. */
function faultCalled({ words }: Sentence): string | undefined {
  const said = ` ${plain(words)} `
  const also = Object.entries(ALSO_CALLED).map(([name, id]) => ({ id, names: [name] }))
  const found = [...faults.map((fault) => ({ id: fault.id, names: namesOf(fault) })), ...also].flatMap(
    ({ id, names }) =>
      names
        .filter((name) => said.includes(` ${name} `) || said.includes(` ${name}s `))
        .map((name) => ({ id, length: name.length })),
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

/** Who may do what, rather than what is there. */
export const isAboutRights = ({ words }: Sentence): boolean =>
  /\bmatrix\b|\bpermissions?\b|\baccess rights\b|\bwho (?:may|can)\b|\bwhich roles? (?:may|can)\b/.test(words)

/** The agent's files are to be taken out, or only looked at. */
export function initInput({ words }: Sentence): { remove: true } | { check: true } | undefined {
  if (/\b(?:remove|uninstall|delete|take out|get rid of|drop)\b/.test(words)) return { remove: true }
  return /\b(?:check|stale|up to date|current|outdated)\b/.test(words) ? { check: true } : undefined
}

/** Of the tasks in `fixtures/phrases` that are declined, those with this score were about what the section is about; below, half were. */
const ABOUT = 20

/** The section of a playbook that is about a task, as a command: for what this tool does not do but knows how to do. */
export async function playbookFor(text: string): Promise<string | undefined> {
  const [best] = candidates(indexOf(await playbooks()), text)
  return best && best.score >= ABOUT ? `backend-engineer guide ${idOf(best.section)}` : undefined
}

/** Whether any section is near enough to a question to answer it. */
export async function hasPlaybook(text: string): Promise<boolean> {
  const [best] = candidates(indexOf(await playbooks()), text)
  return best !== undefined && isNear(best)
}
