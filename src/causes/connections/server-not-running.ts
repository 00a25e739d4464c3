import { type Cause, contradicted, unconfirmed } from '../cause.ts'
import { printedHost, unreachable, urlOf } from './pool-settings.ts'

export const serverNotRunning: Cause = {
  id: 'connections/server-not-running',
  title: 'Nothing answers at the host and port of the database',
  matches: unreachable,
  examine({ project, error }) {
    const printed = printedHost(error)
    const url = urlOf(project)
    if (printed === undefined && url === undefined)
      return contradicted('Neither the text nor the project says which host was asked.')
    const port = printed?.port ?? url?.url.port ?? 5432
    return unconfirmed(
      'The server does not run, sleeps, or a firewall is in between: the project cannot tell.',
      [
        {
          what: 'Ask from where the application runs.',
          code: `pg_isready -h ${printed?.host ?? url?.url.hostName ?? '<host>'} -p ${port}`,
        },
        {
          what: 'Databases that fall asleep need longer on the first try: set `connectionTimeoutMillis` to 10000 and try once more.',
        },
      ],
      [],
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p1001'],
}
