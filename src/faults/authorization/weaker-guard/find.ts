import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import type { Access, Fact } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { isRole } from '../../../project/flow/value.ts'
import { isVerified, levelOf } from '../../../project/guards.ts'
import {
  argument,
  isByMachine,
  isOwned,
  isValueTied,
  leaves,
  placeInHandler,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

/** What functions that allow looking, and those that allow changing, are called. */
const LOOKS = /(view|read|see|list|access|member|visible)/i
const CHANGES = /(update|write|edit|delete|remove|manage|create|modify|admin|owner)/i

const fault: Fault<Project> = {
  id: 'authorization/weaker-guard',
  title: 'A change behind a weaker check than its siblings',
  severity: 'error',
  tags: ['security'],
  cwe: [285, 863, 269],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x17-V8-Authorization.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

/** A write of an endpoint to a model that belongs to somebody, and what was asked for it. */
interface Change {
  run: Run
  access: Access
  guards: string[]
  /** A role of the caller was asked for. */
  role: boolean
}

function* drafts(project: Project): Iterable<Draft> {
  const changes = changesOf(project)
  for (const change of changes) {
    yield* looksOnly(project, change, changes)
    yield* withoutRole(project, change, changes)
  }
}

function changesOf(project: Project): Change[] {
  const changes: Change[] = []
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    const seen = new Set<string>()
    for (const event of run.events) {
      if (event.k !== 'access' || !isWrite(event.operation) || seen.has(event.model)) continue
      if (!isOwned(project.entity(event.model)) || isByMachine(project, event.facts)) continue
      const asking = event.facts.filter((fact) => levelOf(fact) === 'permission')
      if (asking.length === 0) continue
      seen.add(event.model)
      changes.push({ run, access: event, guards: guardsIn(asking), role: asking.some(asksRole) })
    }
  }
  return changes
}

const guardsIn = (facts: readonly Fact[]): string[] => [
  ...new Set(facts.map((fact) => fact.asked ?? `${fact.within} ${fact.location.file}`)),
]

const asksRole = (fact: Fact): boolean =>
  [...fact.deps].some((dep) => dep.startsWith('field:') && isRole(dep.slice(6)))

const nameOf = (guard: string): string => guard.slice(0, guard.indexOf(' '))
const fileOf = (guard: string): string => guard.slice(guard.indexOf(' ') + 1)

/** It asks `canView` of a module of permissions whose `canUpdate` its siblings ask before they change the same model. */
function* looksOnly(project: Project, change: Change, changes: readonly Change[]): Iterable<Draft> {
  const { run, access, guards } = change
  const named = guards.filter((guard) => LOOKS.test(nameOf(guard)) || CHANGES.test(nameOf(guard)))
  const weak = named.find((guard) => LOOKS.test(nameOf(guard)) && !CHANGES.test(nameOf(guard)))
  if (weak === undefined || named.some((guard) => CHANGES.test(nameOf(guard)))) return
  const stronger = changes.flatMap((other) =>
    other.run !== run && other.access.model === access.model
      ? other.guards.filter(
          (guard) =>
            fileOf(guard) === fileOf(weak) && CHANGES.test(nameOf(guard)) && !LOOKS.test(nameOf(guard)),
        )
      : [],
  )
  const [first] = stronger
  if (first === undefined || stronger.length < 2) return
  if (
    isOfOwn(
      project,
      change,
      changes.filter((other) => other.run !== run && other.access.model === access.model),
    )
  )
    return
  yield draft(
    change,
    `asks ${nameOf(weak)}, which allows looking; ${stronger.length} other endpoints ask ${nameOf(first)} before they change ${withArticle(access.model)}`,
    `Ask ${nameOf(first)} here as well.`,
    'likely',
  )
}

/** All its siblings in the same place ask for a role before they change the same model; it does not. */
function* withoutRole(project: Project, change: Change, changes: readonly Change[]): Iterable<Draft> {
  const { run, access, role } = change
  if (role) return
  const siblings = changes.filter(
    (other) => other.run !== run && other.access.model === access.model && placeOf(other) === placeOf(change),
  )
  const asking = siblings.filter((other) => other.role)
  if (asking.length < 2 || asking.length < siblings.length) return
  if (isOfOwn(project, change, siblings)) return
  yield draft(
    change,
    `asks for no role; all ${asking.length} others beside it that change ${withArticle(access.model)} do (${asking
      .slice(0, 2)
      .map((other) => other.run.label)
      .join(', ')})`,
    'Ask for the same role, or say why this one is open to every member.',
    asking.length >= 3 ? 'likely' : 'possible',
  )
}

/** It finds only rows of the caller's own, and the others do not go by that. */
function isOfOwn(project: Project, { access }: Change, others: readonly Change[]): boolean {
  const own = ownKeys(project, access)
  return (
    own.length > 0 && !others.some((other) => ownKeys(project, other.access).some((key) => own.includes(key)))
  )
}

/**
 * Columns by which a write finds only rows of one person, or of something that is one person's own, and whose value the caller has
 * been held against. A tenant's is none: all of its members share it.
 */
function ownKeys(project: Project, access: Access): string[] {
  const entity = project.entity(access.model)
  return leaves(argument(access, 'where')).flatMap(({ path, value }) => {
    const key = path.split('.').at(-1) ?? ''
    const owner = entity?.relations.find(({ keys }) => keys.includes(key))
    const named = owner && project.entity(owner.model)
    const isPersons = named?.role === 'user' || (named?.userPath?.length === 1 && named.role === 'owned')
    // What was read on the way may be others': the members of the organization.
    const isCallers = value.client === undefined ? isVerified(value.deps) : isValueTied(value, access.facts)
    return isPersons && isCallers ? [key] : []
  })
}

/** The file of an action or a procedure, the folder of a route. */
function placeOf({ run }: Change): string {
  const file = run.endpoint?.location.file ?? ''
  return /^(route|pages-api)$/.test(run.endpoint?.kind ?? '') ? file.slice(0, file.lastIndexOf('/')) : file
}

function draft({ run, access }: Change, what: string, remedy: string, certainty: Draft['certainty']): Draft {
  return {
    location: placeInHandler(access),
    subject: `${run.label} → ${access.model}.${access.operation}`,
    certainty,
    found: `${run.label} runs ${access.model}.${access.operation} and ${what}.`,
    why: `Somebody who may only look, or who is only a member, changes what the other endpoints keep from them.`,
    remedy,
    evidence: [traceTo(run, access, `${access.model}.${access.operation}`)],
    endpoint: run.label,
  }
}

export default fault
