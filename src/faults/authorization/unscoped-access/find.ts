import type { Fault } from '../../../core/fault.ts'
import type { Draft, Location } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import { isSharedContent, tiedModels } from '../../../project/authored.ts'
import { gained } from '../../../project/consequences.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access, Event } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allDeps, visibleFields } from '../../../project/flow/value.ts'
import { isGuarded, levelOf } from '../../../project/guards.ts'
import { opennessOf } from '../../../project/open-rows.ts'
import {
  argument,
  clientInputs,
  factsAfter,
  factsLeft,
  factsNext,
  isAbsentAfter,
  isByMachine,
  isGuardedRead,
  isOwned,
  isPrivileged,
  isScoped,
  keysFromClient,
  type Leaf,
  leaves,
  parentNamedApart,
  placeInHandler,
  sharedPlaces,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { isRecomputed } from '../../../project/recomputed.ts'

/** `upsert({ update: {}, … })` leaves a row that is there as it is: it is a read of it. */
const changesRow = (access: Access): boolean => {
  const update = access.operation === 'upsert' ? argument(access, 'update')?.shape : undefined
  const isEmpty = update?.k === 'object' && update.fields.size === 0 && !update.open?.length
  return isWrite(access.operation) && !isEmpty
}

const BY_ROW = /^(find(Unique|First)(OrThrow)?|findMany|update|updateMany|delete|deleteMany|upsert)$/

const fault: Fault<Project> = {
  id: 'authorization/unscoped-access',
  title: 'Row reached by an id that is not tied to the caller',
  severity: 'error',
  tags: ['security'],
  cwe: [639, 863],
  references: ['https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/'],

  // Behind one call of a service there may be queries of several models.
  find: (project) => oncePerPlace(drafts(project), ({ subject }) => /→ (\w+)\./.exec(subject)?.[1] ?? ''),
}

interface Hit {
  run: Run
  access: Access
  entity: Entity
  /** The endpoint is open to everybody, and names the row of this model as well. */
  parent?: string
  /** A proxy lets only signed-in people through, and nothing behind it asks who they are. */
  proxy?: string
  /** The query asks for a state in which a row may be for everybody. */
  maybeOpen?: true
}

function* drafts(project: Project): Iterable<Draft> {
  const hits = [...found(project)]
  const everywhere = sharedPlaces(project, hits)
  for (const hit of hits)
    yield draft(
      hit,
      hit.proxy !== undefined && !tiedModels(project).has(hit.entity.name),
      isSharedContent(project, hit.entity),
      hit.parent !== undefined || everywhere(hit.access) ? hit.access.location : placeInHandler(hit.access),
    )
}

function* found(project: Project): Iterable<Hit> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'access' || !BY_ROW.test(event.operation)) continue
      const entity = project.entity(event.model)
      if (!entity || !isOwned(entity)) continue
      const keys = keysFromClient(event, entity)
      if (keys.length === 0 || isPublicClient(run, event, entity, keys)) continue
      const openTo = changesRow(event) ? undefined : opennessOf(event, entity)
      if (openTo === 'all') continue
      const guarded = changesRow(event) ? isGuarded(event.facts) : isGuardedRead(run.events, event)
      if (!guarded) {
        const parent = apartFrom(project, run, event, entity, keys)
        const { proxy, sometimes } = run.endpoint.guard
        if (parent !== undefined) yield { run, access: event, entity, parent }
        else if (proxy !== undefined && !sometimes) yield { run, access: event, entity, proxy }
        continue
      }
      if (isByMachine(project, event.facts) || isScoped(event, [])) continue
      if (isRecomputed(project, run, event, entity)) continue
      if (!changesRow(event)) {
        // A read may also be judged by what is checked after it.
        const { events } = run
        const after = [...factsAfter(events, event), ...factsNext(events, event), ...factsLeft(events, event)]
        if (isScoped(event, after) || isAbsentAfter(run.events, event)) continue
      }
      yield { run, access: event, entity, ...(openTo === 'some' ? { maybeOpen: true as const } : {}) }
    }
  }
}

/**
 * `client_id` of an authorization request names an application to whoever signs in there: it is public by protocol
 * (RFC 6749, 2.2), and what keeps it safe are the addresses that the application has registered, which are read with it.
 */
