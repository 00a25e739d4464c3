import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { type Held, heldTransactions } from '../../../project/queries/held-transactions.ts'

const fault: Fault<Project> = {
  id: 'transactions/held-open',
  title: 'A transaction is held open for what needs none (long transaction)',
  severity: 'info',
  tags: ['performance'],
  cwe: [662],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/transactions#interactive-transactions',
    'https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const held of heldTransactions(project)) {
    const { location, within, opened } = held
    const { subject, found, why, remedy, note } = wordsOf(held)
    yield {
      location,
      subject: `${within}: ${subject}`,
      certainty: 'likely',
      found,
      why,
      remedy,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: opened, note: 'a transaction begins' },
            ...note.map((text) => ({ location, note: text })),
          ],
        },
      ],
    }
  }
}

const CONNECTION =
  'Its connection is taken and what it has written stays locked for all of that time; after the timeout (five seconds, where none is set) Prisma ends it (P2028).'

interface Words {
  subject: string
  found: string
  why: string
  remedy: string
  note: string[]
}

function wordsOf({ within, by }: Held): Words {
  switch (by.k) {
    case 'reads': {
      const calls = by.sites.map(({ model, operation }) => `${model.delegate}.${operation}`).join(', ')
      return {
        subject: `reads ${calls}`,
        found: `${within} opens a transaction and only reads in it (${calls}).`,
        why: `At Postgres's READ COMMITTED each of them sees what is committed when it begins, as without a transaction. It takes one connection for all of that time, adds BEGIN and COMMIT, and keeps the reads one after the other; after five seconds Prisma ends it (P2028).`,
        remedy:
          'Read without the transaction, together: `await Promise.all([…])`. Where all must show one moment, say so: `isolationLevel: RepeatableRead`.',
        note: [],
      }
    }
    case 'list': {
      const { delegate, name } = by.site.model
      return {
        subject: `${delegate}.findMany`,
        found: `${within} reads every ${name} that matches while a transaction is open, and nothing is written after it.`,
        why: `The more rows, the longer. ${CONNECTION}`,
        remedy: `Read them before the transaction where it depends on them, else after it. \`take\` keeps them few.`,
        note: [`reads every ${name} that matches`],
      }
    }
    case 'loops': {
      const lists = [...new Set(by.loops.map(({ list }) => `\`${list}\``))].join(', ')
      return {
        subject: `loops over ${lists}`,
        found: `${within} raises the time of a transaction in which it sends one query per element of ${lists}.`,
        why: `The more elements, the longer. ${CONNECTION}`,
        remedy:
          'Read before the transaction, with one query for all elements; in it, write with one statement for all (`createMany`, `updateMany`, `INSERT … ON CONFLICT` with `$executeRaw`). Then the usual time is enough.',
        note: [],
      }
    }
  }
}

export default fault
