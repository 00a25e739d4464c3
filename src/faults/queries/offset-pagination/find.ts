import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { offsetReads } from '../../../project/queries/read-patterns.ts'

const fault: Fault<Project> = {
  id: 'queries/offset-pagination',
  title: 'Offset pagination on a table that grows',
  severity: 'info',
  tags: ['performance', 'api'],
  cwe: [1049],
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/pagination#cursor-based-pagination'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const site of offsetReads(project)) {
    const { delegate, name } = site.model
    yield {
      location: site.location,
      subject: `${delegate}.findMany skip`,
      certainty: 'possible',
      found: `${delegate}.findMany pages through ${name} by \`skip\`: the rows before the page are read and thrown away.`,
      why: 'The last pages cost as much as the whole table, and rows that are added in between appear twice or not at all.',
      remedy: `Page by a cursor: \`${delegate}.findMany({ take, cursor: { id: last }, skip: 1, orderBy })\`, with an index for the order.`,
      evidence: [
        {
          kind: 'trace',
          steps: [{ location: site.location, note: 'rows before the page are read as well' }],
        },
      ],
    }
  }
}

export default fault
