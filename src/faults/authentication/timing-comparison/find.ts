import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Comparison } from '../../../project/flow/events.ts'
import type { Value } from '../../../project/flow/value.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/timing-comparison',
  title: 'Signature compared with an operator that stops at the first difference',
  severity: 'warning',
  tags: ['security'],
  cwe: [208],
  references: [
    'https://nodejs.org/api/crypto.html#cryptotimingsafeequala-b',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x20-V11-Cryptography.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint) continue
    for (const event of run.events) {
      if (event.k !== 'compare') continue
      const made = [event.left, event.right].find(isSignature)
      if (made && [event.left, event.right].every(isDirect)) yield draft(run, event, keyOf(made))
    }
  }
}

/** A digest that was made with a key of the server. */
const isSignature = (value: Value): boolean => value.deps.has('derived:hash') && keyOf(value) !== undefined

const keyOf = ({ deps }: Value): string | undefined => [...deps].flatMap((dep) => KEY.exec(dep)?.[1] ?? [])[0]

const KEY = /^env:(?!NEXT_PUBLIC_)(\w*(?:SECRET|SALT|SIGN|KEY|TOKEN)\w*)$/

/** Nothing was looked up by it: what a row holds is no signature any more. */
const isDirect = ({ deps }: Value): boolean =>
  ![...deps].some((dep) => /^(row|identity|field|member):/.test(dep))

function draft(run: Run, compare: Comparison, key = 'a key'): Draft {
  return {
    location: compare.location,
    subject: `${run.label} → signature`,
    certainty: 'likely',
    found: `${run.label} compares a signature that was made with \`${key}\` to the one that was sent by an operator that stops at the first difference.`,
    why: 'How long the answer takes tells how much of a guess was right: with many requests a signature can be found byte by byte.',
    remedy:
      'Comparison two buffers of the same length with `timingSafeEqual` of `node:crypto`: `a.length === b.length && timingSafeEqual(a, b)`.',
    evidence: [traceTo(run, compare, 'compared here')],
    endpoint: run.label,
  }
}

export default fault
