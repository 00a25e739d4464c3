import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import type { Value } from '../../../project/flow/value.ts'
import { argument, isOpen, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'
import { isSetUpByHand } from '../../../project/queries/growth.ts'

const fault: Fault<Project> = {
  id: 'queries/unbounded-list',
  title: 'Unbounded list: no limit on the rows of a response (unbounded query)',
  severity: 'warning',
  tags: ['performance', 'api'],
  cwe: [770],
  references: ['https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    const sent = new Set(
      run.events.flatMap((event) => (event.k === 'response' ? accessesIn(event.value) : [])),
    )
    for (const access of sent) {
      const entity = project.entity(access.model)
      if (!entity || access.operation !== 'findMany' || argument(access, 'take') || isOpen(access)) continue
      yield {
        location: access.location,
        subject: `${run.label} → ${entity.delegate}.findMany`,
        certainty: grows(entity, access) ? 'likely' : 'possible',
        found: `${run.label} answers with every ${entity.name} that matches: ${entity.delegate}.findMany has no \`take\`.`,
        why: 'Time, memory and the size of the response grow with the table.',
        remedy:
          'Page it: `take` with a maximum, a cursor on a unique column, and an `orderBy` that an index serves.',
        evidence: [traceTo(run, access, 'no limit')],
        endpoint: run.label,
      }
    }
  }
}

function accessesIn(value: Value, depth = 6): Access[] {
  const shape = value.shape
  if (!shape || depth === 0) return []
  if (shape.k === 'row') return [shape.access]
  if (shape.k === 'array') return accessesIn(shape.of, depth - 1)
  if (shape.k === 'object')
    return [...shape.fields.values(), ...(shape.open ?? [])].flatMap((one) => accessesIn(one, depth - 1))
  if (shape.k === 'response' && shape.body) return accessesIn(shape.body, depth - 1)
  return []
}

/** The rows of a whole tenant or user, or of the table; those of one parent row are few more often than not. */
function grows(entity: Entity, access: Access): boolean {
  if (entity.role !== 'owned' || isSetUpByHand(entity)) return false
  const owners = new Set([entity.tenantPath?.[0], entity.userPath?.[0]])
  const paths = leaves(argument(access, 'where')).map((leaf) => leaf.path)
  // `items: { some: { linkId } }`: those of one row of another table.
  if (paths.some((path) => /\.some\.\w+Id$/.test(path))) return false
  const keys = paths.map((path) => path.split('.')[0] ?? '')
  const parents = entity.relations.filter(
    (relation) => relation.keys.length > 0 && !owners.has(relation.field),
  )
  return !keys.some(
    (key) =>
      key === 'id' || parents.some((relation) => relation.keys.includes(key) || relation.field === key),
  )
}

export default fault
