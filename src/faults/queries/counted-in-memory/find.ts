import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { foldedRows } from '../../../project/queries/folds.ts'
import { functionName } from '../../../project/queries/sites.ts'

const fault: Fault<Project> = {
  id: 'queries/counted-in-memory',
  title: 'Counted in memory: all rows are read to be counted, summed or grouped (over fetching)',
  severity: 'warning',
  tags: ['performance'],
  cwe: [1049],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/aggregation-grouping-summarizing#group-by',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { site, location, text, asked } of foldedRows(project)) {
    const { delegate, name } = site.model
    const within = functionName(site.syntax, site.expr.at, site.place)
    yield {
      location: site.location,
      subject: `${within} → ${delegate}.findMany for ${text}`,
      certainty: asked ? 'possible' : 'likely',
      found: `${within} reads every ${name} that matches, and all that is made of them are numbers (\`${text}\`).`,
      why: 'Time and memory grow with the table, for a few numbers that the database adds up where the rows are.',
      remedy: `Let the database count: \`${delegate}.count\`, \`${delegate}.aggregate({ _sum: … })\`, or \`${delegate}.groupBy({ by: […], _count: true })\`; of a relation, \`_count\`; by day or by a column of another table, \`GROUP BY\` with \`$queryRaw\`.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: site.location, note: 'all rows' },
            { location, note: 'become numbers' },
          ],
        },
      ],
    }
  }
}

export default fault