function isPublicClient(run: Run, access: Access, entity: Entity, keys: readonly Leaf[]): boolean {
  if (isWrite(access.operation) || !keys.every(({ value }) => /(^|\.)client_id$/.test(value.client ?? '')))
    return false
  const addresses = entity.fields.find(({ name }) => /redirect_?ur[il]s?$/i.test(name))
  return (
    addresses !== undefined &&
    run.events.some((event) =>
      [...event.facts.flatMap(({ deps }) => [...deps]), ...inputsOf(event)].some((dep) =>
        /^client:(.*\.)?redirect_uri$/.test(dep),
      ),
    )
  )
}

const inputsOf = (event: Event): string[] =>
  event.k === 'access'
    ? [...allDeps(event.args)]
    : event.k === 'response' || event.k === 'client-props' || event.k === 'sink'
      ? [...allDeps(event.value)]
      : event.k === 'parse' && event.by
        ? [...visibleFields(event.input).keys()].map((key) => `client:${key}`)
        : []

/** Nobody is asked who they are, the row is found by its id alone, and the request names another row that it should belong to. */
function apartFrom(
  project: Project,
  run: Run,
  access: Access,
  entity: Entity,
  keys: readonly Leaf[],
): string | undefined {
  const [key] = keys
  const inputs = new Set(leaves(argument(access, 'where')).flatMap(({ value }) => clientInputs(value.deps)))
  const input = key?.value.client
  if (input === undefined || keys.length > 1 || inputs.size > 1) return undefined
  if (!entity.fields.some(({ name, id }) => id && name === key?.path)) return undefined
  return parentNamedApart(project, run, access, entity, input)
}

function draft(
  { run, access, entity, parent, proxy, maybeOpen }: Hit,
  isUntied: boolean,
  isShared: boolean,
  location: Location,
): Draft {
  const leaves = keysFromClient(access, entity)
  // The id is the input itself, not something that was computed from it.
  const direct = leaves.some((leaf) => leaf.value.client !== undefined)
  const named = leaves.map((leaf) => `${leaf.path} = ${leaf.value.client ?? 'a value of the request'}`)
  const keys = [...new Set(named)].join(', ')
  const path = entity.tenantPath ?? entity.userPath ?? []
  const owner = path.length > 0 ? path.join('.') : 'id'
  const { operation } = access
  const verb = operation.startsWith('delete') ? 'deletes' : changesRow(access) ? 'changes' : 'reads'
  // Whoever holds the id of an invitation has been sent it: to the one who accepts, it may be meant as a capability.
  const invitation =
    /invit/i.test(entity.name) && !access.facts.some((fact) => levelOf(fact) === 'permission')
  return {
    location,
    subject: `${run.label} → ${entity.delegate}.${access.operation}`,
    certainty:
      isPrivileged(access.facts) ||
      maybeOpen ||
      !direct ||
      invitation ||
      isUntied ||
      (isShared && verb === 'reads')
        ? 'possible'
        : 'likely',
    found:
      parent === undefined
        ? `${run.label} ${verb} ${withArticle(entity.name)} picked by ${keys}, and nothing on the way ties that id to the caller${proxy === undefined ? '' : `: ${proxy} asks for no more`}.`
        : `${run.label} ${verb} ${withArticle(entity.name)} picked by ${keys} alone, and never asks whether it belongs to the ${parent} that the request names.`,
    why: `${parent === undefined ? 'Whoever is signed in' : 'Anybody'} can send the id of another ${path.length > 0 ? 'owner' : 'account'}'s ${entity.name} and ${gained(run.events, access, entity)}.`,
    remedy:
      path.length > 0
        ? `Put the owner into the query: \`where: { id, ${owner}: … }\` with the id of the authorized caller or tenant (\`${owner}\` of ${entity.name}), and answer 404 when nothing is found.`
        : `Compare the id with the one of the session, or check the caller's right to this ${entity.name} before the query.`,
    evidence: [traceTo(run, access, `${entity.delegate}.${access.operation} by ${keys}`)],
    endpoint: run.label,
  }
}

export default fault
