import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { relationCounts } from '../../../project/queries/read-patterns.ts'

const fault: Fault<Project> = {
  id: 'queries/relation-count',
  title: 'Relation count of each row of a list (count scan)',
  severity: 'info',
  tags: ['performance'],
  cwe: [1049],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/aggregation-grouping-summarizing#count-relations',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { site, relation, child } of relationCounts(project)) {
    const { delegate, name } = site.model
    yield {
      location: site.location,
      subject: `${delegate}.findMany _count.${relation}`,
      certainty: 'possible',
      found: `${delegate}.findMany counts \`${relation}\` of each ${name}: Prisma joins a count over the whole table of ${child.name}, before it knows which rows are asked for.`,
      why: 'The cost grows with the table that is counted, not with the rows of the page.',
      remedy: `Read the page first, and count for its ids alone: \`${child.delegate}.groupBy({ by: [<foreign key>], where: { <foreign key>: { in: ids } }, _count: true })\`; or keep the number in a column.`,
      evidence: [{ kind: 'trace', steps: [{ location: site.location, note: 'counts the other table' }] }],
    }
  }
}

export default fault
