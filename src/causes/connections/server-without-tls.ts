import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { urlOf } from './pool-settings.ts'

export const serverWithoutTls: Cause = {
  id: 'connections/server-without-tls',
  title: 'TLS is demanded of a server that has none',
  matches: ({ text }) => /server does not support SSL|SSL is not enabled on the server/.test(text),
  examine({ project }) {
    const url = urlOf(project)
    const mode = url?.url.parameters.get('sslmode')
    const cure = [
      {
        what: 'For a server on this machine, leave `sslmode` out. For any other, switch TLS on at the server: do not send passwords in the clear.',
      },
    ]
    if (url && mode !== undefined && mode !== 'disable')
      return confirmed(
        `${url.name} demands TLS with sslmode=${mode}.`,
        [step(url.location, `${url.name} has sslmode=${mode}`)],
        cure,
      )
    return unconfirmed(
      'No URL of the project demands TLS: the one that was used is set elsewhere, or `ssl` is given in code.',
      cure,
      ['On the server: `SHOW ssl`.'],
    )
  },
  references: ['https://www.prisma.io/docs/orm/overview/databases/postgresql'],
}
