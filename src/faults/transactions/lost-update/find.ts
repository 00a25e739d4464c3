import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { type Database, databaseOf } from '../../../project/databases.ts'
import type { Project } from '../../../project/project.ts'
import { lostUpdates } from '../../../project/queries/races.ts'

const fault: Fault<Project> = {
  id: 'transactions/lost-update',
  title: 'Lost update: a number is read, computed with and written back',
  severity: 'warning',
  tags: ['api'],
  cwe: [362, 367],
  references: [
    'https://www.prisma.io/docs/orm/reference/prisma-client-reference#atomic-number-operations',
    'https://owasp.org/API-Security/editions/2023/en/0xa6-unrestricted-access-to-sensitive-business-flows/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

/** READ COMMITTED and REPEATABLE READ let both read; SQLite and MongoDB end one of the two. */
const aloneAt = (database: Database | undefined): string =>
  database && /^(?:postgresql|mysql|sqlserver)$/.test(database.provider)
    ? `A transaction alone does not help: at the default isolation of ${database.name} both still read the old value.`
    : ''

function* drafts(project: Project): Iterable<Draft> {
  for (const { read, write, fields, within } of lostUpdates(project)) {
    const [key = ''] = fields
    const { delegate, name } = write.model
    yield {
      location: write.location,
      subject: `${within} → ${name}.${key}`,
      certainty: 'likely',
      found: `${within} reads ${name}.${key}, computes with it, and writes the result back.`,
      why: `Two requests at once read the same \`${key}\`, and the second overwrites what the first has written: one of the two changes is lost. ${aloneAt(databaseOf(project, write.model))}`.trim(),
      remedy: `Let the database compute: \`${delegate}.update({ where, data: { ${key}: { increment: … } } })\` (\`decrement\`, \`multiply\`); with a bound, \`${delegate}.updateMany({ where: { …, ${key}: { gte: … } }, data: { ${key}: { decrement: … } } })\` and look at \`count\`.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: read.location, note: `reads \`${key}\`` },
            { location: write.location, note: 'writes what was computed from it' },
          ],
        },
      ],
    }
  }
}

export default fault
