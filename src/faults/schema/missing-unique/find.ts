import type { Fault } from '../../../core/fault.ts'
import { type AssumedKey, assumedKeys } from '../../../project/calls/assumed-keys.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'schema/missing-unique',
  title: 'Key that the code takes for unique',
  severity: 'warning',
  tags: ['schema'],
  cwe: [362, 694],
  references: [
    'https://www.prisma.io/docs/orm/reference/prisma-schema-reference#unique-1',
    'https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS',
  ],

  *find(project) {
    for (const one of assumedKeys(project)) {
      const { entity, field, keys, reads, creates } = one
      const list = keys.join(', ')
      yield {
        location: field.location,
        subject: `${entity.name} ${list}`,
        certainty: creates.length > 0 ? 'likely' : 'possible',
        found: foundIn(one),
        why: 'Nothing in the database keeps it unique. Two requests at once, an import or a script make a second row, and from then on `findFirst` answers with one of the two.',
        remedy: `Look for doubles, then add \`${keys.length === 1 ? `@unique\` to \`${keys[0]}` : `@@unique([${list}])`}\`, and read with \`findUnique\`.`,
        evidence: [
          {
            kind: 'trace',
            steps: [
              { location: field.location, note: `${entity.name}.${field.name} is not unique` },
              ...reads.slice(0, 3).map(({ location }) => ({ location, note: `findFirst by ${list}` })),
              ...creates
                .slice(0, 1)
                .map(({ location }) => ({ location, note: 'created when there was none' })),
            ],
          },
        ],
      }
    }
  },
}

function foundIn({ entity, keys, reads, creates }: AssumedKey): string {
  const list = keys.map((key) => `\`${key}\``).join(' and ')
  const times = reads.length === 1 ? 'once' : `${reads.length} times`
  return `\`${entity.name}\` is looked up by ${list} alone (${times})${creates.length > 0 ? ', and created when there was none,' : ''} as if that were unique; no constraint says so.`
}

export default fault
