import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { isGuarded } from '../../../project/guards.ts'
import { placeInHandler, traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'input/caller-decides-check',
  title: 'The caller says whether a security check takes place',
  severity: 'error',
  tags: ['security'],
  cwe: [602, 807],
  references: [
    'https://cwe.mitre.org/data/definitions/602.html',
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x17-V8-Authorization.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint) continue
    for (const event of run.events) {
      if (event.k !== 'sink' || event.sink !== 'decision') continue
      const input = event.value.client ?? event.name
      yield {
        location: event.location,
        subject: `${run.label} → ${event.name}`,
        // Somebody who is signed in may have such a setting of their own.
        certainty: isGuarded(event.facts) ? 'possible' : 'likely',
        found: `${run.label} lets ${input}, which the caller sends, decide at ${placeInHandler(event).file.split('/').at(-1)}:${placeInHandler(event).line}.`,
        why: `Whoever sends \`${event.name}\` as they like gets past what it is there for.`,
        remedy: `Take \`${event.name}\` out of the input, and decide by the configuration of the server or by what is stored.`,
        evidence: [traceTo(run, event, `decides by ${input}`)],
        endpoint: run.label,
      }
    }
  }
}

export default fault
