import { isDatabase, servicesOf } from '../../project/surroundings/containers.ts'
import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { urlOf } from './pool-settings.ts'

export const databaseMissing: Cause = {
  id: 'connections/database-missing',
  title: 'The server runs, the database does not exist',
  matches: (error) => hasCode('P1003', '3D000')(error) || /database "[^"]+" does not exist/.test(error.text),
  examine({ project, error }) {
    const name = /[Dd]atabase [`"]([^`"]+)[`"]/.exec(error.text)?.[1]
    const url = urlOf(project)
    const database = servicesOf(project).find((one) => isDatabase(one) && one.environment.has('POSTGRES_DB'))
    const made = database?.environment.get('POSTGRES_DB')
    const wanted = name ?? url?.url.database
    const cure = [
      {
        what: 'Make it.',
        code: `createdb -h localhost -U postgres ${wanted ?? 'DATABASE'}   # or: npx prisma migrate dev`,
      },
    ]
    if (database && made !== undefined && wanted !== undefined && made !== wanted)
      return confirmed(
        `${database.name} makes a database \`${made}\`; \`${wanted}\` is asked for.`,
        [
          step(database.location, `POSTGRES_DB is ${made}`),
          ...(url ? [step(url.location, `${url.name} names the database ${url.url.database}`)] : []),
        ],
        [{ what: `Ask for \`${made}\` in ${url?.name ?? 'the URL'}, or make \`${wanted}\`.` }, ...cure],
      )
    return unconfirmed(
      `${wanted === undefined ? 'The database' : `\`${wanted}\``} is not there on the server that was asked.`,
      cure,
      ['`psql -l` on that server lists what is there.'],
      url ? [step(url.location, `${url.name} names the database`)] : [],
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p1003'],
}
