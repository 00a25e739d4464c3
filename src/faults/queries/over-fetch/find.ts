import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { grows } from '../../../project/queries/growth.ts'
import { picksByKey } from '../../../project/queries/picks.ts'
import { type Narrow, narrowUses } from '../../../project/queries/uses.ts'

const fault: Fault<Project> = {
  id: 'queries/over-fetch',
  title: 'Over-fetch: all rows are read to count them or to find one (over fetching)',
  severity: 'warning',
  tags: ['performance'],
  cwe: [1049],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/aggregation-grouping-summarizing#count',
    'https://www.prisma.io/docs/orm/prisma-client/queries/query-optimization-performance',
  ],

  find: (project) => oncePerPlace([...drafts(project), ...picked(project)]),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const narrow of narrowUses(project)) {
    const { site, text, only } = narrow
    const { delegate, name } = site.model
    yield {
      location: site.location,
      subject: `${delegate}.findMany for ${text}`,
      certainty: grows(site.model) && only ? 'likely' : 'possible',
      found: `Every ${name} that matches is read, and only \`${text}\` is used.`,
      why: 'Time and memory grow with the table, for an answer that the database gives from an index, in one row.',
      remedy: remedy(narrow),
      evidence: [{ kind: 'trace', steps: [{ location: site.location, note: `all rows, for \`${text}\`` }] }],
    }
  }
}

/** Rows that are kept by a key of theirs. */
function* picked(project: Project): Iterable<Draft> {
  for (const { site, location, text, key } of picksByKey(project)) {
    const { delegate, name } = site.model
    yield {
      location: site.location,
      subject: `${delegate}.findMany for ${text} by ${key}`,
      certainty: 'likely',
      found: `Every ${name} is read, and \`${text}\` keeps those whose \`${key}\` is in a list.`,
      why: `Time and memory grow with the table, though an index leads from \`${key}\` to the rows.`,
      remedy: `Ask for those: \`${delegate}.findMany({ where: { ${key}: { in: … } } })\`.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: site.location, note: 'all rows' },
            { location, note: `of which those with a wanted \`${key}\` are kept` },
          ],
        },
      ],
    }
  }
}

function remedy({ site, use }: Narrow): string {
  const { delegate } = site.model
  if (use === 'count')
    return `Ask for the number: \`${delegate}.count({ where })\`; to know only whether there is one, \`${delegate}.findFirst({ where, select: { id: true } })\`.`
  if (use === 'first') return `Ask for one row: \`${delegate}.findFirst({ where, orderBy })\`.`
  return `Put the condition into \`where\`: \`${delegate}.findFirst({ where: { …, <the field that is compared> }, select: { id: true } })\`.`
}

export default fault
