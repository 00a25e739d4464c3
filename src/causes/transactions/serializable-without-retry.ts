import { type Cause, confirmed, contradicted, hasCode, step } from '../cause.ts'
import { callStep } from '../words.ts'
import { transactionsHere } from './here.ts'

const code = `async function withRetry<T>(work: () => Promise<T>, tries = 5): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const conflict = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2034'
      if (!conflict || attempt === tries) throw error
      await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * 10 * Math.random()))
    }
  }
}`

export const serializableWithoutRetry: Cause = {
  id: 'transactions/serializable-without-retry',
  title: 'A transaction that may have to be repeated, and is not',
  matches: (error) =>
    hasCode('P2034', '40001', '40P01')(error) ||
    /could not serialize access|write conflict or a deadlock/.test(error.text),
  examine(scene) {
    if (scene.error.codes.includes('40P01')) return contradicted('Postgres says that it was a deadlock.')
    const { list } = transactionsHere(scene)
    const strict = list.filter(({ isolation }) => /Serializable|RepeatableRead/i.test(isolation ?? ''))
    const [first] = strict
    if (!first) return contradicted('No transaction asks for Serializable or RepeatableRead.')
    if (/P2034/.test(scene.project.sourceText(first.location.file) ?? ''))
      return contradicted('P2034 is handled in this file.')
    return confirmed(
      `With isolationLevel ${first.isolation}, Postgres ends a transaction whose rows another one changed: by design, and it wants to be tried again.`,
      [
        ...strict.map(({ location, isolation }) => step(location, `isolationLevel: ${isolation}, no retry`)),
        ...callStep(scene),
      ],
      [
        { what: 'Try the whole transaction again, a few times, with a pause that differs.', code },
        {
          what: 'Or do without: a statement such as `updateMany({ where: { id, stock: { gte: n } }, data: { stock: { decrement: n } } })` reads and writes in one.',
        },
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions#transaction-timing-issues'],
}
