import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

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
    for (const event of run.events) {
      if (event.k !== 'promise-test') continue
      const call = event.name.includes('(') ? `\`${event.name}\`` : `\`${event.name}()\``
      yield {
        location: event.location,
        subject: `${run.label} → ${event.name}`,
        certainty: 'likely',
        found: `${run.label} uses the promise of ${call} as if it were its answer.`,
        why: 'A promise is always truthy and its rejection comes later: the check never stops anything.',
        remedy: event.name.includes('async')
          ? 'Await the answers first (`await Promise.all(items.map(check))`), then filter by them.'
          : `Write \`await ${event.name}(…)\`.`,
        evidence: [traceTo(run, event, 'the promise itself is tested')],
        endpoint: run.label,
      }
    }
  }
}

export default fault
