import type { Fault } from '../../../core/fault.ts'
import type { Draft, Location } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access, Fact } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { isGuarded, levelOf } from '../../../project/guards.ts'
import {
  factsAfter,
  isAbsentAfter,
  isOwned,
  isPrivileged,
  isScoped,
  keysFromClient,
  placeInHandler,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const BY_ROW = /^(find(Unique|First)(OrThrow)?|findMany|update|updateMany|delete|deleteMany|upsert)$/

const fault: Fault<Project> = {
  id: 'authorization/unscoped-access',
  title: 'Row reached by an id that is not tied to the caller',
  severity: 'error',
  tags: ['security'],
  cwe: [639, 863],
  references: ['https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/'],

  find: (project) => oncePerPlace(drafts(project)),
}

interface Hit {
  run: Run
  access: Access
  entity: Entity
}

/**
 * A query that no endpoint reaches safely is wrong where it stands; one that others reach with an id of theirs is right,
 * and the endpoint that does not is wrong.
 */
function* drafts(project: Project): Iterable<Draft> {
  const hits = [...found(project)]
  const place = (access: Access): string => `${access.location.file}:${access.location.line}`
  const reached = new Map<string, Set<Run>>()
  for (const run of project.runs)
    for (const event of run.events)
      if (event.k === 'access')
        reached.set(place(event), (reached.get(place(event)) ?? new Set<Run>()).add(run))
  const wrong = new Map<string, Set<Run>>()
  for (const { run, access } of hits)
    wrong.set(place(access), (wrong.get(place(access)) ?? new Set<Run>()).add(run))
  for (const hit of hits) {
    const bad = wrong.get(place(hit.access))?.size ?? 0
    const everywhere = bad > 1 && bad === reached.get(place(hit.access))?.size
    yield draft(hit, everywhere ? hit.access.location : placeInHandler(hit.access))
  }
}

function* found(project: Project): Iterable<Hit> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'access' || !BY_ROW.test(event.operation)) continue
      const entity = project.entity(event.model)
      if (!entity || !isOwned(entity) || !isGuarded(event.facts)) continue
      const levels = event.facts.map(levelOf)
      // Whoever holds the signing key or the cron secret is the system itself.
      if (levels.includes('signature') || levels.includes('secret')) continue
      if (event.facts.some((fact) => isMachine(project, fact))) continue
      const keys = keysFromClient(event, entity)
      if (keys.length === 0 || isScoped(event, [])) continue
      if (!isWrite(event.operation)) {
        // A read may also be judged by what is checked after it.
        const after = factsAfter(run.events, event)
        if (isScoped(event, after) || isAbsentAfter(run.events, event)) continue
      }
      yield { run, access: event, entity }
    }
  }
}

/** A key that is nobody's: its row belongs to no user and no tenant, so that whoever holds it is part of the system. */
function isMachine(project: Project, fact: Fact): boolean {
  if (levelOf(fact) !== 'api-key') return false
  const named = [...fact.deps].flatMap((dep) => /^identity:(\w+) by header /.exec(dep)?.[1] ?? [])
  return named.length > 0 && named.every((name) => project.entity(name)?.role === 'global')
}

function draft({ run, access, entity }: Hit, location: Location): Draft {
  const leaves = keysFromClient(access, entity)
  // The id is the input itself, not something that was computed from it.
  const direct = leaves.some((leaf) => leaf.value.client !== undefined)
  const keys = leaves
    .map((leaf) => `${leaf.path} = ${leaf.value.client ?? 'a value of the request'}`)
    .join(', ')
  const path = entity.tenantPath ?? entity.userPath ?? []
  const owner = path.length > 0 ? path.join('.') : 'id'
  const verb = isWrite(access.operation) ? 'changes' : 'reads'
  // Whoever holds the id of an invitation has been sent it: to the one who accepts, it may be meant as a capability.
  const invitation =
    /invit/i.test(entity.name) && !access.facts.some((fact) => levelOf(fact) === 'permission')
  return {
    location,
    subject: `${run.label} → ${entity.delegate}.${access.operation}`,
    certainty: isPrivileged(access.facts) || !direct || invitation ? 'possible' : 'likely',
    found: `${run.label} ${verb} ${withArticle(entity.name)} picked by ${keys}, and nothing on the way ties that id to the caller.`,
    why: `Whoever is signed in can send the id of another ${path.length > 0 ? 'owner' : 'account'}'s ${entity.name} and ${verb === 'reads' ? 'see' : 'change'} it.`,
    remedy:
      path.length > 0
        ? `Put the owner into the query: \`where: { id, ${owner}: … }\` with the id of the authorized caller or tenant (\`${owner}\` of ${entity.name}), and answer 404 when nothing is found.`
        : `Compare the id with the one of the session, or check the caller's right to this ${entity.name} before the query.`,
    evidence: [traceTo(run, access, `${entity.delegate}.${access.operation} by ${keys}`)],
    endpoint: run.label,
  }
}

export default fault
