import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import type { Value } from '../../../project/flow/value.ts'
import { isVerified, levelOf } from '../../../project/guards.ts'
import { argument, isByMachine, leaves, placeInHandler, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { rolesWritten } from '../../../project/references.ts'
import { rankOf } from '../../../project/roles.ts'

const fault: Fault<Project> = {
  id: 'authorization/self-promotion',
  title: 'Callers give themselves the highest role',
  severity: 'error',
  tags: ['security'],
  cwe: [269, 266],
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
      if (event.k !== 'access' || !/^(update|updateMany|upsert)$/.test(event.operation)) continue
      const entity = project.entity(event.model)
      if (entity?.role !== 'user' || !isOwnRow(event) || movesToTenant(event, entity)) continue
      // Whoever is asked for a role, a permission or a secret of the installation has it from somebody.
      if (isByMachine(project, event.facts) || event.facts.some((fact) => levelOf(fact) === 'permission'))
        continue
      for (const { field, value } of rolesWritten(event, entity)) {
        const role = highestIn(field, value)
        if (role !== undefined) yield draft(run, event, entity, field, role)
      }
    }
  }
}

/** The row is the caller's own: found by who is signed in, and by nothing that was sent. */
function isOwnRow(access: Access): boolean {
  const keys = leaves(argument(access, 'where'))
  return (
    keys.some(({ value }) => isVerified(value.deps)) &&
    keys.every(
      ({ value }) => value.client === undefined && ![...value.deps].some((dep) => dep.startsWith('client:')),
    )
  )
}

/** Who founds a tenant is its owner: the role holds there and nowhere else. */
function movesToTenant(access: Access, entity: Entity): boolean {
  const tenant = new Set(entity.relations.flatMap(({ field, keys }) => [field, ...keys]))
  return leaves(argument(access, 'data')).some(({ path }) => tenant.has(path.split('.')[0] ?? ''))
}

/** The role that stands in the source, where it is one that stands above all others. */
function highestIn(field: string, { shape }: Value): string | undefined {
  const value =
    shape?.k === 'literal' ? shape.value : shape?.k === 'chain' ? shape.steps.at(-1)?.name : undefined
  if (value === true && /admin|super|staff|moderator/i.test(field)) return `${field} = true`
  if (typeof value !== 'string') return undefined
  const rank = rankOf(value)
  return rank >= 0 && rank <= rankOf('admin') ? value : undefined
}

function draft(run: Run, access: Access, entity: Entity, field: string, role: string): Draft {
  return {
    location: placeInHandler(access),
    subject: `${run.label} → ${entity.delegate}.${access.operation} ${field}`,
    certainty: 'likely',
    found: `${run.label} writes ${role} to \`${field}\` of the caller's own ${entity.name}, and asks for no role, address or secret before it.`,
    why: 'Whoever is signed in can call it. That there is no administrator yet makes it a race: the first to come has everything.',
    remedy:
      'Let the installation say who it is: compare the address of the caller with one of the environment, or ask for a secret that only the operator has.',
    evidence: [traceTo(run, access, `${entity.delegate}.${access.operation} with \`${field}\` = ${role}`)],
    endpoint: run.label,
  }
}

export default fault
