import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { isRole } from '../../../project/flow/value.ts'
import {
  argument,
  clientInputs,
  isByMachine,
  keysFromClient,
  leaves,
  placeInHandler,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { highest, lowestRank, rankOf, rolesAsked, rolesOf } from '../../../project/roles.ts'

const CHANGES = /^(update|updateMany|delete|deleteMany)$/

/** Names of what a member belongs to. */
const TENANT = /org|team|workspace|tenant/i

const fault: Fault<Project> = {
  id: 'authorization/target-role',
  title: 'A member who stands above the caller is changed or removed',
  severity: 'error',
  tags: ['security'],
  cwe: [269, 863],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x17-V8-Authorization.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'access' || !CHANGES.test(event.operation)) continue
      const entity = project.entity(event.model)
      if (entity?.role !== 'membership' || isByMachine(project, event.facts)) continue
      const above = standsAbove(project, event, entity)
      if (above && isOfAnother(event, entity) && !looksAtTarget(event, entity))
        yield draft(run, event, entity, above)
    }
  }
}

interface Above {
  role: string
  asked: string[]
}

/** The highest role that a member can have, where the roles that the caller is asked for are below it. */
function standsAbove(project: Project, access: Access, entity: Entity): Above | undefined {
  const asked = rolesAsked(access.facts) ?? []
  const field = entity.fields.find(({ name, relation }) => !relation && /role$/i.test(name))
  const role = field && highest(rolesOf(project, entity, field.name))
  if (role === undefined || asked.length === 0) return undefined
  return rankOf(role) < lowestRank(asked) ? { role, asked } : undefined
}

/** The request says which member; whoever leaves needs no rank. */
const isOfAnother = (access: Access, entity: Entity): boolean =>
  keysFromClient(access, entity).some(({ path }) => !TENANT.test(path.slice(path.lastIndexOf('.') + 1)))

/** The role of the one who is changed is a condition of the query, or was looked at before. */
function looksAtTarget(access: Access, entity: Entity): boolean {
  if (leaves(argument(access, 'where')).some(({ path }) => path.split('.').some(isRole))) return true
  const inputs = keysFromClient(access, entity).flatMap(({ value }) => clientInputs(value.deps))
  return access.facts.some(
    ({ deps }) =>
      deps.has(`row:${entity.name}`) &&
      [...deps].some((dep) => dep.startsWith('field:') && isRole(dep.slice(6))) &&
      clientInputs(deps).some((input) => inputs.includes(input) && !TENANT.test(input)),
  )
}

function draft(run: Run, access: Access, entity: Entity, { role, asked }: Above): Draft {
  const verb = access.operation.startsWith('delete') ? 'removes' : 'changes'
  return {
    location: placeInHandler(access),
    subject: `${run.label} → ${entity.delegate}.${access.operation}`,
    certainty: 'likely',
    found: `${run.label} ${verb} ${withArticle(entity.name)} that the request names for a caller who is ${asked.join(' or ')}, and never looks at the role of the one who is meant: that can be ${role}.`,
    why: `Somebody below ${role} takes the ${role} out, or their rights away, and has the organization to themselves.`,
    remedy: `Read the role of the one who is meant and refuse where it is above the caller's; or keep it out in the query: \`role: { not: '${role}' }\`.`,
    evidence: [traceTo(run, access, `${entity.delegate}.${access.operation} whatever the role`)],
    endpoint: run.label,
  }
}

export default fault
