import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { castColumns } from '../../../project/calls/assertions.ts'
import { isAside } from '../../../project/calls/reached.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'types/cast-column',
  title: 'Type claimed for a JSON column',
  severity: 'info',
  tags: ['types', 'schema'],
  cwe: [704],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/special-fields-and-types/working-with-json-fields',
  ],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { location, column, to } of castColumns(project)) {
    if (isAside(location.file)) continue
    yield {
      location,
      subject: `${column.name} as ${to} in ${location.file}`,
      certainty: 'possible',
      found: `\`${column.name}\`, a Json column, is taken for \`${to}\` without looking.`,
      why: 'The database holds whatever was written there, by any version of the code. What does not fit fails later, far from here.',
      remedy: `Parse it where it is read, with the schema that guards the write: \`schema.parse(row.${column.name})\`.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location, note: `taken for ${to}` },
            { location: column.location, note: `${column.name} Json` },
          ],
        },
      ],
    }
  }
}

export default fault
