import { poolOf } from '../../project/surroundings/clients.ts'
import { majorVersion } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { poolTimeout, urlOf } from './pool-settings.ts'

/** Pools up to this size serve one request at a time, or hardly more. */
const SMALL = 2

export const poolOfOne: Cause = {
  id: 'connections/pool-of-one',
  title: 'The pool is too small for requests at the same time',
  matches: poolTimeout,
  examine({ project }) {
    const pool = poolOf(project)
    const cure = [
      {
        what: 'Give the pool room for the requests that run at once, and a limit for waiting.',
        code: 'new PrismaPg({ connectionString: process.env.DATABASE_URL, max: 10, connectionTimeoutMillis: 5000 })',
      },
      { what: 'Then see to it that (instances × max) stays below `max_connections` of the server.' },
    ]
    if (pool?.location && pool.max !== undefined && pool.max <= SMALL)
      return confirmed(
        `The pool has ${pool.max === 1 ? 'one connection' : `${pool.max} connections`}: while one request uses it, all others wait.`,
        [step(pool.location, `max: ${pool.max}`)],
        cure,
      )
    const url = urlOf(project)
    const limit = Number(url?.url.parameters.get('connection_limit'))
    // With an adapter nothing reads the parameter.
    if (url && limit > 0 && limit <= SMALL && (majorVersion(project, '@prisma/client') ?? 7) < 7)
      return confirmed(
        `\`connection_limit=${limit}\` stands in ${url.name}.`,
        [step(url.location, `${url.name} has connection_limit=${limit}`)],
        [{ what: 'Raise `connection_limit`, or take it out where one process serves many requests.' }],
      )
    return contradicted(
      pool?.max === undefined
        ? 'The pool has its default size, 10.'
        : `The pool has ${pool.max} connections.`,
    )
  },
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/databases-connections/connection-pool',
  ],
}
