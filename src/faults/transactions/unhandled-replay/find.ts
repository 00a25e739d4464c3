import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'
import { replayableWrites } from '../../../project/queries/replays.ts'

const fault: Fault<Project> = {
  id: 'transactions/unhandled-replay',
  title: 'An event that is delivered twice is written twice',
  severity: 'warning',
  tags: ['api'],
  cwe: [837],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa6-unrestricted-access-to-sensitive-business-flows/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { run, access, entity } of replayableWrites(project))
    yield {
      location: access.location,
      subject: `${run.label} → ${entity.delegate}.create`,
      certainty: 'likely',
      found: `${run.label} creates a ${entity.name} for each event that it is sent, and no field of it that comes from the event is unique.`,
      why: 'Senders of events deliver some of them twice, after a timeout for example: then the row, the credit or the order is there twice.',
      remedy: `Keep the id of the event in a unique field of ${entity.name} (or in a table of events seen), and let \`upsert\` or P2002 tell that it was there.`,
      evidence: [traceTo(run, access, 'one row per delivery')],
      endpoint: run.label,
    }
}

export default fault
