import { transactionsOf } from '../../project/surroundings/transactions.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { poolTimeout } from './pool-settings.ts'

export const globalClientInTransaction: Cause = {
  id: 'connections/global-client-in-transaction',
  title: 'A transaction waits for a second connection while it holds one',
  matches: poolTimeout,
  examine({ project }) {
    const guilty = transactionsOf(project).filter(({ foreign }) => foreign.length > 0)
    const [first] = guilty
    if (!first) return contradicted('No transaction asks another client than its own.')
    const [call] = first.foreign
    const right = (call?.name ?? '').replace(/^\w+/, first.tx)
    return confirmed(
      `Inside of the transaction, \`${call?.name}\` takes a second connection from the pool. As many requests at once as the pool is large hold one each and wait for one that nobody gives back.`,
      guilty.flatMap(({ location, foreign, tx }) => [
        step(location, `$transaction(async (${tx}) => …) holds a connection`),
        ...foreign.map((one) => step(one.location, `${one.name}: not \`${tx}\``)),
      ]),
      [{ what: 'Ask through the client of the transaction.', code: `${call?.name}(…)   →   ${right}(…)` }],
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions#interactive-transactions'],
}
