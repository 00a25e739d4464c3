import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allDeps, type Gap, isRole } from '../../../project/flow/value.ts'
import { isVerified, tiedInputs } from '../../../project/guards.ts'
import {
  argument,
  clientInputs,
  isOwned,
  type Leaf,
  leaves,
  placeInHandler,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const PICKS = /^(find|update|delete|count|aggregate|groupBy|upsert)/

const fault: Fault<Project> = {
  id: 'authorization/dropped-filter',
  title: 'Owner filter that is left out for ordinary callers',
  severity: 'error',
  tags: ['security'],
  cwe: [863, 639],
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/special-fields-and-types/null-and-undefined',
    'https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'access' || !PICKS.test(event.operation)) continue
      const entity = project.entity(event.model)
      if (!entity || !isOwned(entity)) continue
      const conditions = leaves(argument(event, 'where'))
      const dropped = conditions.find(({ value }) => value.gap && isVerified(allDeps(value)))
      const gap = dropped?.value.gap
      if (!gap || !leavesOpen(gap, event) || isStillTied(conditions, dropped, event)) continue
      yield draft(run, event, entity, dropped, gap)
    }
  }
}

/** The filter goes where a role was missing, or where the request itself says so. Where a role was there, it is a privilege. */
function leavesOpen({ deps, held }: Gap, access: Access): boolean {
  const asksRole = [...deps].some((dep) => dep.startsWith('field:') && isRole(dep.slice(6)))
  if (asksRole && isVerified(deps)) return !held
  if (isVerified(deps)) return false
  const tied = tiedInputs(access.facts)
  const inputs = clientInputs(deps)
  return inputs.length > 0 && isWrite(access.operation) && !inputs.some((input) => tied.has(input))
}

/** Another condition of the same query ties the row to the caller. */
function isStillTied(conditions: readonly Leaf[], dropped: Leaf, access: Access): boolean {
  const tied = tiedInputs(access.facts)
  return conditions.some(
    ({ value, path }) =>
      path !== dropped.path &&
      !value.gap &&
      (isVerified(allDeps(value)) || clientInputs(allDeps(value)).some((input) => tied.has(input))),
  )
}

function draft(run: Run, access: Access, entity: Entity, { path }: Leaf, gap: Gap): Draft {
  const verb = isWrite(access.operation) ? 'changes' : 'reads'
  const when =
    clientInputs(gap.deps).length > 0 && !isVerified(gap.deps) ? 'the request says so' : 'they lack a role'
  return {
    location: placeInHandler(access),
    subject: `${run.label} → ${entity.delegate}.${access.operation} ${path}`,
    certainty: 'likely',
    found: `${run.label} ${verb} ${withArticle(entity.name)} with \`${path}\` only sometimes: it is \`undefined\` when ${when}.`,
    why: `Prisma leaves out a condition that is \`undefined\`. For exactly those callers, \`${path}\` no longer limits the query to their own rows.`,
    remedy: `Leave the condition out for the privileged role alone (\`user.isModerator ? undefined : user.id\`), or decide before the query and refuse.`,
    evidence: [traceTo(run, access, `${entity.delegate}.${access.operation} without \`${path}\``)],
    endpoint: run.label,
  }
}

export default fault
