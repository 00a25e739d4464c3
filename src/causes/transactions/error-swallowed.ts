import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'
import { transactionsHere } from './here.ts'

export const errorSwallowed: Cause = {
  id: 'transactions/error-swallowed',
  title: 'An error is caught inside of a transaction, which is lost by then',
  matches: (error) => hasCode('25P02')(error) || /current transaction is aborted/.test(error.text),
  examine(scene) {
    const guilty = transactionsHere(scene).list.filter(({ swallowed }) => swallowed.length > 0)
    const cure = [
      { what: 'Let the error leave the transaction, and answer it outside.' },
      {
        what: 'Where a row may be there already, ask for that instead of catching: `upsert`, or `createMany` with `skipDuplicates`.',
        code: 'await tx.user.createMany({ data: [{ email, name }], skipDuplicates: true })',
      },
    ]
    if (guilty.length === 0)
      return unconfirmed(
        'An earlier statement of the same transaction failed, and its error went no further.',
        cure,
        ['The first error of the same transaction in the log.'],
        callStep(scene),
      )
    return confirmed(
      'A statement in the `try` fails, the error goes no further, and Postgres refuses everything that comes after it in the same transaction.',
      [
        ...guilty.flatMap(({ swallowed }) =>
          swallowed.map((one) => step(one.location, 'the error is caught here')),
        ),
        ...callStep(scene, 'comes after it'),
      ],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions#interactive-transactions'],
}
