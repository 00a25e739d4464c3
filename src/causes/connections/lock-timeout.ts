import { type Cause, hasCode, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

export const lockTimeout: Cause = {
  id: 'connections/lock-timeout',
  title: 'Somebody else holds a lock on the rows',
  matches: (error) => hasCode('55P03')(error) || /due to lock timeout|could not obtain lock/.test(error.text),
  examine(scene) {
    return unconfirmed(
      'Another transaction, or a migration, holds what this call wants. Who it is, only the database tells, while it lasts.',
      [
        {
          what: 'End a transaction that was left open; then look in the code for what keeps one open: a request to another server inside, a missing commit.',
        },
        {
          what: 'If it was a migration, run it in steps that do not lock, with a `lock_timeout` of its own.',
        },
      ],
      [
        '`SELECT pid, state, now() - xact_start AS open_for, query FROM pg_stat_activity WHERE pid = ANY (SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity)`',
      ],
      callStep(scene),
    )
  },
  references: ['https://www.postgresql.org/docs/current/explicit-locking.html'],
}
