import { databaseUrls, disagreeing } from '../../project/surroundings/environment.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { refused, unreachable } from './pool-settings.ts'

export const twoEnvironmentFiles: Cause = {
  id: 'connections/two-environment-files',
  title: 'Two .env files say different things, and not everything reads the same one',
  matches: (error) => refused(error) || unreachable(error),
  examine({ project }) {
    const names = [...new Set(databaseUrls(project).map(({ name }) => name))]
    const files = names.map((name) => disagreeing(project, name)).find((list) => list.length > 1)
    const [first] = files ?? []
    if (!files || !first)
      return contradicted('No two .env files set the URL of the database to different values.')
    return confirmed(
      `${first.name} has different values in ${files.map(({ location }) => location.file).join(' and ')}. Next.js prefers .env.local; the Prisma CLI and scripts with \`dotenv/config\` read .env alone.`,
      files.map(({ location, name }) => step(location, `sets ${name} to another value`)),
      [
        { what: `Keep ${first.name} in one of them: the value that works.` },
        {
          what: 'Or let the Prisma CLI read what Next.js reads.',
          code: "// prisma.config.ts\nimport { loadEnvConfig } from '@next/env'\n\nloadEnvConfig(process.cwd())",
        },
      ],
    )
  },
  references: ['https://nextjs.org/docs/app/guides/environment-variables#environment-variable-load-order'],
}
