import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { transactionsHere } from './here.ts'
import { isClosed } from './not-awaited.ts'

export const longLoop: Cause = {
  id: 'transactions/long-loop',
  title: 'The transaction sends a query for every element of a list',
  matches: isClosed,
  examine(scene) {
    const guilty = transactionsHere(scene).list.filter(({ loops }) => loops.length > 0)
    const [first] = guilty
    if (!first) return contradicted('No transaction has a loop with queries.')
    return confirmed(
      `The loop sends one query after the other; with a long list that takes more than the ${first.timeout ?? 5000} ms that a transaction has.`,
      guilty.flatMap(({ location, loops }) => [
        ...loops.map((one) => step(one.location, 'a query for each element')),
        step(location, `timeout: ${first.timeout ?? '5000 ms, the default'}`),
      ]),
      [
        {
          what: 'Write the list in one statement.',
          code: `await tx.$executeRaw\`\n  UPDATE "Product" SET price = v.price\n  FROM unnest(\${skus}::text[], \${prices}::numeric[]) AS v(sku, price)\n  WHERE "Product".sku = v.sku\``,
        },
        {
          what: 'Or in parts, a transaction for each; raise `timeout` only for a job.',
          code: '{ timeout: 30_000 }',
        },
      ],
    )
  },
  fault: 'queries/n-plus-one',
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions#transaction-options'],
}
