import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { checkedCreates } from '../../../project/queries/races.ts'

const fault: Fault<Project> = {
  id: 'transactions/check-then-create',
  title: 'Check then create: nothing in the schema keeps the second one out',
  severity: 'warning',
  tags: ['api', 'schema'],
  cwe: [367, 362],
  references: [
    'https://www.prisma.io/docs/orm/prisma-schema/data-model/models#defining-a-unique-field',
    'https://owasp.org/API-Security/editions/2023/en/0xa6-unrestricted-access-to-sensitive-business-flows/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { read, write, fields, within } of checkedCreates(project)) {
    const { delegate, name } = write.model
    const list = fields.join(', ')
    const several = fields.length > 1
    const unique = several ? `\`@@unique([${list}])\`` : `\`@unique\` on \`${name}.${list}\``
    yield {
      location: write.location,
      subject: `${within} → ${name} by ${list}`,
      certainty: 'likely',
      found: `${within} creates a ${name} when ${delegate}.${read.operation} finds none by ${list}, and ${list} ${several ? 'are' : 'is'} not unique in the schema.`,
      why: 'Two requests at once (a double click, a retry) both find nothing, and both create: there are two rows where the code counts on one.',
      remedy: `Say it in the schema: ${unique}; then create at once and answer P2002, or use \`${delegate}.upsert\`.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: read.location, note: 'looks whether there is one' },
            { location: write.location, note: 'creates it a moment later' },
          ],
        },
      ],
    }
  }
}

export default fault
