import { poolOf } from '../../project/surroundings/clients.ts'
import { type Cause, hasCode, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

export const endedByServer: Cause = {
  id: 'connections/ended-by-server',
  title: 'The server, or something on the way to it, ended the connection',
  matches: (error) =>
    hasCode('P1017', '57P01', '57P02', '57P03')(error) ||
    /Connection terminated|Server has closed the connection|terminating connection due to/.test(error.text),
  examine(scene) {
    const pool = poolOf(scene.project)
    const idle = pool?.keys.includes('idleTimeoutMillis') ?? false
    return unconfirmed(
      'A restart, a failover, an administrator, or a proxy that ends idle connections. Which of them is not written in the project.',
      [
        {
          what: 'Let the pool drop connections before a proxy does, and keep them alive.',
          code: `new PrismaPg({ connectionString: process.env.${pool?.variable ?? 'DATABASE_URL'}, idleTimeoutMillis: 30000, keepAlive: true })`,
        },
        { what: 'Try reads once more; of writes, only those that may happen twice.' },
      ],
      [
        'The log of the server at that time: `terminating connection due to administrator command`, a restart, or nothing (then it was on the way).',
      ],
      [
        ...callStep(scene),
        ...(pool?.location
          ? [step(pool.location, idle ? 'idleTimeoutMillis is given' : 'no idleTimeoutMillis, no keepAlive')]
          : []),
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p1017'],
}
