import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { isAside } from '../../../project/calls/reached.ts'
import type { Project } from '../../../project/project.ts'
import { clientSites } from '../../../project/surroundings/clients.ts'

const fault: Fault<Project> = {
  id: 'api/client-per-request',
  title: 'Prisma client made for each request',
  severity: 'warning',
  tags: ['api', 'performance'],
  cwe: [400, 772],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/databases-connections',
    'https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/',
  ],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  const handlers = new Set(project.map.endpoints.map(({ location }) => location.file))
  for (const { location, within, perCall } of clientSites(project)) {
    if (!perCall || within === undefined || isAside(location.file)) continue
    yield {
      location,
      subject: `new PrismaClient in ${within}`,
      // A function in a module of its own may be called once, by another module.
      certainty: handlers.has(location.file) ? 'likely' : 'possible',
      found: `\`${within}\` makes a new PrismaClient each time it is called.`,
      why: 'Each client opens a pool of its own. Under load, the connections of the database run out, for every part of the application.',
      remedy: 'Make the client once, in a module, keep it on `globalThis` in development, and import it.',
      evidence: [{ kind: 'trace', steps: [{ location, note: `each call of ${within} makes a client` }] }],
    }
  }
}

export default fault
