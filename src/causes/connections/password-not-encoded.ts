import { databaseUrls } from '../../project/surroundings/environment.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { refused } from './pool-settings.ts'

export const passwordNotEncoded: Cause = {
  id: 'connections/password-not-encoded',
  title: 'User or password hold characters that a URL takes for something else',
  matches: (error) => refused(error) || /Invalid URL|URI malformed|P1013/.test(error.text),
  examine({ project }) {
    const bad = databaseUrls(project).filter(({ url, sample }) => url.badlyEncoded && !sample)
    const [first] = bad
    if (!first)
      return contradicted('In the URLs of the project, user and password need no encoding or have it.')
    return confirmed(
      `In ${first.name}, what stands in front of the host has characters that must be encoded (one of \`@ : / ? # % [ ]\` or a space).`,
      bad.map(({ location, name }) => step(location, `${name}: user or password not encoded`)),
      [
        {
          what: 'Encode the password, and put the result into the URL.',
          code: `node -p 'encodeURIComponent(process.argv[1])' 'THE PASSWORD'`,
        },
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/connection-urls#special-characters'],
}
