import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { pathTo, reachOf } from '../../../project/calls/reached.ts'
import { softDeletes } from '../../../project/calls/soft-delete.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'schema/soft-delete-ignored',
  title: 'Read that shows deleted rows',
  severity: 'warning',
  tags: ['schema', 'api', 'security'],
  cwe: [672, 200],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/client-extensions/middleware/soft-delete-middleware',
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
  ],

  find: (project) => drafts(project),
}

/** Leaving deleted rows out is the rule when this share of the reads does it, of at least so many. */
const RULE = { share: 0.8, of: 4 }

function* drafts(project: Project): Iterable<Draft> {
  for (const { entity, field, applied, ignored } of softDeletes(project)) {
    const all = applied.length + ignored.length
    if (applied.length < RULE.of || applied.length / all < RULE.share) continue
    for (const call of ignored) {
      const name = `${entity.delegate}.${call.operation}`
      yield {
        location: call.location,
        subject: `${name} in ${call.location.file}`,
        certainty: reachOf(project, call.location) ? 'likely' : 'possible',
        found: `\`${name}\` says nothing of \`${field.name}\`; ${applied.length} of ${all} reads of ${entity.name} leave deleted rows out.`,
        why: 'What was deleted shows up again here: in a list, a count or by its id, also to people who should not see it any more.',
        remedy: `Add the condition: \`where: { …, ${field.name}: ${field.type === 'Boolean' ? 'false' : 'null'} }\`. An extension of the client can add it to every read.`,
        ...pathTo(project, call.location, `deleted rows of ${entity.name} are read too`),
      }
    }
  }
}

export default fault
