import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { outsideWork } from '../../../project/queries/outside-work.ts'

const fault: Fault<Project> = {
  id: 'transactions/slow-work',
  title: 'A transaction waits for something outside (long transaction, external call)',
  severity: 'warning',
  tags: ['performance'],
  cwe: [662],
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions#interactive-transactions'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { location, within, call, what, through, opened } of outsideWork(project)) {
    const path = through.length > 0 ? `${through.join(' → ')} → ${call}` : call
    yield {
      location,
      subject: `${within}: ${path}`,
      certainty: 'likely',
      found: `${within} waits for ${what} (${path}) while a transaction is open.`,
      why: 'The rows that it has written stay locked, and its connection is taken, for as long as that takes; after five seconds Prisma ends the transaction (P2028). When it is undone, what was sent outside has happened all the same.',
      remedy:
        'Do it before the transaction where its result is needed inside, and after the transaction where it tells of what was written; what must surely follow goes into an outbox table that a job reads.',
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: opened, note: 'a transaction begins' },
            { location, note: `waits for ${what}: ${path}` },
          ],
        },
      ],
    }
  }
}

export default fault
