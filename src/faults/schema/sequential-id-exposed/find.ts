import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { keysFromClient, traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'schema/sequential-id-exposed',
  title: 'Counted id in a public address',
  severity: 'info',
  tags: ['schema', 'security'],
  cwe: [340, 639],
  references: ['https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/'],

  find: (project) => drafts(project),
}

function* drafts(project: Project): Iterable<Draft> {
  const seen = new Set<string>()
  for (const run of project.runs) {
    const { endpoint } = run
    if (endpoint?.guard.level !== 'none' || endpoint.guard.proxy !== undefined) continue
    for (const event of run.events) {
      const entity = event.k === 'access' ? project.entity(event.model) : undefined
      const id = entity?.fields.find((field) => field.id && field.type === 'Int')
      if (event.k !== 'access' || !entity || !id || entity.role === 'global') continue
      const counted = id.default?.kind === 'call' && id.default.name === 'autoincrement'
      if (!counted || seen.has(entity.name)) continue
      if (!keysFromClient(event, entity).some(({ path }) => path === id.name)) continue
      seen.add(entity.name)
      yield {
        location: id.location,
        subject: `${entity.name}.${id.name}`,
        certainty: 'possible',
        found: `${run.label}, which anybody may call, finds ${entity.name} by a counted id.`,
        why: 'Whoever has one address has all of them, by counting, and learns how many there are and how fast they grow.',
        remedy: `Give the row an id of its own for addresses: \`publicId String @unique @default(uuid(7))\`, and look it up by that.`,
        evidence: [traceTo(run, event, `found by ${id.name}`)],
        endpoint: run.label,
      }
    }
  }
}

export default fault
