import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { isAside, isImportedByEndpoint } from '../../../project/calls/reached.ts'
import type { Project } from '../../../project/project.ts'
import { clientSites } from '../../../project/surroundings/clients.ts'

const fault: Fault<Project> = {
  id: 'api/client-not-kept',
  title: 'Prisma client that a reload leaves behind',
  severity: 'info',
  tags: ['api', 'performance'],
  cwe: [772],
  references: ['https://www.prisma.io/docs/orm/more/help-and-troubleshooting/nextjs-help'],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { location, within, kept } of clientSites(project)) {
    if (within !== undefined || kept || isAside(location.file)) continue
    if (!isImportedByEndpoint(project, location.file)) continue
    yield {
      location,
      subject: 'new PrismaClient at the top of a module',
      certainty: 'likely',
      found: 'The module makes a PrismaClient when it is loaded, and nothing keeps it for the next time.',
      why: '`next dev` loads the module again after a change; each time a client with its own connections stays behind, until the database refuses new ones. In production it is loaded once.',
      remedy:
        "Keep it: `const shared = globalThis as typeof globalThis & { prisma?: PrismaClient }`, `export const prisma = shared.prisma ?? new PrismaClient(…)`, `if (process.env.NODE_ENV !== 'production') shared.prisma = prisma`.",
      evidence: [{ kind: 'trace', steps: [{ location, note: 'a new client with each load' }] }],
    }
  }
}

export default fault
