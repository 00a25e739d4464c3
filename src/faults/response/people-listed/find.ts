import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { isAnonymous } from '../../../project/credentials.ts'
import type { Entity } from '../../../project/data-model.ts'
import { columnsOf, rowsIn } from '../../../project/exposure.ts'
import type { Access, ClientProps, Response } from '../../../project/flow/events.ts'
import { isShown } from '../../../project/graphql-types.ts'
import { argument, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { words } from '../../../project/words.ts'

const fault: Fault<Project> = {
  id: 'response/people-listed',
  title: 'List of people for everybody',
  severity: 'error',
  tags: ['security', 'api'],
  cwe: [359, 200],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x23-V14-Data-Protection.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    const { endpoint } = run
    if (!endpoint || endpoint.kind === 'middleware') continue
    if (endpoint.guard.level !== 'none' || endpoint.guard.proxy || endpoint.guard.public !== undefined)
      continue
    for (const event of run.events) {
      // What a server component returns is rendered, not sent; what it hands to a client component is.
      const leaves = endpoint.kind === 'page' ? event.k === 'client-props' : event.k === 'response'
      if (!leaves || !(event.k === 'response' || event.k === 'client-props') || !isAnonymous(event)) continue
      for (const row of rowsIn(event.value)) {
        const { access } = row
        const entity = project.entity(access.model)
        if (!entity || !listsPeople(access, entity)) continue
        const columns = columnsOf(project, row).filter(
          (name) => TELLING.test(words(name).join(' ')) && isShown(project, run, name),
        )
        if (columns.length > 0) yield draft(run, event, access, columns)
      }
    }
  }
}

/** What somebody signs in with or is reached by, and what they may do. */
const TELLING =
  /^((.* )?e ?mail( address)?|(.* )?(phone|telephone|mobile)( number)?|(user )?(role|permission|authority)s?|is (super )?(admin|user)|login( type| name| provider)?|auth (type|provider)|user ?name|provider)$/
/** A handle is shown on purpose in many products; on its own it is no proof. */
const HANDLE = /^user ?name$/

function listsPeople(access: Access, entity: Entity): boolean {
  if (access.operation !== 'findMany' || entity.role !== 'user' || !isAnonymous(access)) return false
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

function draft(run: Run, event: Response | ClientProps, access: Access, columns: string[]): Draft {
  const isRead = (run.endpoint?.unknown.length ?? 0) === 0
  const onlyHandle = columns.every((name) => HANDLE.test(words(name).join(' ')))
  const names = columns.map((name) => `\`${name}\``).join(', ')
  return {
    location: access.location,
    subject: `${run.label} → ${access.model}`,
    certainty: isRead && !onlyHandle && !isChosenByThem(access) ? 'likely' : 'possible',
    found: `${run.label} asks nobody who they are, and ${event.k === 'response' ? 'answers with' : `hands to ${event.component}`} rows of ${access.model} of all people, with ${names}.`,
    why: 'Anybody can fetch the list of accounts: whom to write to as if from you, which names to try passwords on, who the administrators are.',
    remedy:
      'Ask for a session, and for the tenant that the people must share; what everybody may see is a `select` of a name and a picture.',
    evidence: [traceTo(run, access, `read without a condition on who they are`)],
    endpoint: run.label,
  }
}

export default fault
