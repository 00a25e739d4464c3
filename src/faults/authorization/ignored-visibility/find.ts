import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { withArticle } from '../../../core/wording.ts'
import type { Entity } from '../../../project/data-model.ts'
import { columnsBrought, namesColumns, relationsBrought, rowsIn } from '../../../project/exposure.ts'
import type { Access, Event } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { VISIBILITY } from '../../../project/flow/ties.ts'
import { allDeps, type Sources } from '../../../project/flow/value.ts'
import { isGuarded } from '../../../project/guards.ts'
import {
  argument,
  clientInputs,
  factsAfter,
  isOpen,
  isOwned,
  keysFromClient,
  leaves,
  placeInHandler,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { wholeInputs } from '../../../project/written-input.ts'

const fault: Fault<Project> = {
  id: 'authorization/ignored-visibility',
  title: 'A row is shown to everybody whatever its visibility says',
  severity: 'error',
  tags: ['security'],
  cwe: [200, 863],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/',
    'https://cwe.mitre.org/data/definitions/200.html',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

/** A read at an endpoint that is open to everybody. */
interface Reading {
  run: Run
  access: Access
  entity: Entity
  column: string
  asked: boolean
}

function* drafts(project: Project): Iterable<Draft> {
  const readings = readingsOf(project)
  for (const reading of readings) {
    if (reading.asked) continue
    const others = readings.filter(
      (other) => other.asked && other.entity === reading.entity && other.run !== reading.run,
    )
    if (others.length > 0) yield draft(reading, others)
    else if (isChosen(project, reading)) yield draft(reading, [])
  }
}

/** Somebody who is signed in sets the column: it is for the owner of the row to say who may see it. */
function isChosen(project: Project, { entity, column, access, run }: Reading): boolean {
  if (!isOwned(entity) || entity.fields.find(({ name }) => name === column)?.type !== 'Boolean') return false
  const shows = run.events.some(
    (event) => event.k === 'response' && rowsIn(event.value).some((row) => row.access === access),
  )
  return shows && project.runs.some(({ events }) => events.some((event) => isSetting(event, entity, column)))
}

function isSetting(event: Event, entity: Entity, column: string): boolean {
  if (event.k !== 'access' || event.model !== entity.name || !isWrite(event.operation)) return false
  if (!isGuarded(event.facts)) return false
  const sent = ['data', 'create', 'update'].flatMap((name) => leaves(argument(event, name)))
  return (
    sent.some(({ path, value }) => path === column && clientInputs(allDeps(value)).length > 0) ||
    wholeInputs(event).some(({ keys }) => keys?.includes(column))
  )
}

function readingsOf(project: Project): Reading[] {
  return project.runs.flatMap((run) => {
    if (!run.endpoint || run.endpoint.kind === 'middleware') return []
    return run.events.flatMap((event) => {
      if (event.k !== 'access' || isWrite(event.operation) || isOpen(event)) return []
      const entity = project.entity(event.model)
      const column = entity?.fields.find(({ name, relation }) => !relation && VISIBILITY.test(name))?.name
      if (!entity || column === undefined || keysFromClient(event, entity).length === 0) return []
      if (bringsKeysOnly(project, event, entity)) return []
      const facts = [...event.facts, ...factsAfter(run.events, event)]
      if (isGuarded(facts)) return []
      const asked =
        leaves(argument(event, 'where')).some(({ path }) => path.split('.').includes(column)) ||
        facts.some(({ deps }) => isAbout(deps, entity, column)) ||
        isRefusedBy(run, event, entity, column)
      return [{ run, access: event, entity, column, asked }]
    })
  })
}

const isAbout = (deps: Sources, { name }: Entity, column: string): boolean =>
  deps.has(`row:${name}`) && deps.has(`field:${column}`)

/** The column of a row that was picked by the same inputs was asked, here or before, and somebody was turned away by the answer. */
function isRefusedBy(run: Run, access: Access, entity: Entity, column: string): boolean {
  const picked = keysFromClient(access, entity).flatMap(({ value }) => clientInputs(allDeps(value)))
  return run.events.some(
    (event) =>
      event.k === 'refusal' &&
      event.facts.some(
        ({ deps }) =>
          isAbout(deps, entity, column) && picked.every((input) => clientInputs(deps).includes(input)),
      ),
  )
}

/** The query names columns, and they are keys: it finds out whose the row is, or that there is one. */
function bringsKeysOnly(project: Project, access: Access, entity: Entity): boolean {
  if (!namesColumns(access) || relationsBrought(project, entity, access.args).length > 0) return false
  const keys = new Set([
    ...entity.fields.filter(({ id }) => id).map(({ name }) => name),
    ...entity.relations.flatMap((relation) => relation.keys),
  ])
  const brought = columnsBrought(project, access, entity, access.args)
  return brought.length > 0 && brought.every((name) => keys.has(name))
}

function draft({ run, access, entity, column }: Reading, others: readonly Reading[]): Draft {
  const names = [...new Set(others.map((other) => other.run.label))]
  return {
    location: placeInHandler(access),
    subject: `${run.label} → ${entity.delegate}.${access.operation} ${column}`,
    certainty: 'likely',
    found: `${run.label} is open to everybody and reads ${withArticle(entity.name)} by an id of the request without asking \`${column}\`${names.length === 0 ? ', which its owner sets' : `; ${names.slice(0, 2).join(', ')} ${names.length > 1 ? 'do' : 'does'}`}.`,
    why: `Whoever has or guesses the id sees a ${entity.name} that its owner did not make public, or learns that it exists.`,
    remedy: `Put \`${column}\` into the \`where\`, as the others do, or let only its owner through where it is not public.`,
    evidence: [traceTo(run, access, `\`${column}\` is not asked`)],
    endpoint: run.label,
  }
}

export default fault
