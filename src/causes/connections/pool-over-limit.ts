import { poolOf } from '../../project/surroundings/clients.ts'
import { isDatabase, servicesOf } from '../../project/surroundings/containers.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { tooMany } from './pool-settings.ts'

/** `max_connections` of Postgres as it is delivered, and what is kept for superusers. */
const SERVER_LIMIT = 100
const RESERVED = 3
/** `max` of node-postgres when it is not given. */
const POOL_DEFAULT = 10

export const poolOverLimit: Cause = {
  id: 'connections/pool-over-limit',
  title: 'The pools of all instances together are larger than the server allows',
  matches: tooMany,
  examine({ project }) {
    const pool = poolOf(project)
    const max = pool?.max ?? POOL_DEFAULT
    const app = servicesOf(project).filter((one) => !isDatabase(one) && one.builds)
    const instances = app.reduce((sum, { replicas }) => sum + replicas, 0)
    const share = instances > 0 ? Math.max(1, Math.floor((SERVER_LIMIT - 10) / instances)) : POOL_DEFAULT
    const cure = [
      {
        what: `Give each instance its share: \`max\` = (max_connections − 10) ÷ instances${instances > 0 ? `, here ${share}` : ''}.`,
        code: `new PrismaPg({ connectionString: process.env.DATABASE_URL, max: ${share}, connectionTimeoutMillis: 5000 })`,
      },
      {
        what: 'Where instances come and go (serverless, autoscaling), put a pooler such as PgBouncer in between.',
      },
    ]
    const check = [
      'On the database: `SHOW max_connections`, and `SELECT application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2`.',
    ]
    const evidence = [
      ...(pool?.location
        ? [
            step(
              pool.location,
              pool.max === undefined ? `no \`max\`: ${POOL_DEFAULT} connections` : `max: ${max}`,
            ),
          ]
        : []),
      ...app
        .filter(({ replicas }) => replicas > 1)
        .map((one) => step(one.location, `${one.name}: ${one.replicas} instances`)),
    ]
    const wanted = max * instances
    if (wanted > SERVER_LIMIT - RESERVED)
      return confirmed(
        `${instances} instances × ${max} connections = ${wanted}; Postgres has ${SERVER_LIMIT} unless it was set otherwise.`,
        evidence,
        cure,
        check,
      )
    return unconfirmed(
      `A pool takes up to ${max} connections. How many instances run, and what else uses the server, is not written in the project.`,
      cure,
      check,
      evidence,
    )
  },
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/databases-connections/connection-pool',
  ],
}
