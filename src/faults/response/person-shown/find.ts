import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { plural } from '../../../core/wording.ts'
import { isAnonymous } from '../../../project/credentials.ts'
import { placeInQuery } from '../../../project/exposure.ts'
import type { Access } from '../../../project/flow/events.ts'
import { type Finder, finderOf } from '../../../project/found-by.ts'
import { isOpen, traceTo } from '../../../project/ownership.ts'
import {
  isAboutPerson,
  isPersonal,
  mayBeBehindLayout,
  mayBeForMachines,
  type OpenAnswer,
  openAnswers,
} from '../../../project/persons.ts'
import type { Project, Run } from '../../../project/project.ts'
import type { SentColumn } from '../../../project/sent-columns.ts'

const fault: Fault<Project> = {
  id: 'response/person-shown',
  title: 'Address of a person for everybody',
  severity: 'error',
  tags: ['security', 'api'],
  cwe: [359, 200, 306],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x23-V14-Data-Protection.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

type Named = Finder & { by: 'id' | 'name' }

interface Shown {
  finder: Named
  columns: [SentColumn, ...SentColumn[]]
}

function* drafts(project: Project): Iterable<Draft> {
  for (const answer of openAnswers(project)) {
    const shown = new Map<Access, Shown>()
    for (const one of answer.columns) {
      if (!isPersonal(one.model, one.column) || !isAboutPerson(one.model)) continue
      const finder = namedFinder(project, answer, one)
      if (!finder) continue
      const known = shown.get(one.accesses[0])
      if (known) known.columns.push(one)
      else shown.set(one.accesses[0], { finder, columns: [one] })
    }
    for (const one of shown.values()) yield draft(project, answer, one)
  }
}

/** Every query that the column can be of was made for nobody in particular, by what the caller sent. */
function namedFinder(
  project: Project,
  { run, event }: OpenAnswer,
  { accesses }: SentColumn,
): Named | undefined {
  const finders = accesses.map((access) =>
    /^find/.test(access.operation) && isAnonymous(access)
      ? finderOf(project, run, access, event.facts)
      : undefined,
  )
  const named = finders.flatMap((one) => (one && (one.by === 'id' || one.by === 'name') ? [one] : []))
  if (named.length < finders.length) return undefined
  const [least = named[0]] = named.filter(({ by }) => by === 'name')
  // A search in a list is no way to one of them.
  const isSearch = least?.by === 'name' && accesses.some(({ operation }) => operation === 'findMany')
  return isSearch ? undefined : least
}

/** What may have decided that it is sent: a choice of the person, or which kind of caller it is. */
const isChosen = ({ deps }: SentColumn): boolean =>
  [...deps].some((dep) => /^field:.*(public|visib|show|hide|hidden|private|consent|anonym)/i.test(dep))

/** A type of the schema, or a resolver of its field, may keep back what a resolver gives. */
const isKept = ({ endpoint }: Run): boolean => endpoint?.kind === 'resolver'

function isLikely(project: Project, run: Run, { finder, columns }: Shown): boolean {
  const [one] = columns
  return (
    finder.by === 'id' &&
    columns.some((column) => isAboutPerson(column.model) === 'sure' && column.exact && !isChosen(column)) &&
    (run.endpoint?.unknown.length ?? 0) === 0 &&
    !isOpen(one.accesses[0]) &&
    !isKept(run) &&
    !mayBeBehindLayout(project, run) &&
    !mayBeForMachines(run)
  )
}

/** `email`, `phone` of a row of User; `email` of User in `user` of Certificate. */
function told(columns: Shown['columns']): string {
  const [first] = columns
  const path = first.path.join('.')
  const same = columns.filter((one) => one.path.join('.') === path)
  const others = columns.length - same.length
  const names = [...new Set(same.map(({ column }) => `\`${column}\``))].join(', ')
  const { model } = first.accesses[0]
  const whose = path === '' ? `of a row of ${model}` : `of ${first.model.name} in \`${path}\` of ${model}`
  return `${names} ${whose}${others === 0 ? '' : ` and ${plural(others, 'column')} more like it`}`
}

function draft(project: Project, { run, event }: OpenAnswer, shown: Shown): Draft {
  const { finder, columns } = shown
  const [one] = columns
  const [access] = one.accesses
  const sends = event.k === 'response' ? 'answers with' : `hands to ${event.component}`
  return {
    location: one.path.length === 0 ? access.location : placeInQuery(project, access, one.path),
    subject: `${run.label} → ${[access.model, ...one.path].join('.')}`,
    certainty: isLikely(project, run, shown) ? 'likely' : 'possible',
    found: `${run.label} asks nobody who they are, and ${sends} ${told(columns)}, found by \`${finder.column}\` from \`${finder.input}\`.`,
    why: 'An id is no secret: it stands in links, in other answers and in logs. Whoever has one, or goes through them, is told where to reach the person behind it.',
    remedy: `Leave \`${one.column}\` out of the query, or ask for a session and for what the caller has to do with the person.`,
    evidence: [traceTo(run, access, told(columns))],
    endpoint: run.label,
  }
}

export default fault
