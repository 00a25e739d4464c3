import { dockerFiles } from '../../project/surroundings/containers.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { callStep } from '../words.ts'
import { duringBuild, unreachable } from './pool-settings.ts'

export const databaseDuringBuild: Cause = {
  id: 'connections/database-during-build',
  title: 'A page asks the database while the application is built',
  matches: unreachable,
  examine(scene) {
    const { project, failure, places } = scene
    if (!duringBuild(failure.text)) return contradicted('The text is not from `next build`.')
    const page = places.find(({ location }) => /(?:page|layout|route|sitemap)\.[jt]sx?$/.test(location.file))
    const docker = dockerFiles(project)
      .flat()
      .filter(
        ({ word, rest }) =>
          word === 'RUN' && /\b(?:next build|(?:npm|pnpm|yarn|bun)(?: run)? build)\b/.test(rest),
      )
      .map(({ location, rest }) => step(location, `builds in the image, where no database is: RUN ${rest}`))
    const asks = page ? [page] : callStep(scene)
    return confirmed(
      'Nothing in the page depends on the request, so `next build` renders it once, and needs the database for that.',
      [...asks.map(({ location, note }) => step(location, note || 'is rendered at build time')), ...docker],
      [
        {
          what: 'Say that the page waits for a request.',
          code: "import { connection } from 'next/server'\n\nexport default async function Page() {\n  await connection()\n  // the query",
        },
        {
          what: 'Or, if it should be rendered at build time, give the build step a database that it can reach.',
        },
      ],
    )
  },
  references: ['https://nextjs.org/docs/app/api-reference/functions/connection'],
}
