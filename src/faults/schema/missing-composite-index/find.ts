import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { unservedReads } from '../../../project/queries/read-patterns.ts'

const fault: Fault<Project> = {
  id: 'schema/missing-composite-index',
  title: 'No index for a filter and its order (missing index)',
  severity: 'info',
  tags: ['performance', 'schema'],
  cwe: [],
  references: [
    'https://www.prisma.io/docs/orm/prisma-schema/data-model/indexes',
    'https://www.postgresql.org/docs/current/indexes-ordering.html',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { site, equal, order } of unservedReads(project)) {
    const { delegate, name } = site.model
    yield {
      location: site.location,
      subject: `${name} ${equal.join('+')} by ${order}`,
      certainty: 'possible',
      found: `${delegate}.findMany takes the first rows of ${name} by ${equal.join(', ')}, sorted by \`${order}\`, and no index begins with the one and goes on with the other.`,
      why: 'The database reads and sorts every row that matches to give the first few, or walks the order and skips the rows of everybody else.',
      remedy: `\`@@index([${[...equal, order].join(', ')}])\` on model \`${name}\`; \`backend-engineer optimize\` measures whether it helps.`,
      evidence: [
        { kind: 'trace', steps: [{ location: site.location, note: 'reads all that match, to sort them' }] },
      ],
    }
  }
}

export default fault
