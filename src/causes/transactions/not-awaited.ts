import { type Cause, confirmed, contradicted, hasCode, step } from '../cause.ts'
import { transactionsHere } from './here.ts'

/** What all causes of a transaction that is over have in common. */
export const isClosed = (error: Parameters<Cause['matches']>[0]): boolean =>
  (hasCode('P2028')(error) ||
    /Transaction already closed|expired transaction|Transaction not found/.test(error.text)) &&
  !/Unable to start a transaction/.test(error.text)

export const notAwaited: Cause = {
  id: 'transactions/not-awaited',
  title: 'A query in the transaction that nobody waits for',
  matches: isClosed,
  examine(scene) {
    if (/expired transaction|timeout for this transaction/.test(scene.error.text))
      return contradicted('The text says that the time was over.')
    const { list } = transactionsHere(scene)
    const guilty = list.filter(({ unawaited }) => unawaited.length > 0)
    const [first] = guilty
    if (!first) return contradicted('Every query of the transaction is awaited.')
    return confirmed(
      `\`${first.unawaited[0]?.name}\` is sent and not awaited: the transaction is committed before it runs.`,
      guilty.flatMap(({ location, unawaited }) => [
        ...unawaited.map((one) => step(one.location, `${one.name}: no await`)),
        step(location, 'commits without it'),
      ]),
      [
        { what: 'Wait for it.', code: `await ${first.unawaited[0]?.name}(…)` },
        { what: 'Let the linter find the others: `no-floating-promises`.' },
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions#interactive-transactions'],
}
