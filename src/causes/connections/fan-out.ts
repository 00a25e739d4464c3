import { fannedOut } from '../../project/surroundings/fan-out.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { callName } from '../words.ts'
import { poolTimeout } from './pool-settings.ts'

export const fanOut: Cause = {
  id: 'connections/fan-out',
  title: 'One query for every element of a list, all at once',
  matches: poolTimeout,
  examine({ project }) {
    const queries = fannedOut(project)
    const [first] = queries
    if (!first) return contradicted('No `Promise.all` over a list sends queries.')
    return confirmed(
      `\`Promise.all\` sends ${callName(project, first)} for all elements of a list at once: with a long list, most of them wait for a connection until they give up, and so does everybody else.`,
      queries.map((one) => step(one.location, `${callName(project, one)} inside of Promise.all(….map(…))`)),
      [
        {
          what: 'Ask once for the whole list: `in`, `groupBy`, or a relation in `include`.',
          code: /aggregate|count/.test(first.operation)
            ? `await prisma.${callName(project, first).split('.')[0]}.groupBy({ by: [/* key */], where: { /* key */: { in: ids } }, ${first.operation === 'count' ? '_count: true' : '_sum: { /* … */ }'} })`
            : `await prisma.${callName(project, first).split('.')[0]}.findMany({ where: { /* key */: { in: ids } } })`,
        },
        {
          what: 'Where it must be one by one, a few at a time (`p-limit`, or chunks with `await` in a loop).',
        },
      ],
    )
  },
  fault: 'queries/n-plus-one',
  references: ['https://www.prisma.io/docs/orm/prisma-client/queries/query-optimization-performance'],
}
