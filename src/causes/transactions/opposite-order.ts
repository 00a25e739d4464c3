import { type Cause, confirmed, contradicted, hasCode, step, unconfirmed } from '../cause.ts'
import { transactionsHere } from './here.ts'

export const oppositeOrder: Cause = {
  id: 'transactions/opposite-order',
  title: 'Two transactions lock the same rows in opposite order',
  matches: (error) =>
    hasCode('P2034', '40001', '40P01')(error) ||
    /deadlock detected|write conflict or a deadlock/.test(error.text),
  examine(scene) {
    if (scene.error.codes.includes('40001'))
      return contradicted('Postgres says that it was no deadlock (40001).')
    const { list } = transactionsHere(scene)
    const guilty = list.filter(
      ({ loops, writes }) =>
        (loops.length > 0 && writes.length > 0) || sameTwice(writes.map(({ name }) => name)),
    )
    const cure = [
      {
        what: 'Change rows in one order everywhere: sorted by their key.',
        code: `const ordered = [...lines].sort((a, b) => (a.sku < b.sku ? -1 : 1))`,
      },
      { what: 'A deadlock is never ruled out for good: try the transaction again on P2034.' },
    ]
    const [first] = guilty
    if (!first)
      return unconfirmed('Which transactions met, only the log of the server tells.', cure, [
        'The log of the server: `DETAIL: Process … waits for …` with both statements.',
      ])
    const loop = first.loops[0]
    return confirmed(
      loop
        ? 'The transaction changes rows in the order of a list: two requests with the same rows the other way round wait for each other.'
        : `The transaction changes two rows of the same kind, one after the other: a request the other way round waits for it, and it for that request.`,
      guilty.flatMap(({ location, loops, writes }) => [
        step(location, 'one transaction'),
        ...loops.map((one) => step(one.location, 'in the order of the list')),
        ...writes.map((one) => step(one.location, one.name)),
      ]),
      loop
        ? cure
        : [
            {
              what: 'Change the two in the order of their keys, whichever way the request goes.',
              code: 'const [first, second] = [from, to].sort()',
            },
            ...cure.slice(1),
          ],
    )
  },
  references: ['https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS'],
}

/** The same model is changed twice. */
const sameTwice = (names: readonly string[]): boolean => {
  const models = names.map((name) => name.split('.').slice(0, -1).join('.'))
  return new Set(models).size < models.length
}
