import { type Cause, contradicted, step, unconfirmed } from '../cause.ts'
import { transactionsHere } from './here.ts'
import { isClosed } from './not-awaited.ts'

export const slowStatement: Cause = {
  id: 'transactions/slow-statement',
  title: 'A statement in the transaction takes long, or waits for a lock',
  matches: isClosed,
  examine(scene) {
    const { here, list } = transactionsHere(scene)
    if (/committed transaction|rolled back transaction/.test(scene.error.text))
      return contradicted('The text says that the transaction had ended in order.')
    if (list.length === 0) return contradicted('The project has no transaction of that kind.')
    return unconfirmed(
      `The time that a transaction has (${list[0]?.timeout ?? 5000} ms) was over. ${here ? 'Its' : 'Which of its'} statements took it, or whom they waited for, only the database tells.${/Transaction/.test(scene.error.text) ? '' : ' The text has no more than the code: it may also have found no free connection to begin with.'}`,
      [
        {
          what: 'See what is slow, on rows as many as in production, and which index helps.',
          code: 'backend-engineer optimize',
        },
        {
          what: 'Move what need not be in it to before or after; raise `timeout` only for a job.',
          code: '{ timeout: 15_000, maxWait: 5_000 }',
        },
      ],
      [
        '`SELECT pid, now() - xact_start AS open_for, wait_event_type, query FROM pg_stat_activity WHERE xact_start IS NOT NULL` while it happens.',
      ],
      list.slice(0, 3).map(({ location }) => step(location, '$transaction')),
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions#transaction-options'],
}
