import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { isAnonymous } from '../../../project/credentials.ts'
import type { Entity } from '../../../project/data-model.ts'
import { placeInQuery } from '../../../project/exposure.ts'
import type { Access } from '../../../project/flow/events.ts'
import { argument, isOpen, leaves, traceTo } from '../../../project/ownership.ts'
import {
  isPersonal,
  mayBeBehindLayout,
  mayBeForMachines,
  type OpenAnswer,
  openAnswers,
} from '../../../project/persons.ts'
import type { Project } from '../../../project/project.ts'
import type { SentColumn } from '../../../project/sent-columns.ts'
import { words } from '../../../project/words.ts'

const fault: Fault<Project> = {
  id: 'response/people-listed',
  title: 'List of people for everybody',
  severity: 'error',
  tags: ['security', 'api'],
  cwe: [359, 200, 306],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x23-V14-Data-Protection.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const answer of openAnswers(project)) {
    const listed = new Map<Access, [SentColumn, ...SentColumn[]]>()
    for (const one of answer.columns) {
      if (!one.accesses.every((access) => isList(project, access)) || !tells(one)) continue
      const [access] = one.accesses
      const known = listed.get(access)
      // The people themselves say more than those that their rows lead to.
      if (known && one.path.join('.') === known[0].path.join('.')) known.push(one)
      else if (!known) listed.set(access, [one])
    }
    for (const columns of listed.values()) yield draft(project, answer, columns)
  }
}

/** What somebody signs in with or is reached by, and what they may do. */
const TELLING =
  /^((.* )?e ?mail( address)?|(.* )?(phone|telephone|mobile)( number)?|(user )?(role|permission|authority)s?|is (super )?(admin|user)|login( type| name| provider)?|auth (type|provider)|user ?name|provider)$/
/** A handle is shown on purpose in many products; on its own it is no proof. */
const HANDLE = /^user ?name$/

/** Of a person who wrote, owns or runs what is listed, only what they are reached by: roles and names are shown with it. */
const tells = ({ model, column, path }: SentColumn): boolean =>
  model.role === 'user' &&
  (path.length === 0 ? TELLING.test(words(column).join(' ')) : isPersonal(model, column))

function isList(project: Project, access: Access): boolean {
  const entity = project.entity(access.model)
  if (access.operation !== 'findMany' || !entity || !isAnonymous(access)) return false
  return !leaves(argument(access, 'where')).some(
    ({ path, value }) => isBound(entity, path) && !isFixed(value),
  )
}

const isFixed = (value: { shape?: { k: string } }): boolean => value.shape?.k === 'literal'

/** By a key of the row, or through a relation: of one tenant, of the rows that somebody named. */
function isBound(entity: Entity, path: string): boolean {
  const [first = ''] = path.split('.').filter((part) => !/^(AND|OR)$/.test(part))
  const keys = entity.relations.flatMap((relation) => [relation.field, ...relation.keys])
  return (
    first === '' ||
    first.endsWith('…') ||
    keys.includes(first) ||
    /(^id|Id|_id)$/.test(first) ||
    isUnique(entity, first)
  )
}

const isUnique = (entity: Entity, name: string): boolean =>
  entity.fields.some((field) => field.name === name && (field.unique || field.id))

/** `where: { isPublic: true }`: people who agreed to be seen. */
const isChosenByThem = (access: Access): boolean =>
  leaves(argument(access, 'where')).some(({ path }) =>
    /public|visib|publish|listed|opt.?in|consent/i.test(path),
  )

function draft(
  project: Project,
  { run, event }: OpenAnswer,
  columns: readonly [SentColumn, ...SentColumn[]],
): Draft {
  const [one] = columns
  const [access] = one.accesses
  const isRead =
    (run.endpoint?.unknown.length ?? 0) === 0 &&
    !isOpen(access) &&
    columns.some(({ exact }) => exact) &&
    !mayBeBehindLayout(project, run) &&
    !mayBeForMachines(run)
  const onlyHandle = columns.every(({ column }) => HANDLE.test(words(column).join(' ')))
  // That a page of somebody is published says nothing of their address.
  const agreed = one.path.length === 0 && isChosenByThem(access)
  const names = [...new Set(columns.map(({ column }) => `\`${column}\``))].join(', ')
  const path = one.path.join('.')
  const rows = path === '' ? `rows of ${access.model} of all people` : `all rows of ${access.model}`
  const what = path === '' ? names : `${names} of ${one.model.name} in \`${path}\``
  const sends = event.k === 'response' ? 'answers with' : `hands to ${event.component}`
  return {
    location: path === '' ? access.location : placeInQuery(project, access, one.path),
    subject: `${run.label} → ${[access.model, ...one.path].join('.')}`,
    certainty: isRead && !onlyHandle && !agreed ? 'likely' : 'possible',
    found: `${run.label} asks nobody who they are, and ${sends} ${rows}, with ${what}.`,
    why: 'Anybody can fetch the list of accounts: whom to write to as if from you, which names to try passwords on, who the administrators are.',
    remedy:
      'Ask for a session, and for the tenant that the people must share; what everybody may see is a `select` of a name and a picture.',
    evidence: [traceTo(run, access, `read without a condition on who they are`)],
    endpoint: run.label,
  }
}

export default fault
