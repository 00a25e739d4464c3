import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { isCaught } from '../../../project/calls/catches.ts'
import { callsOf } from '../../../project/calls/prisma-calls.ts'
import type { Entity, EntityRelation } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'schema/blocked-delete',
  title: 'Deletion that fails as soon as there are children',
  severity: 'warning',
  tags: ['schema', 'api'],
  cwe: [755],
  references: [
    'https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/referential-actions',
    'https://www.prisma.io/docs/orm/reference/error-reference#p2003',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    for (const event of run.events) {
      if (event.k !== 'access' || !/^delete(?:Many)?$/.test(event.operation)) continue
      const blocking = isCaught(project, event) ? [] : childrenOf(project, run, event)
      const [first] = blocking
      if (!first) continue
      const names = [...new Set(blocking.map(({ child }) => child.name))].join(', ')
      yield {
        location: event.location,
        subject: `${run.label} → delete ${event.model}`,
        // A table that no code here fills may be a view, or empty.
        certainty: blocking.some(({ child }) => isFilled(project, child)) ? 'likely' : 'possible',
        found: `${run.label} deletes ${event.model}, and rows of ${names} may still refer to it.`,
        why: `\`${first.child.name}.${first.relation.field}\` is required and says nothing of deletion, which means Restrict: the database refuses (P2003), nothing catches that, and the caller gets a 500 as soon as there is one such row.`,
        remedy: `Decide what becomes of them: \`onDelete: Cascade\` on the relation, an optional key with \`onDelete: SetNull\`, deleting them first in a transaction, or 409 when there are any.`,
        evidence: [
          traceTo(run, event, 'refused while children exist'),
          {
            kind: 'trace',
            steps: blocking.slice(0, 4).map(({ child, relation }) => ({
              location: relation.location,
              note: `${child.name}.${relation.field}: no onDelete`,
            })),
          },
        ],
        endpoint: run.label,
      }
    }
  }
}

interface Child {
  child: Entity
  relation: EntityRelation
}

/** Models whose rows keep the row from being deleted, and that the endpoint has not dealt with before. */
function childrenOf(project: Project, run: Run, access: Access): Child[] {
  const before = run.events.slice(0, run.events.indexOf(access))
  const touched = new Set(before.flatMap((event) => (event.k === 'access' ? [event.model] : [])))
  // Raw SQL may have removed them.
  if (before.some((event) => event.k === 'raw')) return []
  const parent = project.entity(access.model)
  const models = project.dataModels.find((one) => one.model(access.model) === parent)?.models ?? []
  return models.flatMap((child) =>
    child.view || child.ignored || child === parent || touched.has(child.name)
      ? []
      : child.relations.flatMap((relation) =>
          relation.model === access.model &&
          relation.keys.length > 0 &&
          !relation.optional &&
          relation.onDelete === undefined
            ? [{ child, relation }]
            : [],
        ),
  )
}

/** Some call creates rows of the model, by itself or inside of a write of another. */
const isFilled = (project: Project, child: Entity): boolean =>
  callsOf(project, child.name).some(({ operation }) => /^(?:create|upsert)/.test(operation)) ||
  project.runs.some(({ endpoint }) => endpoint?.writes.includes(child.name))

export default fault
