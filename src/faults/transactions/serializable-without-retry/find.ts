import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { databaseOf } from '../../../project/databases.ts'
import type { Project } from '../../../project/project.ts'
import { unretriedTransactions } from '../../../project/queries/isolation.ts'

const fault: Fault<Project> = {
  id: 'transactions/serializable-without-retry',
  title: 'A serializable transaction that is not tried again',
  severity: 'info',
  tags: ['api'],
  cwe: [],
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions#transaction-timing-issues'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  const database = databaseOf(project)
  // SQLite has one writer at a time, and this level alone.
  if (database?.provider === 'sqlite') return
  const name = database?.name ?? 'the database'
  for (const { location, isolation } of unretriedTransactions(project))
    yield {
      location,
      subject: `isolationLevel ${isolation}`,
      // Whoever calls it may try again: what is elsewhere is not seen.
      certainty: 'possible',
      found: `The transaction asks for ${isolation}, and nothing in this file tries it again when ${name} refuses it.`,
      why: `At this level ${name} ends one of two transactions that touch the same rows, by design (P2034): under load, ordinary requests fail.`,
      remedy:
        'Try the whole transaction again a few times on P2034, with a pause that differs; or do without the level: one conditional `updateMany` reads and writes in one statement.',
      evidence: [{ kind: 'trace', steps: [{ location, note: `isolationLevel: ${isolation}, no retry` }] }],
    }
}

export default fault
