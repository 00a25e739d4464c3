import { dockerFiles, isDatabase, servicesOf } from '../../project/surroundings/containers.ts'
import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { duringBuild, isLoopback, printedHost, unreachable, urlOf } from './pool-settings.ts'

export const localhostInContainer: Cause = {
  id: 'connections/localhost-in-container',
  title: 'localhost, asked from inside of a container',
  matches: unreachable,
  examine({ project, error, failure }) {
    const printed = printedHost(error)
    if (printed && !isLoopback(printed.host))
      return contradicted(`The host that was asked is ${printed.host}.`)
    if (duringBuild(failure.text)) return contradicted('The text is from `next build`.')
    const services = servicesOf(project)
    const app = services.find((one) => one.builds && !isDatabase(one))
    const database = services.find(isDatabase)
    const url = urlOf(project)
    if (app && database && url?.url.host === 'loopback')
      return confirmed(
        `${app.name} runs in a container, and its ${url.name} says localhost: that is the container itself. The database is the service \`${database.name}\`.`,
        [
          step(url.location, `${url.name} has the host ${url.url.hostName}`),
          step(app.location, `${app.name} is built and run as a container`),
          step(database.location, `the database: ${database.image}`),
        ],
        [
          {
            what: `Give ${app.name} the name of the service.`,
            code: `# ${app.location.file}\nservices:\n  ${app.name}:\n    environment:\n      ${url.name}: postgresql://USER:PASSWORD@${database.name}:5432/${url.url.database || 'DATABASE'}\n    depends_on:\n      ${database.name}:\n        condition: service_healthy`,
          },
        ],
        [
          'If this was printed outside of a container, the database was not running there: `docker compose up -d`.',
        ],
      )
    if (dockerFiles(project).length === 0 && !app)
      return contradicted('The project has no Dockerfile and no compose file that builds the application.')
    return unconfirmed(
      'The project is built as a container; whether this was printed inside of one is not said.',
      [
        {
          what: 'Inside of a container, use the host of the database as the container sees it, not localhost.',
        },
      ],
    )
  },
  references: ['https://docs.docker.com/compose/how-tos/networking/'],
}
