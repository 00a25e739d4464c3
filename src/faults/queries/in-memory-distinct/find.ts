import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { databaseOf } from '../../../project/databases.ts'
import type { Project } from '../../../project/project.ts'
import { distinctReads } from '../../../project/queries/read-patterns.ts'

const fault: Fault<Project> = {
  id: 'queries/in-memory-distinct',
  title: 'Distinct in memory: duplicates are dropped after all rows were read',
  severity: 'info',
  tags: ['performance'],
  cwe: [1049],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/aggregation-grouping-summarizing#select-distinct',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { site, fields } of distinctReads(project)) {
    const { delegate, name } = site.model
    const native =
      databaseOf(project, site.model)?.provider === 'mongodb'
        ? ''
        : ', or `previewFeatures = ["nativeDistinct"]` in the generator'
    yield {
      location: site.location,
      subject: `${delegate}.findMany distinct ${fields.join('+')}`,
      certainty: 'likely',
      found: `${delegate}.findMany asks for \`distinct\` ${fields.join(', ')}: Prisma reads every matching ${name} and drops the duplicates itself.`,
      why: 'Time and memory grow with the table, also where `take` asks for a few.',
      remedy: `Let the database do it: \`${delegate}.groupBy({ by: [${fields.map((one) => `'${one}'`).join(', ')}], where })\`${native}.`,
      evidence: [
        { kind: 'trace', steps: [{ location: site.location, note: 'all rows, then without duplicates' }] },
      ],
    }
  }
}

export default fault
