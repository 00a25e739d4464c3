import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Event, PromiseTest } from '../../../project/flow/events.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'authorization/unawaited-guard',
  title: 'Check whose promise is not awaited',
  severity: 'error',
  tags: ['security'],
  cwe: [863, 252],
  references: ['https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    for (const [at, event] of run.events.entries()) {
      if (event.k !== 'promise-test') continue
      if (event.called && !run.events.slice(at + 1).some(matters)) continue
      yield draft(run, event)
    }
  }
}

/** Something that the refusal would have stopped. */
function matters(event: Event): boolean {
  if (event.k === 'response') return [...allDeps(event.value)].some((dep) => dep.startsWith('row:'))
  return /^(access|client-props|costly|raw|remote|sink)$/.test(event.k)
}

function draft(run: Run, event: PromiseTest): Draft {
  const call = event.name.includes('(') ? `\`${event.name}\`` : `\`${event.name}()\``
  return {
    location: event.location,
    subject: `${run.label} → ${event.name}`,
    certainty: 'likely',
    found: event.called
      ? `${run.label} calls ${call}, which refuses, and does not wait for it.`
      : `${run.label} uses the promise of ${call} as if it were its answer.`,
    why: event.called
      ? 'Its refusal comes when what it guards has been done, as a rejection that nobody handles: it stops nobody.'
      : 'A promise is always truthy, whatever it comes to: the check never stops anything.',
    remedy: event.name.includes('async')
      ? 'Await the answers first (`await Promise.all(items.map(check))`), then filter by them.'
      : `Write \`await ${event.name}(…)\`.`,
    evidence: [traceTo(run, event, event.called ? 'nobody waits for it' : 'the promise itself is tested')],
    endpoint: run.label,
  }
}

export default fault
