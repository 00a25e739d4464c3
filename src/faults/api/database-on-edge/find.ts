import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { edgeLine, socketClient } from '../../../project/calls/edge.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/database-on-edge',
  title: 'Database from the edge runtime',
  severity: 'warning',
  tags: ['api'],
  cwe: [],
  references: [
    'https://nextjs.org/docs/app/api-reference/edge',
    'https://www.prisma.io/docs/orm/prisma-client/deployment/edge/overview',
  ],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  const client = socketClient(project)
  if (!client) return
  const seen = new Set<string>()
  for (const run of project.runs) {
    const file = run.endpoint?.location.file
    const query = run.events.find((event) => event.k === 'access' || event.k === 'raw')
    const edge = file === undefined || !query ? undefined : edgeLine(project, file)
    if (!edge || !query || seen.has(edge.file)) continue
    seen.add(edge.file)
    yield {
      location: edge,
      subject: `edge runtime of ${edge.file}`,
      certainty: 'likely',
      found: `${edge.file} runs on the edge, and ${run.label} asks the database.`,
      why: 'The edge runtime has no sockets: this client cannot connect from there, and every request that reaches the query fails.',
      remedy:
        'Remove the `runtime` line: routes run on Node.js. To stay on the edge, give the client an adapter that speaks HTTP.',
      evidence: [
        traceTo(run, query, 'the database is asked here'),
        { kind: 'trace', steps: [{ location: client, note: 'the client, which connects by a socket' }] },
      ],
      endpoint: run.label,
    }
  }
}

export default fault
