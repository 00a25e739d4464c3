import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { unbatchedDeletes } from '../../../project/queries/deletes.ts'

const fault: Fault<Project> = {
  id: 'queries/unbatched-delete',
  title: 'Unbatched delete: one statement removes all rows of a parent (unbounded delete)',
  severity: 'warning',
  tags: ['performance'],
  cwe: [1050],
  references: ['https://www.prisma.io/docs/orm/reference/prisma-client-reference#deletemany'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { site, keys, cascades, certain, within } of unbatchedDeletes(project)) {
    const { delegate, name } = site.model
    const also = cascades.map((model) => model.name).join(', ')
    yield {
      location: site.location,
      subject: `${within} → ${delegate}.deleteMany by ${keys.join('+')}`,
      certainty: certain ? 'likely' : 'possible',
      found: `${within} deletes every ${name} of one ${keys.join(', ')} in one statement${also ? `, and with each of them its ${also} rows` : ''}.`,
      why: 'The statement runs as long as there are rows, holds locks on all of them, and is undone as a whole when it meets a timeout: then the next try begins at the start.',
      remedy: `Delete in batches: read \`{ id: true }\` of up to 500 rows with \`take\`, \`${delegate}.deleteMany({ where: { id: { in: ids } } })\`, until none is left.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: site.location, note: 'one statement for all of them' },
            ...cascades.map((model) => ({
              location: model.location,
              note: `its ${model.name} rows are deleted as well`,
            })),
          ],
        },
      ],
    }
  }
}

export default fault
