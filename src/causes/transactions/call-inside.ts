import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { transactionsHere } from './here.ts'
import { isClosed } from './not-awaited.ts'

export const callInside: Cause = {
  id: 'transactions/call-inside',
  title: 'The transaction waits for another server',
  matches: isClosed,
  examine(scene) {
    const guilty = transactionsHere(scene).list.filter(({ outside }) => outside.length > 0)
    const [first] = guilty
    if (!first) return contradicted('No transaction calls another server.')
    return confirmed(
      `\`${first.outside[0]?.name}\` is awaited inside: while the other server takes its time, the transaction holds its connection and its locks, and ends after ${first.timeout ?? 5000} ms.`,
      guilty.flatMap(({ location, outside, tx }) => [
        step(location, `$transaction(async (${tx}) => …)`),
        ...outside.map((one) => step(one.location, `${one.name}: another server`)),
      ]),
      [
        {
          what: 'Call it before or after, and keep only the queries inside. A state in the row (`PENDING` → `PAID`) tells what is done.',
          code: 'const answer = await fetch(…)\nif (!answer.ok) throw new Error(…)\nawait prisma.$transaction(async (tx) => {\n  // the queries alone\n})',
        },
        {
          what: 'Where it must happen exactly when the rows are written, write a row that says so, and let a job send it.',
        },
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions#interactive-transactions'],
}
