import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { searches } from '../../../project/queries/read-patterns.ts'

const fault: Fault<Project> = {
  id: 'queries/search-without-index',
  title: 'Search for a part of a text without an index for it',
  severity: 'info',
  tags: ['performance'],
  cwe: [1049],
  references: ['https://www.postgresql.org/docs/current/pgtrgm.html'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { site, fields } of searches(project)) {
    const { delegate, name } = site.model
    yield {
      location: site.location,
      subject: `${delegate}.findMany contains ${fields.join('+')}`,
      certainty: 'possible',
      found: `${delegate}.findMany looks for a part of ${fields.join(', ')} without regard to case (\`ILIKE\`), which no index of ${name} serves.`,
      why: 'Every search reads every row that the other conditions leave.',
      remedy: `Where those may be many: the extension \`pg_trgm\` and \`@@index([${fields[0] ?? ''}(ops: raw("gin_trgm_ops"))], type: Gin)\`; where one tenant has few rows, an index on the tenant is enough.`,
      evidence: [
        { kind: 'trace', steps: [{ location: site.location, note: 'a scan of the rows that are left' }] },
      ],
    }
  }
}

export default fault
