import { poolOf } from '../../project/surroundings/clients.ts'
import { readsOf, variablesOf } from '../../project/surroundings/environment.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { noPassword } from './pool-settings.ts'

const missing = /Cannot resolve environment variable: (\w+)|Environment variable not found: (\w+)/

export const variableNowhere: Cause = {
  id: 'connections/variable-nowhere',
  title: 'The variable with the URL of the database is not set',
  matches: (error) => noPassword(error) || missing.test(error.text),
  examine({ project, error }) {
    const [, first, second] = missing.exec(error.text) ?? []
    const name = first ?? second ?? poolOf(project)?.variable ?? 'DATABASE_URL'
    const set = variablesOf(project).find((one) => one.name === name && !one.sample)
    if (set) return contradicted(`${set.location.file} sets ${name}.`, [step(set.location, `sets ${name}`)])
    return confirmed(
      `${name} is read, and no .env file of the project sets it: it must come from where the application runs.`,
      readsOf(project, name)
        .slice(0, 3)
        .map((location) => step(location, `reads ${name}`)),
      [
        {
          what: 'On your machine, set it in .env.',
          code: `${name}="postgresql://USER:PASSWORD@localhost:5432/DATABASE"`,
        },
        {
          what: 'Elsewhere, set it where the process is started: environment of the container, settings of the host. A variable that is read while the image is built must be there then.',
        },
      ],
      [`Where it runs: \`node -p 'process.env.${name} === undefined'\``],
    )
  },
  references: ['https://www.prisma.io/docs/orm/more/dev-environment/environment-variables'],
}
