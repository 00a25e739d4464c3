import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'
import { outerQueries } from '../../../project/queries/outer-client.ts'

const fault: Fault<Project> = {
  id: 'transactions/outer-client',
  title: 'The outer client is used inside of a transaction (wrong client)',
  severity: 'warning',
  tags: ['performance'],
  cwe: [662],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/transactions#interactive-transactions',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { location, within, call, writes, tx, opened } of outerQueries(project))
    yield {
      location,
      subject: `${within} → ${call}`,
      certainty: 'likely',
      found: `${within} sends ${call} by another client than \`${tx}\`, while its transaction is open.`,
      why: whyOf(writes),
      remedy: `Send it by the client of the transaction: \`${call.replace(/^[^.]+/, tx)}\`. What should not be part of it belongs before or after.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location: opened, note: `a transaction begins, its client is \`${tx}\`` },
            { location, note: `${call}: on another connection` },
          ],
        },
      ],
    }
  for (const run of project.runs)
    for (const event of run.events) {
      if (event.k !== 'access' || !event.outer) continue
      const delegate = project.entity(event.model)?.delegate ?? event.model
      yield {
        location: event.location,
        subject: `${run.label} → ${delegate}.${event.operation}`,
        certainty: 'likely',
        found: `${run.label} reaches ${delegate}.${event.operation} inside of a transaction, and it is sent by another client.`,
        why: whyOf(isWrite(event.operation)),
        remedy:
          'Give the function the client of the transaction as an argument, and let it use that one: `client: Prisma.TransactionClient`.',
        evidence: [traceTo(run, event, 'on another connection than the transaction')],
        endpoint: run.label,
      }
    }
}

const whyOf = (writes: boolean): string =>
  writes
    ? 'What it writes stays when the transaction is undone. It needs a second connection while the first is held, so that enough requests at once wait for each other until they fail (P2024), and it waits for rows that the transaction itself has locked.'
    : 'It does not see what the transaction has written so far. It needs a second connection while the first is held, so that enough requests at once wait for each other until they fail (P2024).'

export default fault
