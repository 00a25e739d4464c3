import { isDatabase, servicesOf } from '../../project/surroundings/containers.ts'
import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { isLoopback, printedHost, unreachable, urlOf } from './pool-settings.ts'

export const portNotPublished: Cause = {
  id: 'connections/port-not-published',
  title: 'The database is published at another port, or at none',
  matches: unreachable,
  examine({ project, error }) {
    const printed = printedHost(error)
    if (printed && !isLoopback(printed.host))
      return contradicted(`The host that was asked is ${printed.host}.`)
    const database = servicesOf(project).find(isDatabase)
    if (!database) return contradicted('No compose file of the project runs a database.')
    const url = urlOf(project)
    const asked = printed?.port ?? url?.url.port ?? 5432
    const published = database.ports.map(({ outside }) => outside)
    if (published.includes(asked))
      return unconfirmed(
        `${database.name} publishes port ${asked}: it was asked at the right place, and did not answer.`,
        [
          {
            what: 'Start it, and look why it does not run.',
            code: `docker compose up -d ${database.name} && docker compose logs --tail 50 ${database.name}`,
          },
        ],
        [`\`docker compose ps ${database.name}\``],
        [step(database.location, `${database.name} publishes ${published.join(', ')}`)],
      )
    const [port] = published
    return confirmed(
      port === undefined
        ? `${database.name} publishes no port: nothing on this machine can reach it.`
        : `Port ${asked} was asked; ${database.name} is published at ${published.join(', ')}.`,
      [
        step(
          database.location,
          port === undefined
            ? 'no `ports`'
            : `ports: ${database.ports.map((one) => `${one.outside}:${one.inside}`).join(', ')}`,
        ),
        ...(url ? [step(url.location, `${url.name} has the port ${url.url.port}`)] : []),
      ],
      port === undefined
        ? [
            {
              what: `Publish it in ${database.location.file}.`,
              code: `  ${database.name}:\n    ports: ['${asked}:5432']`,
            },
          ]
        : [
            {
              what: `Ask at port ${port}.`,
              code: `${url?.name ?? 'DATABASE_URL'}="postgresql://USER:PASSWORD@localhost:${port}/${url?.url.database || 'DATABASE'}"`,
            },
          ],
    )
  },
  references: ['https://docs.docker.com/compose/how-tos/networking/'],
}
