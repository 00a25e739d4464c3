import { clientSites } from '../../project/surroundings/clients.ts'
import { majorVersion } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { clientImport } from '../words.ts'

export const adapterMissing: Cause = {
  id: 'client/adapter-missing',
  title: 'Prisma 7 needs a driver adapter, and gets none',
  matches: ({ text }) =>
    /instantiated without any options|driver adapter is required|needs to be constructed with a non-empty|Using engine type "client" requires/.test(
      text,
    ),
  examine({ project }) {
    const bare = clientSites(project).filter(({ connected }) => !connected)
    const cure = [
      {
        what: 'Install the adapter of your database.',
        code: `npm install @prisma/adapter-pg@${majorVersion(project, '@prisma/client') ?? 7}`,
      },
      {
        what: 'Give it to the client.',
        code: `import { PrismaPg } from '@prisma/adapter-pg'\nimport { PrismaClient } from '${clientImport(project)}'\n\nconst adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL })\nexport const prisma = new PrismaClient({ adapter })`,
      },
    ]
    if (bare.length === 0)
      return unconfirmed('Every `new PrismaClient` that was read is given one.', cure, [
        'Look for another place that makes a client: a seed, a script, a package.',
      ])
    return confirmed(
      'The client of Prisma 7 has no engine of its own: it asks the database through an adapter.',
      bare.map(({ location }) => step(location, 'new PrismaClient() without `adapter`')),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/more/upgrade-guides/upgrading-versions/upgrading-to-prisma-7'],
}
