import { clientSites } from '../../project/surroundings/clients.ts'
import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { clientImport } from '../words.ts'
import { tooMany } from './pool-settings.ts'

export const clientPerRequest: Cause = {
  id: 'connections/client-per-request',
  title: 'A new Prisma client for every request',
  matches: tooMany,
  examine({ project }) {
    const sites = clientSites(project)
    const made = sites.filter(({ perCall }) => perCall)
    const cure = [
      {
        what: 'Make the client once, in a module that everything imports.',
        code: `// lib/prisma.ts\nimport { PrismaPg } from '@prisma/adapter-pg'\nimport { PrismaClient } from '${clientImport(project)}'\n\nconst shared = globalThis as typeof globalThis & { prisma?: PrismaClient }\n\nexport const prisma = (shared.prisma ??= new PrismaClient({\n  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: 10, connectionTimeoutMillis: 5000 }),\n}))`,
      },
      { what: 'Import it at the places above instead of `new PrismaClient()`.' },
    ]
    const [first] = made
    if (first)
      return confirmed(
        `${first.within} makes a client, with a pool of its own, each time it runs; none is ever closed.`,
        made.map(({ location, within }) => step(location, `new PrismaClient() in ${within}`)),
        cure,
      )
    if (sites.length === 0)
      return unconfirmed('No `new PrismaClient` was found in the code that was read.', cure, [
        'Search for `new PrismaClient` in packages that the application imports.',
      ])
    return contradicted(
      `Each of the ${sites.length === 1 ? '' : `${sites.length} `}clients is made once, when its module is loaded.`,
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/databases-connections'],
}
