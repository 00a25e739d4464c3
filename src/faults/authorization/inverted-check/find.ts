import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Fact, Response } from '../../../project/flow/events.ts'
import { levelOf } from '../../../project/guards.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

/** What says of a caller that they may: `isAdmin`, `canUpdateUser`, `hasPermission`. */
const ALLOWS =
  /^(is(Super)?(Admin|Owner|Manager|Moderator|Staff|Allowed|Authorized|Permitted)|can[A-Z]|has(Permission|Access|Role|Right))/
/** … and what says the opposite. */
const REFUSES = /forbidden|denied|blocked|banned|suspend|unauthor|invalid|missing|without|not[A-Z]|cannot/i

const fault: Fault<Project> = {
  id: 'authorization/inverted-check',
  title: 'Those who may are refused, and the others let through',
  severity: 'error',
  tags: ['security'],
  cwe: [863, 285],
  references: ['https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'response' || (statusOf(event) !== 401 && statusOf(event) !== 403)) continue
      const fact = event.facts.at(-1)
      const name = fact && allowedBy(fact)
      // Refused for what they are: the last condition on the way is that they may.
      if (fact && name !== undefined && isBeside(event, fact) && isReached(run, fact))
        yield draft(run, event, fact, name)
    }
  }
}

const statusOf = ({ status, value }: Response): number | undefined => status ?? value.status

/** Lines between a test and the answer that it decides. */
const NEAR = 5

/** The answer is given right behind the test: one further down may have a reason that is not seen. */
const isBeside = ({ location, via }: Response, fact: Fact): boolean =>
  [location, ...via.map((call) => call.location)].some(
    ({ file, line }) =>
      file === fact.location.file && line >= fact.location.line && line <= fact.location.line + NEAR,
  )

/** Held, was only asked for its truth, and is called what allows. */
function allowedBy(fact: Fact): string | undefined {
  if (levelOf(fact) === 'none' || fact.missing || fact.partial) return undefined
  if (fact.terms.length !== 1 || !fact.terms[0]?.endsWith('+')) return undefined
  const asked = fact.asked?.slice(0, fact.asked.indexOf(' '))
  const fields = [...fact.deps].flatMap((dep) => (dep.startsWith('field:') ? [dep.slice(6)] : []))
  const name = asked ?? (fact.presence ? fields.at(-1) : undefined)
  return name !== undefined && ALLOWS.test(name) && !REFUSES.test(name) ? name : undefined
}

/** Where the same test came out the other way, something is done. */
function isReached(run: Run, { terms }: Fact): boolean {
  const other = terms.map((term) => `${term.slice(0, -1)}-`)
  return run.events.some(
    (event) =>
      event.k === 'access' &&
      event.facts.some((fact) => fact.terms.length === 1 && other.includes(fact.terms[0] ?? '')),
  )
}

function draft(run: Run, response: Response, fact: Fact, name: string): Draft {
  return {
    location: fact.location,
    subject: `${run.label} → ${name}`,
    certainty: 'likely',
    found: `${run.label} answers ${statusOf(response)} when \`${name}\` holds, and goes on when it does not.`,
    why: `Whoever has the right is turned away; everybody who has not gets through.`,
    remedy: `Negate the test: refuse when \`${name}\` does not hold.`,
    evidence: [traceTo(run, response, `${statusOf(response)} because \`${name}\` holds`)],
    endpoint: run.label,
  }
}

export default fault
