import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Event, Unstopped } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { isGuarded } from '../../../project/guards.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authentication/unstopped-refusal',
  title: 'A caller is refused, and the handler goes on',
  severity: 'error',
  tags: ['security'],
  cwe: [306, 862, 696],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/',
    'https://nextjs.org/docs/pages/building-your-application/routing/api-routes#response-helpers',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const [at, event] of run.events.entries()) {
      if (event.k !== 'unstopped') continue
      const work = run.events
        .slice(at + 1)
        .find((later) => isWork(later, event.forgotten === true) && isWithin(later, event))
      if (work) yield draft(run, event, work)
    }
  }
}

/**
 * What runs although the caller was turned away. What another guard holds back afterwards is held back, but that a session was
 * asked for before says nothing of what was refused.
 */
const isWork = (event: Event, forgotten: boolean): boolean =>
  /^(access|raw|costly|remote)$/.test(event.k) && (forgotten || !isGuarded(event.facts))

/** In the same call of the function that refuses, or in one that it makes. */
const isWithin = (later: Event, { via }: Unstopped): boolean =>
  via.every(({ location: { file, line, column } }, i) => {
    const other = later.via[i]?.location
    return other?.file === file && other.line === line && other.column === column
  })

function refusalIn({ forgotten, status, verdict }: Unstopped): string {
  if (verdict !== undefined) return `asks \`${verdict}\` whether the caller may, does not look at its answer`
  return forgotten ? `is given an answer of ${status} here, does not look at it` : `answers ${status} here`
}

function draft(run: Run, event: Unstopped, work: Event): Draft {
  const name =
    work.k === 'access' ? `${work.model}.${work.operation}` : work.k === 'raw' ? work.operation : 'a call'
  const changes = work.k === 'access' && isWrite(work.operation)
  return {
    location: event.location,
    subject: `${run.label} ${event.status}`,
    certainty: 'likely',
    found: `${run.label} ${refusalIn(event)} and goes on: ${name} at ${work.location.file}:${work.location.line} runs for whoever was refused.`,
    why: `${event.verdict !== undefined ? `\`${event.verdict}\` gives back yes or no and ends nothing` : event.forgotten ? 'An answer that is not returned is never sent: the caller sees no refusal' : 'Sending an answer does not end a function: the caller sees the refusal'}, and what they asked for ${changes ? 'is written' : 'happens'} all the same.`,
    remedy:
      event.verdict !== undefined
        ? `Refuse where it says no: \`if (!(await ${event.verdict}(…))) …\`, with an answer of 403 or an error; or let \`${event.verdict}\` throw.`
        : event.forgotten
          ? 'Keep what the check gives back and return it when there is something: `const refused = await …; if (refused) return refused`; or let the check throw.'
          : 'Return with the answer: `return res.status(…)`, or a `return` behind it.',
    evidence: [traceTo(run, work, `${name} runs after the refusal`)],
    endpoint: run.label,
  }
}

export default fault
