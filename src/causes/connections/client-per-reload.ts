import { clientSites } from '../../project/surroundings/clients.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { clientImport } from '../words.ts'
import { tooMany } from './pool-settings.ts'

export const clientPerReload: Cause = {
  id: 'connections/client-per-reload',
  title: 'Each reload of `next dev` leaves a client behind',
  matches: tooMany,
  examine({ project }) {
    const sites = clientSites(project).filter(
      ({ within, kept, perCall }) => !kept && (within === undefined || !perCall),
    )
    if (sites.length === 0)
      return contradicted('No client is made at the top of a module without being kept on globalThis.')
    return confirmed(
      'The module makes a client when it is loaded and does not keep it on globalThis. `next dev` loads it again after each change, and the old pool stays open. In production it is loaded once.',
      sites.map(({ location }) => step(location, 'new PrismaClient(), kept nowhere')),
      [
        {
          what: 'Keep the client on globalThis.',
          code: `import { PrismaClient } from '${clientImport(project)}'\n\nconst shared = globalThis as typeof globalThis & { prisma?: PrismaClient }\n\nexport const prisma = shared.prisma ?? new PrismaClient({ adapter })\nif (process.env.NODE_ENV !== 'production') shared.prisma = prisma`,
        },
        { what: 'Restart `next dev` once: that closes the pools that are open now.' },
      ],
      ['If it happens in production, this is not the cause: see the others.'],
    )
  },
  references: ['https://www.prisma.io/docs/orm/more/help-and-troubleshooting/nextjs-help'],
}
