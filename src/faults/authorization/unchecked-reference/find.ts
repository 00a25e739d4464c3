import type { Fault } from '../../../core/fault.ts'
import type { Draft, Location } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import { isSharedContent } from '../../../project/authored.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access, Event } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { allDeps, type Value } from '../../../project/flow/value.ts'
import { isGuarded } from '../../../project/guards.ts'
import {
  clientInputs,
  factsAfter,
  isByMachine,
  isOwned,
  isPrivileged,
  isScoped,
  isValueTied,
  keysFromClient,
  parentNamedApart,
  placeInHandler,
  sharedPlaces,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { type Reference, referencesOf } from '../../../project/references.ts'

const fault: Fault<Project> = {
  id: 'authorization/unchecked-reference',
  title: 'Reference to a row that is not tied to the caller',
  severity: 'error',
  tags: ['security'],
  cwe: [639, 863],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x17-V8-Authorization.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

interface Hit {
  run: Run
  access: Access
  entity: Entity
  references: Reference[]
}

function* drafts(project: Project): Iterable<Draft> {
  const hits = [...found(project)]
  const everywhere = sharedPlaces(project, hits)
  for (const hit of hits)
    yield draft(
      hit,
      everywhere(hit.access) ? hit.access.location : placeInHandler(hit.access),
      hit.references.every(({ target }) => isSharedContent(project, target)),
    )
}

function* found(project: Project): Iterable<Hit> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'access' || !isWrite(event.operation)) continue
      const entity = project.entity(event.model)
      if (!entity || isByMachine(project, event.facts)) continue
      const all = referencesOf(event, entity, (name) => project.entity(name)).filter(
        ({ target, value }) => isOwned(target) && target.role !== 'user' && value.client !== undefined,
      )
      const references = isGuarded(event.facts)
        ? all.filter((one) => !isTied(run, event, one))
        : all.filter((one) => isApart(project, run, event, entity, one))
      if (references.length > 0) yield { run, access: event, entity, references }
    }
  }
}

function isTied(run: Run, access: Access, { value, target }: Reference): boolean {
  const after = factsAfter(run.events, access)
  return isValueTied(value, [...access.facts, ...after], true) || isLookedUp(run, access, value, target)
}

/**
 * At an endpoint that is open to everybody, where the row that is written belongs to another one that the request names:
 * a response to the survey in the address. The row that is pointed at has to belong to the same, and is never read.
 */
function isApart(
  project: Project,
  run: Run,
  access: Access,
  entity: Entity,
  { value, target }: Reference,
): boolean {
  const input = value.client
  const parents = target.relations.filter(({ keys }) => keys.length === 1).map(({ model }) => model)
  const shares = entity.relations.some(
    ({ model, keys, optional }) => keys.length === 1 && !optional && parents.includes(model),
  )
  if (input === undefined || !shares || run.events.some((event) => reads(event, target, input))) return false
  return parentNamedApart(project, run, access, target, input) !== undefined
}

const reads = (event: Event, target: Entity, input: string): boolean =>
  event.k === 'access' &&
  event.model === target.name &&
  keysFromClient(event, target).some((leaf) => clientInputs(leaf.value.deps).includes(input))

/** Another query looks the row up by this value and by something of the caller: `{ id: { in: ids }, teamId }`. */
const isLookedUp = (run: Run, access: Access, value: Value, target: Entity): boolean =>
  run.events.some(
    (event) =>
      event.k === 'access' &&
      event !== access &&
      event.model === target.name &&
      !isWrite(event.operation) &&
      keysFromClient(event, target).some((leaf) => sharesInput(leaf.value, value)) &&
      isScoped(event, []),
  )

function sharesInput(a: Value, b: Value): boolean {
  const inputs = new Set(clientInputs(allDeps(a)))
  return clientInputs(allDeps(b)).some((input) => inputs.has(input) || inputs.has(input.replace(/\[\]$/, '')))
}

function draft({ run, access, entity, references }: Hit, location: Location, isShared: boolean): Draft {
  const [first] = references
  const paths = [...new Set(references.map(({ path }) => path))]
  const inputs = [...new Set(references.map(({ value }) => value.client ?? 'a value of the request'))]
  const names = paths.map((path) => `\`${path}\``).join(', ')
  const target = first?.target.name ?? ''
  const sent = inputs.join(', ')
  return {
    location,
    subject: `${run.label} → ${entity.delegate}.${access.operation} ${paths.join(',')}`,
    certainty: isPrivileged(access.facts) || isShared ? 'possible' : 'likely',
    found: `${run.label} writes ${withArticle(entity.name)} whose ${names} ${paths.length > 1 ? 'are' : 'is'} ${sent}, and nothing on the way ties ${inputs.length > 1 ? 'them' : 'it'} to the caller.`,
    why: `Whoever is signed in can point it at another owner's ${target}: what is read through that relation later is theirs, and what they own changes with it.`,
    remedy: `Look the ${target} up first with the id and the owner in one \`where\`, and refuse when there is none; or connect it by both: \`connect: { id, … }\`.`,
    evidence: [traceTo(run, access, `${entity.delegate}.${access.operation} with ${sent}`)],
    endpoint: run.label,
  }
}

export default fault
