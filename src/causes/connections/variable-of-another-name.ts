import { clientSites, poolOf } from '../../project/surroundings/clients.ts'
import { databaseUrls, readsOf, variablesOf } from '../../project/surroundings/environment.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { noPassword } from './pool-settings.ts'

export const variableOfAnotherName: Cause = {
  id: 'connections/variable-of-another-name',
  title: 'The code reads another variable than the one that is set',
  matches: noPassword,
  examine({ project }) {
    const name = poolOf(project)?.variable
    if (name === undefined || clientSites(project).length === 0)
      return contradicted('The connection string is not taken from a variable that could be read.')
    if (variablesOf(project).some((one) => one.name === name))
      return contradicted(`${name} is set in a file of the project.`)
    const [other] = databaseUrls(project).filter((one) => one.name !== name)
    if (!other) return contradicted('No file of the project sets the URL of a database under another name.')
    return confirmed(
      `The client reads ${name}; ${other.location.file} sets ${other.name}. Without a URL, node-postgres goes by its own defaults and has no password.`,
      [
        ...readsOf(project, name).map((location) => step(location, `reads ${name}`)),
        step(other.location, `sets ${other.name}`),
      ],
      [{ what: 'Use one name.', code: `connectionString: process.env.${other.name}` }],
    )
  },
  references: ['https://node-postgres.com/features/connecting'],
}
