import { poolOf } from '../../project/surroundings/clients.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

export const statementTimeout: Cause = {
  id: 'connections/statement-timeout',
  title: 'The statement takes longer than it may',
  matches: (error) =>
    hasCode('57014')(error) || /canceling statement due to statement timeout/.test(error.text),
  examine(scene) {
    const { project, call } = scene
    const pool = poolOf(project)
    const limit = pool?.statement_timeout
    const list = call?.operation === 'findMany' && call.take === undefined
    const cure = [
      ...(list
        ? [
            {
              what: 'Ask for a page of it: `take` and `cursor`, and only the columns that are used.',
              code: 'take: 50,\nselect: { id: true /* … */ },',
            },
          ]
        : []),
      {
        what: 'See what is slow, on rows as many as in production, and which index helps.',
        code: 'backend-engineer optimize',
      },
      { what: 'Raise the limit only for a job that may take longer, not for requests.' },
    ]
    if (limit !== undefined && pool?.location)
      return confirmed(
        `The adapter allows ${limit} ms for a statement${list ? ', and the call reads a whole table' : ''}.`,
        [
          ...callStep(scene, list ? 'no `take`' : 'took longer'),
          step(pool.location, `statement_timeout: ${limit}`),
        ],
        cure,
        ['`EXPLAIN (ANALYZE, BUFFERS)` of the statement on the database.'],
      )
    return unconfirmed(
      'The limit is set in the database, for the role or by a host; which statement took long is what the stack shows.',
      cure,
      ['`SHOW statement_timeout` as the role of the application.'],
      callStep(scene),
    )
  },
  fault: 'queries/unbounded-list',
  references: ['https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-STATEMENT-TIMEOUT'],
}
