import { servicesOf } from '../../project/surroundings/containers.ts'
import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { isLoopback, printedHost, unreachable, urlOf } from './pool-settings.ts'

export const hostOfTheNetwork: Cause = {
  id: 'connections/host-of-the-network',
  title: 'The host is a name that only the containers know',
  matches: unreachable,
  examine({ project, error }) {
    const printed = printedHost(error)
    if (printed && (isLoopback(printed.host) || printed.host.includes('.')))
      return contradicted(
        `The host that was asked is ${isLoopback(printed.host) ? 'this machine' : 'a full name'}.`,
      )
    const url = urlOf(project)
    const name = printed?.host ?? url?.url.hostName
    const service = servicesOf(project).find((one) => one.name === name)
    if (!service || name === undefined)
      return unconfirmed('The host is not a service of a compose file here.', [
        { what: 'Look the host up where the application runs.', code: `getent hosts ${name ?? '<host>'}` },
      ])
    const outside = service.ports.find(({ inside }) => inside === 5432)?.outside ?? 5432
    return confirmed(
      `\`${name}\` is a service of ${service.location.file}. Its name is known inside of that network, not on the machine that ran this.`,
      [
        step(service.location, `the service ${name}`),
        ...(url ? [step(url.location, `${url.name} names it as its host`)] : []),
      ],
      [
        {
          what: 'On the machine itself, use localhost and the published port; keep the service name for the containers.',
          code: `# .env, for commands on this machine\n${url?.name ?? 'DATABASE_URL'}="postgresql://USER:PASSWORD@localhost:${outside}/${url?.url.database || 'DATABASE'}"`,
        },
        ...(service.ports.length === 0
          ? [{ what: `Publish the port of ${name}.`, code: `ports: ['5432:5432']` }]
          : []),
        { what: 'Or run the command inside.', code: 'docker compose run --rm web npx tsx prisma/seed.ts' },
      ],
    )
  },
  references: ['https://docs.docker.com/compose/how-tos/networking/'],
}
