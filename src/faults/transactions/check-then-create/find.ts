import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { type Database, databaseOf } from '../../../project/databases.ts'
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

/** Not every row counts: `@unique` would keep out the others as well. */
const partial = (
  fields: readonly string[],
  among: readonly string[],
  database: Database | undefined,
): string =>
  database && /^(?:postgresql|cockroachdb|sqlite|sqlserver)$/.test(database.provider)
    ? `Let the database refuse the second: a unique index on ${fields.join(', ')} of those rows alone (\`CREATE UNIQUE INDEX … WHERE …\` over ${among.join(', ')}, written into a migration), and answer P2002. \`@unique\` would keep out the others too.`
    : `Do both in one transaction that first locks the row they belong to; \`@unique\` on ${fields.join(', ')} would also keep out the rows that do not count (${among.join(', ')}).`

function* drafts(project: Project): Iterable<Draft> {
  for (const { read, write, fields, among = [], within } of checkedCreates(project)) {
    const { delegate, name } = write.model
    const list = fields.join(', ')
    const several = fields.length > 1
    const counted = among.length === 0 ? '' : `, of those that count (${among.join(', ')})`
    const unique = several ? `\`@@unique([${list}])\`` : `\`@unique\` on \`${name}.${list}\``
    yield {
      location: write.location,
      subject: `${within} → ${name} by ${list}`,
      certainty: 'likely',
      found: `${within} creates a ${name} when ${delegate}.${read.operation} finds none by ${list}${counted}, and ${list} ${several ? 'are' : 'is'} not unique in the schema.`,
      why: 'Two requests at once (a double click, a retry) both find nothing, and both create: there are two rows where the code counts on one.',
      remedy:
        among.length === 0
          ? `Say it in the schema: ${unique}; then create at once and answer P2002, or use \`${delegate}.upsert\`.`
          : partial(fields, among, databaseOf(project, write.model)),
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
